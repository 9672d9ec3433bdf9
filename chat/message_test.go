package chat

import (
	"strings"
	"testing"
)

func TestIsDataImage(t *testing.T) {
	for _, test := range []struct {
		text string
		want bool
	}{
		{"data:image/png;base64,AAAA", true},
		{"data:image/svg+xml;base64,abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/==", true},
		{"data:image/jpeg;base64,A=", true},
		{"data:image/jpeg;base64,A===", false},
		{"data:image/jpeg;base64,=A", false},
		{"data:image/png;base64,", false},
		{"data:image/png;base64,==", false},
		{"data:image/png;base64,AA AA", false},
		{"data:image/png;base64,AA\n", false},
		{"data:image/png;base64,AA\u00e9", false},
		{"data:image/png,AAAA", false},
		{"data:image/;base64,AAAA", false},
		{"data:image/" + strings.Repeat("x", 101) + ";base64,AAAA", false},
		{"data:text/html;base64,AAAA", false},
		{" data:image/png;base64,AAAA", false},
		{"AAAA", false},
		{"", false},
	} {
		if got := isDataImage(test.text); got != test.want {
			t.Errorf("isDataImage(%.60q): got %v, want %v", test.text, got, test.want)
		}
	}
}
