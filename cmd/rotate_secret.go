package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"chat/auth"

	"github.com/spf13/cobra"
)

func rotateCommand(p Program) *cobra.Command {
	e := &enrolment{Program: p}
	var yes bool
	c := &cobra.Command{
		Use:   "rotate-secret",
		Short: "Replace the authenticator secret and end every session.",
		Long: `Shows a new secret and, once you typed its first code, puts it in the place of
the old one. Codes of the old secret stop working and everybody is logged out,
within seconds and without a restart of the server.`,
		Example: `  chat rotate-secret
  chat rotate-secret --yes       without the question`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return e.rotate(c.Context(), c, yes) },
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
	e.addFlags(c)
	return c
}

func (e *enrolment) rotate(ctx context.Context, c *cobra.Command, yes bool) error {
	vault, err := e.begin(c)
	if err != nil {
		return err
	}
	if _, err := vault.Current(); errors.Is(err, auth.ErrNotEnrolled) {
		return notSetUp(e.config)
	} else if err != nil {
		return fmt.Errorf("reading the secret: %w", err)
	}
	if err := e.prepare(); err != nil {
		return err
	}
	if !yes {
		if err := e.confirm(ctx); err != nil {
			return err
		}
	}
	s, err := e.newSecret(ctx)
	if err != nil {
		return err
	}
	if err := vault.Replace(s); errors.Is(err, auth.ErrChanged) {
		return failf("the new secret that you saw here is not in use", "another process replaced the secret meanwhile")
	} else if err != nil {
		return fmt.Errorf("replacing the secret: %w", err)
	}
	fmt.Fprintln(e.Stderr, "Done. The old secret is dead and every session has ended.")
	return nil
}

// confirm asks before everybody is logged out.
func (e *enrolment) confirm(ctx context.Context) error {
	answer, err := e.prompt.ask(ctx, "This logs out everybody and makes the old secret useless. Go on? [y/N] ")
	if err != nil {
		return gaveUp(err)
	}
	if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
		return failf("", "not confirmed; nothing was changed")
	}
	return nil
}
