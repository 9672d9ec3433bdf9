package ui

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is the empty border around a QR code, in modules. The standard asks
// for four; scanners miss codes with less, above all on dark pages.
const quiet = 4

// QR is a QR code as one SVG path in a square of Size modules, the quiet zone
// included, so that a template draws it inline, black on white in both themes.
// The zero QR draws nothing.
type QR struct {
	Size int
	Path string
}

// NewQR encodes text with medium error correction. It fails when the text is
// longer than a QR code holds, 2331 bytes.
func NewQR(text string) (QR, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}, fmt.Errorf("encoding QR code: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; {
			run := x
			for run < code.Size && code.Black(run, y) {
				run++
			}
			if run > x {
				fmt.Fprintf(&path, "M%d %dh%dv1H%dz", x+quiet, y+quiet, run-x, x+quiet)
			}
			x = run + 1
		}
	}
	return QR{Size: code.Size + 2*quiet, Path: path.String()}, nil
}
