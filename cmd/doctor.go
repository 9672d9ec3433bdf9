package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"chat/auth"

	"github.com/spf13/cobra"
)

func doctorCommand(p Program) *cobra.Command {
	var asJSON, alert bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check the set-up and say how to mend it.",
		Long: `Looks at the clock, the ports, the data folder, the secret, Redis, the log,
Telegram and the certificate, as serve would meet them with the same flags and
environment. It sends nothing out but a ping to the Redis of STORAGE_LIMITER and,
if asked, a test message. A check that fails makes the exit code 1; a warning
does not.`,
		Example: `  chat doctor
  chat doctor --lan --tls self-signed     what a serve with these flags would meet
  chat doctor --telegram                  send a test message, too
  chat doctor --json`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := readConfig(c.Flags(), p.Environ, ".")
			if err != nil {
				return err
			}
			d := doctor{config: config, now: time.Now, synced: clockSynced, alert: alert}
			report := d.examine(c.Context())
			if asJSON {
				err = json.NewEncoder(p.Stdout).Encode(report)
			} else {
				err = report.print(p.Stdout, p.coloured(p.Stdout))
			}
			if err != nil {
				return err
			}
			if report.Failed > 0 {
				return failf("", "%d of %d checks failed", report.Failed, len(report.Checks))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&alert, "telegram", false, "send a test message to TELEGRAM_CHAT_ID")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	addFlags(c.Flags(), false)
	return c
}

// How it stands with one thing, in the words that the report prints.
const (
	statusOK   = "ok"
	statusWarn = "warn" // works, but not as it should
	statusFail = "fail" // does not work, or is open to others
)

// finding is the result of one check.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Text   string `json:"text"`           // what was found
	Mend   string `json:"mend,omitempty"` // an instruction; empty if all is well
}

// report is all that a doctor found, in the order of the checks.
type report struct {
	Checks []finding `json:"checks"`
	Failed int       `json:"failed"`
	Warned int       `json:"warned"`
}

// doctor examines a set-up.
type doctor struct {
	config Config
	now    func() time.Time
	synced func() (yes, known bool) // whether something keeps the clock right
	alert  bool                     // send a test message
}

// examine makes every check. They do not depend on each other, so that one run
// tells everything that there is to mend.
func (d doctor) examine(ctx context.Context) report {
	checks := []struct {
		name string
		look func(context.Context) finding
	}{
		{"clock", d.clock},
		{"port", d.port},
		{"metrics", d.metrics},
		{"folder", d.folder},
		{"files", d.files}, // before the secret, since package auth closes an open folder
		{"secret", d.secret},
		{"redis", d.redis},
		{"log", d.logFile},
		{"telegram", d.telegram},
		{"tls", d.tls},
		{"proxy", d.proxy},
	}
	var r report
	for _, c := range checks {
		f := c.look(ctx)
		f.Check = c.name
		r.Checks = append(r.Checks, f)
		switch f.Status {
		case statusFail:
			r.Failed++
		case statusWarn:
			r.Warned++
		}
	}
	return r
}

// print writes the report for a person to read, one line a check.
func (r report) print(w io.Writer, colour bool) error {
	shades := map[string]string{statusOK: "32", statusWarn: "33", statusFail: "31"}
	for _, f := range r.Checks {
		status := fmt.Sprintf("%-4s", f.Status)
		if colour {
			status = "\x1b[" + shades[f.Status] + "m" + status + "\x1b[0m"
		}
		line := fmt.Sprintf("%s  %-8s  %s", status, f.Check, f.Text)
		if f.Mend != "" {
			line += "; " + f.Mend
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return fmt.Errorf("printing the report: %w", err)
		}
	}
	return nil
}

func fine(format string, args ...any) finding {
	return finding{Status: statusOK, Text: fmt.Sprintf(format, args...)}
}

func warning(mend, format string, args ...any) finding {
	return finding{Status: statusWarn, Text: fmt.Sprintf(format, args...), Mend: mend}
}

func broken(mend, format string, args ...any) finding {
	return finding{Status: statusFail, Text: fmt.Sprintf(format, args...), Mend: mend}
}

// brokenBy is the finding that an error of serve's makes.
func brokenBy(err error) finding {
	var f *failure
	if errors.As(err, &f) {
		return broken(f.hint, "%s", f.err)
	}
	return broken("", "%s", err)
}

// secret tells whether there is one and whether it is whole.
func (d doctor) secret(context.Context) finding {
	vault, err := openVault(d.config)
	if err != nil {
		return brokenBy(err)
	}
	s, err := vault.Current()
	switch {
	case errors.Is(err, auth.ErrNotEnrolled):
		return warning("run `chat setup-totp`, or open the link that serve prints", "no authenticator is set up in %s", d.config.DataDir)
	case err != nil:
		return brokenBy(err)
	case d.config.TOTPSecret != "":
		return fine("fixed by TOTP_SECRET")
	}
	return fine("whole; the app shows it as %s, %s", s.Issuer(), s.Account())
}

// proxy looks for the set-up behind a proxy that forgot to name it: all
// visitors then have one address, and a guesser uses up everybody's attempts.
func (d doctor) proxy(context.Context) finding {
	switch behind := d.config.ServerURL.secure() && !d.config.TLS.on(); {
	case behind && len(d.config.Proxies) == 0:
		return warning("set TRUSTED_PROXIES to the address that the proxy connects from",
			"SERVER_URL is https, so there is a proxy, but it is not trusted to name its visitors, who look like one")
	case behind:
		return fine("trusted to name its visitors")
	case len(d.config.Proxies) > 0:
		return fine("TRUSTED_PROXIES is set")
	}
	return fine("none")
}
