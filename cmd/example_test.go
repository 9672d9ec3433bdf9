package cmd_test

import (
	"context"
	"fmt"
	"os"

	"chat/cmd"
)

// A mistake ends in one line that says what is allowed, and in an exit code.
func Example() {
	code := cmd.Execute(context.Background(), cmd.Program{
		Args:    []string{"serve", "--port", "high"},
		Environ: []string{"DATA_DIR=data"},
		Stdout:  os.Stdout,
		Stderr:  os.Stdout, // only so that it shows here
	})
	fmt.Println("exit code", code)
	// Output:
	// chat: PORT is "high" (--port) but must be a whole number from 0 to 65535
	// exit code 2
}
