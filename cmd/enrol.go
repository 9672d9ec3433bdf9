package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"chat/auth"

	"github.com/spf13/cobra"
)

// enrolment is the conversation that setup-totp and rotate-secret have in
// common: show a new secret, and take it into use once its first code came
// back, so that nobody is left with a secret that their phone does not have.
type enrolment struct {
	Program
	config Config
	prompt *prompt
	force  bool // show the secret even if standard output is no terminal
	uri    bool // show the otpauth address too
}

// addFlags gives c the flags of an enrolment.
func (e *enrolment) addFlags(c *cobra.Command) {
	c.Flags().BoolVar(&e.uri, "uri", false, "print the otpauth address too, for apps that take one")
	c.Flags().BoolVar(&e.force, "force", false, "print the secret even if the output is not a terminal")
	addFlags(c.Flags(), true)
}

// begin reads the configuration and opens the vault. It refuses a secret that
// is not in the data folder. It makes nothing: what there is decides first what
// to tell the operator.
func (e *enrolment) begin(c *cobra.Command) (*auth.Vault, error) {
	var err error
	if e.config, err = readConfig(c.Flags(), e.Environ, "."); err != nil {
		return nil, err
	}
	if e.config.TOTPSecret != "" {
		return nil, usagef("unset it to keep a secret in the data folder", "the secret is fixed by TOTP_SECRET")
	}
	if _, err := os.Stat(e.config.DataDir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unusable(e.config.DataDir, err)
	}
	return openVault(e.config)
}

// prepare refuses what cannot lead to a secret that somebody saw and that is in
// the data folder, before any question is asked.
func (e *enrolment) prepare() error {
	if err := e.checkTerminal(); err != nil {
		return err
	}
	e.prompt = newPrompt(e.Stdin, e.Stderr)
	return openFolder(e.config.DataDir)
}

// checkTerminal refuses to write a secret into a file or a pipe, where it would
// stay, unless that is what the operator wants.
func (e *enrolment) checkTerminal() error {
	if e.force || isTerminal(e.Stdout) {
		return nil
	}
	return usagef("run it in a terminal, or add --force", "the secret would not be shown on a terminal but written elsewhere")
}

// newSecret shows a new secret and returns it once its first code was typed.
func (e *enrolment) newSecret(ctx context.Context) (auth.Secret, error) {
	s, err := auth.NewSecret(string(e.config.TOTPIssuer), string(e.config.TOTPUser))
	if err != nil {
		return auth.Secret{}, fmt.Errorf("making a secret: %w", err)
	}
	if err := e.show(s); err != nil {
		return auth.Secret{}, err
	}
	question := "First code from the app: "
	for {
		code, err := e.prompt.ask(ctx, question)
		if err != nil {
			return auth.Secret{}, gaveUp(err)
		}
		now := time.Now()
		if active, ok := s.Activate(code, now); ok {
			return active, nil
		}
		question = "That is not the code of now. The clock here says " +
			now.UTC().Format("15:04:05") + " UTC; the phone's must agree.\nCode: "
	}
}

// show prints the secret in every form that an app may want.
func (e *enrolment) show(s auth.Secret) error {
	fmt.Fprint(e.Stdout, "Scan this with your authenticator app:\n\n")
	if err := printQR(e.Stdout, s.URI(), e.coloured(e.Stdout)); err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout, "\nor type the secret in: %s\n", s.Groups())
	if e.uri {
		fmt.Fprintf(e.Stdout, "or open the address:   %s\n", s.URI())
	}
	_, err := fmt.Fprintln(e.Stdout)
	return err
}

// gaveUp is the end of an enrolment that was not finished.
func gaveUp(err error) error {
	if errors.Is(err, io.EOF) {
		return failf("", "the input ended; nothing was changed")
	}
	return interrupted("interrupted; nothing was changed")
}
