package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"chat/auth"

	"github.com/spf13/cobra"
)

func sessionsCommand(p Program) *cobra.Command {
	s := &sessionsRun{Program: p}
	c := &cobra.Command{
		Use:   "sessions",
		Short: "List who is logged in, and end it.",
		Long: `Lists the sessions and the trusted devices, or ends those named by their id. It
works beside a running server, whose sockets of an ended session close within
two seconds, and without one. A device that is no longer trusted can still log
in, as any other can. To end everything at once and for good, rotate the secret.`,
		Example: `  chat sessions
  chat sessions --end jnbw2q4x7v6y5t3r2p1m0k9h8g     ids come from the list
  chat sessions --end-all
  chat sessions --json`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.run(c) },
	}
	c.Flags().StringSliceVar(&s.end, "end", nil, "end the session, or the trust in the device, with this `id`")
	c.Flags().BoolVar(&s.endAll, "end-all", false, "end every session and the trust in every device")
	c.Flags().BoolVar(&s.json, "json", false, "print one JSON object")
	addFlags(c.Flags(), false)
	showOnly(c.Flags(), "DATA_DIR")
	return c
}

type sessionsRun struct {
	Program
	end    []string
	endAll bool
	json   bool
}

// logins is what the command lists.
type logins struct {
	Sessions []auth.SessionInfo `json:"sessions"`
	Devices  []auth.DeviceInfo  `json:"devices"`
}

func (s *sessionsRun) run(c *cobra.Command) error {
	if s.endAll && len(s.end) > 0 { // What cobra says of it is no mistake in usage to a script.
		return usagef("leave one of them out", "--end-all ends those of --end as well")
	}
	config, err := readConfig(c.Flags(), s.Environ, ".")
	if err != nil {
		return err
	}
	vault, err := openVault(config)
	if err != nil {
		return err
	}
	log := commandLog(config, s.Program)
	defer log.Close()
	rdb, leave, err := openState(c.Context(), config, log.Logger)
	if err != nil {
		return err
	}
	defer leave()
	ledger := auth.NewLedger(vault, rdb, config.statePrefix())
	all, err := readLogins(c.Context(), ledger)
	if err != nil {
		return err
	}
	if s.endAll {
		s.end = all.ids()
	}
	if len(s.end) == 0 && !s.endAll {
		return s.print(all)
	}
	for _, id := range s.end {
		if err := endLogin(c.Context(), ledger, id); err != nil {
			return err
		}
	}
	if s.json {
		if all, err = readLogins(c.Context(), ledger); err != nil {
			return err
		}
		return s.print(all)
	}
	fmt.Fprintf(s.Stderr, "Ended %d.\n", len(s.end))
	return nil
}

func readLogins(ctx context.Context, ledger *auth.Ledger) (all logins, err error) {
	if all.Sessions, err = ledger.Sessions(ctx); err != nil {
		return all, fmt.Errorf("listing sessions: %w", err)
	}
	if all.Devices, err = ledger.Devices(ctx); err != nil {
		return all, fmt.Errorf("listing trusted devices: %w", err)
	}
	return all, nil
}

func (l logins) ids() (ids []string) {
	for _, one := range l.Sessions {
		ids = append(ids, one.ID)
	}
	for _, one := range l.Devices {
		ids = append(ids, one.ID)
	}
	return ids
}

// endLogin ends whatever the id names. What ended by itself meanwhile has ended.
func endLogin(ctx context.Context, ledger *auth.Ledger, id string) error {
	err := ledger.EndSession(ctx, id)
	if errors.Is(err, auth.ErrUnknownSession) {
		err = ledger.EndDevice(ctx, id)
	}
	if errors.Is(err, auth.ErrUnknownDevice) {
		return failf("run `chat sessions` for the ids there are", "no session and no trusted device has the id %q", id)
	}
	if err != nil {
		return fmt.Errorf("ending %s: %w", id, err)
	}
	return nil
}

func (s *sessionsRun) print(all logins) error {
	if s.json {
		if all.Sessions == nil {
			all.Sessions = []auth.SessionInfo{}
		}
		if all.Devices == nil {
			all.Devices = []auth.DeviceInfo{}
		}
		return json.NewEncoder(s.Stdout).Encode(all)
	}
	return all.table(s.Stdout)
}

// table is for people. Names and browsers come from strangers by way of Redis,
// so nothing of them may reach the terminal as more than text.
func (l logins) table(w io.Writer) error {
	if len(l.Sessions)+len(l.Devices) == 0 {
		_, err := fmt.Fprintln(w, "Nobody is logged in.")
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(l.Sessions) > 0 {
		fmt.Fprintln(out, "SESSION\tNAME\tSINCE\tUNTIL\tBROWSER")
	}
	for _, one := range l.Sessions {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", plainText(one.ID), plainText(one.Name), day(one.Made), day(one.Ends), plainText(one.Agent))
	}
	if len(l.Devices) > 0 {
		fmt.Fprintln(out, "TRUSTED DEVICE\t\tLAST LOGIN\tUNTIL\tBROWSER")
	}
	for _, one := range l.Devices {
		fmt.Fprintf(out, "%s\t\t%s\t%s\t%s\n", plainText(one.ID), day(one.Made), day(one.Ends), plainText(one.Agent))
	}
	return out.Flush()
}

func day(at time.Time) string { return at.Local().Format("2006-01-02 15:04") }

// visible takes away what a terminal might obey.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

// plainText is what is visible of a text, and no more than fits into a line.
func plainText(text string) string {
	const longest = 60
	clean := []rune(visible(text))
	if len(clean) > longest {
		return string(clean[:longest-1]) + "…"
	}
	return string(clean)
}
