package cmd

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/mdp/qrterminal/v3"
)

// printQR draws text as a QR code in half blocks. With colour it fixes white
// on black, since on a light terminal the code would come out inverted, which
// some phones do not read.
func printQR(w io.Writer, text string, colour bool) error {
	var b bytes.Buffer
	qrterminal.GenerateWithConfig(text, qrterminal.Config{
		Level:      qrterminal.L,
		Writer:     &b,
		HalfBlocks: true,
		QuietZone:  2,
	})
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if colour {
			line = "\x1b[40;97m" + line + "\x1b[0m"
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return fmt.Errorf("printing the QR code: %w", err)
		}
	}
	return nil
}
