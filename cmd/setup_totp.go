package cmd

import (
	"context"
	"errors"
	"fmt"

	"chat/auth"

	"github.com/spf13/cobra"
)

func setupCommand(p Program) *cobra.Command {
	e := &enrolment{Program: p}
	c := &cobra.Command{
		Use:   "setup-totp",
		Short: "Set up your authenticator in the terminal.",
		Long: `Shows a new secret as a QR code and as text, and keeps it in the data folder
once you typed the first code that your app makes of it. A running server takes
it up by itself.`,
		Example: `  chat setup-totp
  chat setup-totp --totp-issuer-name "Chat at home"
  chat setup-totp --uri          for a password manager on this machine`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return e.setup(c.Context(), c) },
	}
	e.addFlags(c)
	return c
}

func (e *enrolment) setup(ctx context.Context, c *cobra.Command) error {
	vault, err := e.begin(c)
	if err != nil {
		return err
	}
	switch _, err := vault.Current(); {
	case err == nil:
		return alreadySetUp(e.config)
	case !errors.Is(err, auth.ErrNotEnrolled):
		return fmt.Errorf("reading the secret: %w", err)
	}
	s, err := e.newSecret(ctx)
	if err != nil {
		return err
	}
	// The web wizard may have been quicker.
	if err := vault.Create(s); errors.Is(err, auth.ErrEnrolled) {
		return alreadySetUp(e.config)
	} else if err != nil {
		return fmt.Errorf("keeping the secret: %w", err)
	}
	fmt.Fprintln(e.Stderr, "Done. Log in with the next code that the app shows.")
	return nil
}

func alreadySetUp(c Config) error {
	return failf("`chat rotate-secret` replaces it", "an authenticator is already set up in %s", c.DataDir)
}
