package cmd

import (
	"errors"
	"fmt"
	"io/fs"

	"chat/auth"
)

// fixedSecret is the secret of TOTP_SECRET.
func (c Config) fixedSecret() (auth.Secret, error) {
	return auth.ParseSecret(string(c.TOTPSecret), string(c.TOTPIssuer), string(c.TOTPUser))
}

// openVault opens where the secret lives: the environment if TOTP_SECRET is
// set, else the data folder. A damaged secret is never replaced by a new one:
// that would let whoever can damage a file take over the server.
func openVault(c Config) (*auth.Vault, error) {
	if c.TOTPSecret != "" {
		s, err := c.fixedSecret()
		if err != nil {
			return nil, usagef("", "TOTP_SECRET must be %s", lookup("TOTP_SECRET").Allowed)
		}
		return auth.FixedVault(s), nil
	}
	v, err := auth.OpenVault(c.DataDir)
	if errors.Is(err, fs.ErrPermission) {
		return nil, failf("run this as the user who runs the server", "not allowed to open the secret in %s", c.DataDir)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the secret: %w", err) // It says what to do.
	}
	return v, nil
}
