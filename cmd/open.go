package cmd

import (
	"context"
	"fmt"
	"os/exec"
)

// openCommand is how that operating system is told to open an address.
func openCommand(goos, address string) []string {
	switch goos {
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", address}
	case "darwin":
		return []string{"open", address}
	}
	return []string{"xdg-open", address}
}

// openBrowser opens an address in the browser of whoever sits there, and waits
// until that is done or ctx ends. The address is in the list of processes for
// all to read, so it has to be one without the claim.
func openBrowser(ctx context.Context, goos string, environ []string, address string) error {
	line := openCommand(goos, address)
	opener := exec.CommandContext(ctx, line[0], line[1:]...)
	opener.Env = environ
	setApart(opener)
	if err := opener.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("opening the browser by %s: %w; open %s yourself", line[0], err, address)
	}
	return nil
}
