package cmd

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// takesColours turns on what a console of Windows does with escape sequences.
// One that cannot, as before Windows 10, would show them.
func takesColours(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	console := windows.Handle(f.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
