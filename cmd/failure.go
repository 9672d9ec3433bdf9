package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// The exit codes. Scripts may rely on them.
const (
	ExitOK          = 0
	ExitFailure     = 1   // what was asked for could not be done
	ExitUsage       = 2   // wrong command, flag or configuration: it cannot succeed unchanged
	ExitInterrupted = 130 // ended by a signal before it was done, nothing half-made left behind
)

// exitCodes says what each means.
var exitCodes = []struct {
	code    int
	meaning string
}{
	{ExitOK, "What was asked for is done. For serve: it was interrupted and ended in good order."},
	{ExitFailure, "It could not be done, and may work at another time: a port is taken, a folder is not writable, Redis is away."},
	{ExitUsage, "Wrong usage or configuration: it cannot succeed unchanged. A service manager need not try again."},
	{ExitInterrupted, "Interrupted, with nothing half-made left behind."},
}

// exitCodesTopic is what chat help exit-codes shows. It is a command that can be
// run, since only of those cobra has the arguments looked at.
func exitCodesTopic() *cobra.Command {
	var b strings.Builder
	for _, e := range exitCodes {
		fmt.Fprintf(&b, "  %-4d %s\n", e.code, e.meaning)
	}
	topic := &cobra.Command{
		Use:    "exit-codes",
		Short:  "What the exit codes mean.",
		Hidden: true,
		Args:   noArgs,
		RunE:   func(c *cobra.Command, _ []string) error { return c.Help() },
		Long: "An error is one line on standard error that begins with chat: and says what to\ndo. The exit code says of which kind it is:\n\n" + b.String() +
			"\nA second signal while serve ends cuts it off, and the code is the system's own.",
		Example: `  chat health --ready || echo "look after it"`,
	}
	topic.SetHelpTemplate(topicTemplate)
	return topic
}

// failure is an error as the operator meets it: what is wrong, what to do
// about it, and the exit code.
type failure struct {
	code int
	err  error
	hint string // an instruction without a final period; may be empty
}

func (f *failure) Error() string {
	if f.hint == "" {
		return f.err.Error()
	}
	return f.err.Error() + "; " + f.hint
}

func (f *failure) Unwrap() error { return f.err }

// failf is something that could not be done.
func failf(hint, format string, args ...any) error {
	return &failure{ExitFailure, fmt.Errorf(format, args...), hint}
}

// usagef is something that cannot work as it was asked for.
func usagef(hint, format string, args ...any) error {
	return &failure{ExitUsage, fmt.Errorf(format, args...), hint}
}

// interrupted is an operator who changed their mind.
func interrupted(format string, args ...any) error {
	return &failure{ExitInterrupted, fmt.Errorf(format, args...), ""}
}

// bare is an error of package os without the path in it, which may be one that
// the operator never named.
func bare(err error) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		return of.Err
	}
	if of, ok := errors.AsType[*os.LinkError](err); ok {
		return of.Err
	}
	return err
}

// exitCode prints err as one line and says with which code to end.
func exitCode(stderr io.Writer, err error) int {
	if err == nil {
		return ExitOK
	}
	// One line, whatever a library put into its message.
	fmt.Fprintln(stderr, "chat:", strings.Join(strings.Fields(err.Error()), " "))
	var f *failure
	switch {
	case errors.As(err, &f):
		return f.code
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	}
	return ExitFailure
}
