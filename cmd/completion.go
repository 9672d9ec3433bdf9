package cmd

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// shells are those that we can write a completion for.
var shells = map[string]func(*cobra.Command, io.Writer) error{
	"bash":       func(c *cobra.Command, w io.Writer) error { return c.GenBashCompletionV2(w, true) },
	"fish":       func(c *cobra.Command, w io.Writer) error { return c.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	"zsh":        (*cobra.Command).GenZshCompletion,
}

func completionCommand(p Program) *cobra.Command {
	names := slices.Sorted(maps.Keys(shells))
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion for a shell.",
		Long: `Prints a script with which the Tab key completes commands, flags and their
values. The packages install it; otherwise write it where the shell looks.
SHELL is ` + oneOf(names) + `.`,
		Example: `  chat completion bash >~/.local/share/bash-completion/completions/chat
  chat completion zsh >"${fpath[1]}/_chat"
  chat completion fish >~/.config/fish/completions/chat.fish
  chat completion powershell >>$PROFILE`,
		ValidArgs: names,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 || shells[args[0]] == nil {
				return usagef(seeHelp(c), "completion takes one shell: %s", oneOf(names))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return shells[args[0]](c.Root(), p.Stdout) },
	}
}

// oneOf is a list as one reads it: a, b or c.
func oneOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// complete tells the shells what may stand where, in all commands below c:
// files after those that take some, and the values of flags.
func complete(c *cobra.Command) {
	if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 && c.HasParent() && !strings.Contains(c.Use, " ") {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, v := range variables {
		if c.Flags().Lookup(v.flag()) != nil {
			_ = c.RegisterFlagCompletionFunc(v.flag(), v.complete) // fails for a flag that is not there, or twice
		}
	}
	for _, sub := range c.Commands() {
		complete(sub)
	}
}

// complete is what the shell offers as the value of the variable's flag.
func (v variable) complete(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	switch v.Kind {
	case "file":
		return v.Choices, cobra.ShellCompDirectiveDefault
	case "folder":
		return nil, cobra.ShellCompDirectiveFilterDirs
	case "":
		return []string{"true", "false"}, cobra.ShellCompDirectiveNoFileComp
	}
	return v.Choices, cobra.ShellCompDirectiveNoFileComp
}
