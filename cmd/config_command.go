package cmd

import (
	"encoding/json"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func configCommand(p Program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "config",
		Short: "Print the settings in force, and where each comes from.",
		Long: `Prints what serve would take with the same flags, environment and file .env in
the working directory, once it is found to be right. Secrets are not printed,
only whether they are set.`,
		Example: `  chat config
  chat config --port 8080        what that flag would change
  chat config --json`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config, all, err := readSettings(c.Flags(), p.Environ, ".")
			if err != nil {
				return err
			}
			all.enforce(config)
			if asJSON {
				return json.NewEncoder(p.Stdout).Encode(all.shown())
			}
			out := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
			for _, s := range all.shown() {
				fmt.Fprintf(out, "%s\t%s\t%s\n", s.Name, visible(s.Value), s.Source)
			}
			return out.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	addFlags(c.Flags(), false)
	return c
}

// shownSetting is a setting as people may see it.
type shownSetting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"` // "--port", "environment", ".env" or "default"
}

// enforce puts what is in force in the place of what was written, where the two
// are not the same: of a path, which begins in the working directory, and of what
// another setting decides.
func (s settings) enforce(c Config) {
	be := func(name, value, decidedBy string) { s[name] = setting{value, s[decidedBy].source} }
	be("SERVER_URL", string(c.ServerURL), "SERVER_URL")
	be("DATA_DIR", c.DataDir, "DATA_DIR")
	be("LAN", strconv.FormatBool(bool(c.LAN)), "LAN")
	be("DEBUG", strconv.FormatBool(bool(c.Debug)), "DEBUG")
	if c.listenHost() == "" {
		be("HOST", "all networks", "LAN")
	}
	if c.Debug {
		be("LOG_LEVEL", "DEBUG", "DEBUG")
	}
	if path := c.logPath(); path != "" {
		be("LOG_FILE", path, "LOG_FILE")
	}
}

// shown lists the settings in the order of the table. The default of a secret
// is none and may be seen.
func (s settings) shown() []shownSetting {
	var list []shownSetting
	for _, v := range variables {
		one := shownSetting{v.Name, s[v.Name].text, s[v.Name].source}
		if v.Secret && one.Value != v.Default {
			one.Value = secret("").String()
		}
		list = append(list, one)
	}
	return list
}
