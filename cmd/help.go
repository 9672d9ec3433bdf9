package cmd

import (
	"slices"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// teachHelp gives the templates of the help two words, by which a command's own
// few flags stand apart from the settings that many commands take.
var teachHelp = sync.OnceFunc(func() {
	cobra.AddTemplateFunc("own", func(flags *pflag.FlagSet) *pflag.FlagSet { return pick(flags, false) })
	cobra.AddTemplateFunc("settings", func(flags *pflag.FlagSet) *pflag.FlagSet { return pick(flags, true) })
})

// pick returns the flags to show that are settings, or those that are not; nil
// if there are none.
func pick(flags *pflag.FlagSet, settings bool) *pflag.FlagSet {
	picked := pflag.NewFlagSet("", pflag.ContinueOnError)
	picked.SortFlags = flags.SortFlags
	flags.VisitAll(func(f *pflag.Flag) {
		if isSetting(f) == settings {
			picked.AddFlag(f)
		}
	})
	if !picked.HasAvailableFlags() {
		return nil
	}
	return picked
}

func isSetting(f *pflag.Flag) bool {
	return slices.ContainsFunc(variables, func(v variable) bool { return v.flag() == f.Name })
}
