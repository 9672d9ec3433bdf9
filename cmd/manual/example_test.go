package manual_test

import (
	"fmt"
	"os"

	"chat/cmd/manual"

	"github.com/spf13/cobra"
)

// A hyphen is the one that can be typed, and a backslash is one.
func Example() {
	dir, err := os.MkdirTemp("", "manual")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	root := &cobra.Command{
		Use:     "greet",
		Short:   "Say hello.",
		Example: `  greet --name 'A\B'`,
		Run:     func(*cobra.Command, []string) {},
	}
	if err := (manual.Book{Version: "v1.2.3", Date: "2026-01-02"}).Write(dir, root); err != nil {
		panic(err)
	}
	page, err := os.ReadFile(dir + "/greet.1")
	if err != nil {
		panic(err)
	}
	fmt.Print(string(page))
	// Output:
	// .TH "GREET" 1 "2026-01-02" "greet v1.2.3"
	// .SH NAME
	// greet \- Say hello
	// .SH SYNOPSIS
	// .B greet
	// .SH EXAMPLES
	// .nf
	// greet \-\-name 'A\eB'
	// .fi
}
