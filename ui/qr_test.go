package ui

import (
	"fmt"
	"strings"
	"testing"

	"rsc.io/qr"
)

// The path is drawn back into a grid and compared with the code it was made
// of, module by module, quiet zone included.
func TestQRPathDrawsTheCode(t *testing.T) {
	for _, text := range []string{"a", "https://chat.example/chat/k7f3qzt2mh5vxw4rjd6ynbcpae", "otpauth://totp/chat:owner?secret=" + strings.Repeat("A", 32)} {
		got, err := NewQR(text)
		if err != nil {
			t.Fatalf("NewQR(%q): %v", text, err)
		}
		want, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		if got.Size != want.Size+8 {
			t.Errorf("Size %d, want %d and a quiet zone of four on each side", got.Size, want.Size)
		}
		black := draw(t, got.Path)
		for y := range got.Size {
			for x := range got.Size {
				if black[[2]int{x, y}] != want.Black(x-4, y-4) {
					t.Fatalf("%q: module %d,%d is %v", text, x, y, black[[2]int{x, y}])
				}
			}
		}
	}
}

func draw(t *testing.T, path string) map[[2]int]bool {
	t.Helper()
	black := map[[2]int]bool{}
	for run := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1H%d", &x, &y, &n, &back); err != nil || back != x {
			t.Fatalf("piece %q of the path: %v", run, err)
		}
		for i := range n {
			black[[2]int{x + i, y}] = true
		}
	}
	return black
}

func TestQRTooLong(t *testing.T) {
	if got, err := NewQR(strings.Repeat("x", 3000)); err == nil {
		t.Errorf("got size %d, want an error", got.Size)
	}
}
