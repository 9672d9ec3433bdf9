package cmd

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"
)

// shortestPassphrase is not much. It stops what is no passphrase at all.
const shortestPassphrase = 8

// passphrase is that of CHAT_BACKUP_PASSPHRASE, or what the operator types: once
// for a backup that there is, and twice for a new one, since a mistake would
// show only when the backup is needed.
func (p Program) passphrase(ctx context.Context, c Config, fresh bool) (string, error) {
	text := string(c.BackupPassphrase)
	if text == "" {
		var err error
		if text, err = p.typed(ctx, fresh); err != nil {
			return "", err
		}
	}
	if fresh && len(text) < shortestPassphrase {
		what := "the passphrase"
		if c.BackupPassphrase != "" {
			what = "CHAT_BACKUP_PASSPHRASE"
		}
		return "", usagef("choose a longer one", "%s has fewer than %d characters", what, shortestPassphrase)
	}
	return text, nil
}

func (p Program) typed(ctx context.Context, fresh bool) (string, error) {
	in, ok := p.Stdin.(*os.File)
	if !ok || !isTerminal(in) {
		return "", usagef("set CHAT_BACKUP_PASSPHRASE, or run it in a terminal", "there is nobody to ask for the passphrase")
	}
	first, err := askHidden(ctx, in, p.Stderr, "Passphrase: ")
	if err != nil || !fresh {
		return first, err
	}
	second, err := askHidden(ctx, in, p.Stderr, "The same again: ")
	if err == nil && first != second {
		err = failf("", "the two passphrases differ; nothing was done")
	}
	return first, err
}

// askHidden asks a question on a terminal, which does not show the answer. A
// read from a terminal cannot be called off: one goroutine outlives an
// interrupt, and ends with the process.
func askHidden(ctx context.Context, in *os.File, out io.Writer, question string) (string, error) {
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		return "", failf("set CHAT_BACKUP_PASSPHRASE", "asking for the passphrase: %w", err)
	}
	_, _ = io.WriteString(out, question) // Whoever cannot see it will not answer.
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(int(in.Fd()))
		answers <- answer{text, err}
	}()
	defer func() { _, _ = io.WriteString(out, "\n") }()
	select {
	case a := <-answers:
		if errors.Is(a.err, io.EOF) {
			return "", failf("", "the input ended; nothing was done")
		}
		return string(a.text), a.err
	case <-ctx.Done():
		_ = term.Restore(int(in.Fd()), before) // else what is typed next stays hidden
		return "", interrupted("interrupted; nothing was done")
	}
}
