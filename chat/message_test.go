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

// Each byte, at each place among eight, and in texts that eight do not divide.
func TestIsBase64(t *testing.T) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for length := 1; length <= 17; length++ {
		for at := range length {
			for c := range 256 {
				text := []byte(strings.Repeat("z", length))
				text[at] = byte(c)
				if got, want := isBase64(string(text)), strings.IndexByte(digits, byte(c)) >= 0; got != want {
					t.Fatalf("isBase64(%q): got %v, want %v", text, got, want)
				}
			}
		}
	}
}

func BenchmarkIsDataImage(b *testing.B) {
	text := "data:image/png;base64," + strings.Repeat("xyZ0+/aB", 25_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if !isDataImage(text) {
			b.Fatal("it is one")
		}
	}
}
