package cmd

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// Build tells which build of chat this is. Empty fields are unknown.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Date    string `json:"date"` // of the commit, RFC 3339
}

func versionCommand(p Program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Tell which version this is.",
		Example: `  chat version
  chat version --json`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := struct {
				Build
				Go   string `json:"go"`
				OS   string `json:"os"`
				Arch string `json:"arch"`
			}{p.Build, runtime.Version(), runtime.GOOS, runtime.GOARCH}
			if asJSON {
				return json.NewEncoder(p.Stdout).Encode(v)
			}
			_, err := fmt.Fprintf(p.Stdout, "chat %s\ncommit  %s\ndate    %s\ngo      %s\nsystem  %s/%s\n",
				v.Version, cmp.Or(v.Commit, "unknown"), cmp.Or(v.Date, "unknown"), v.Go, v.OS, v.Arch)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}
