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
	var again bool
	c := &cobra.Command{
		Use:   "setup-totp",
		Short: "Set up your authenticator in the terminal.",
		Long: `Shows a new secret as a QR code and as text, and keeps it in the data folder
once you typed the first code that your app makes of it. A running server takes
it up by itself. With --show it shows the secret that is in use, so that a
second phone can have it too; nothing changes by that.`,
		Example: `  chat setup-totp
  chat setup-totp --totp-issuer-name "Chat at home"
  chat setup-totp --uri          for a password manager on this machine
  chat setup-totp --show         the same secret again, for a second phone`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if again {
				return e.showAgain(c)
			}
			return e.setup(c.Context(), c)
		},
	}
	c.Flags().BoolVar(&again, "show", false, "show the secret in use again, for one more phone")
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
	if err := e.prepare(); err != nil {
		return err
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

// showAgain shows the secret in use to whoever may read it anyway: its file has
// mode 0600, and the environment is the operator's. It makes no folder, no
// file and no secret.
func (e *enrolment) showAgain(c *cobra.Command) error {
	var err error
	if e.config, err = readConfig(c.Flags(), e.Environ, "."); err != nil {
		return err
	}
	if err := e.checkTerminal(); err != nil {
		return err
	}
	vault, err := openVault(e.config)
	if err != nil {
		return err
	}
	s, err := vault.Current()
	if errors.Is(err, auth.ErrNotEnrolled) {
		return notSetUp(e.config)
	}
	if err != nil {
		return fmt.Errorf("reading the secret: %w", err)
	}
	if err := e.show(s); err != nil {
		return err
	}
	fmt.Fprintln(e.Stderr, "This is the secret in use. Every phone that scans it shows the same codes.")
	return nil
}

// notSetUp is a command that needs a secret where there is none.
func notSetUp(c Config) error {
	return failf("run `chat setup-totp` first", "no authenticator is set up in %s", c.DataDir)
}

func alreadySetUp(c Config) error {
	return failf("`chat rotate-secret` replaces it", "an authenticator is already set up in %s", c.DataDir)
}
