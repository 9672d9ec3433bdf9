package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The exit codes. Scripts may rely on them.
const (
	ExitOK          = 0
	ExitFailure     = 1   // what was asked for could not be done
	ExitUsage       = 2   // wrong command, flag or configuration: it cannot succeed unchanged
	ExitInterrupted = 130 // ended by a signal before it was done, nothing half-made left behind
)

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
