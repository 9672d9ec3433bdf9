// Package cmd answers the question: how is chat run? It is the operator's
// side: the commands, the configuration, and the wiring of the other rooms,
// which do not know each other. It promises:
//
//   - Data goes to standard output, prompts and logs to standard error.
//   - An operator's mistake ends in one line on standard error that begins
//     with "chat:" and says what to do, within two seconds and with a code
//     other than 0 (see the exit codes in [ExitOK] and after it).
//   - A setting comes from a flag, else the environment, else the file .env in
//     the working directory, else its default; [Config] is read once, checked
//     once and passed as a value.
//   - No secret is a flag, is printed in an error or appears in the help.
//
// Every path that the server answers, with the guard before it, stands in
// routes.go.
package cmd

import (
	"context"
	"io"
	"io/fs"

	"github.com/spf13/cobra"
)

// Program is one run of the command line: all that it takes from the outside.
type Program struct {
	Build   Build
	Assets  fs.FS    // holds the folder "ui"
	Args    []string // without the program's own name
	Environ []string // as from os.Environ
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer

	work int // that a backup makes of trying a passphrase; 0 is as much as is good, and tests want less
}

// Execute runs the command that p.Args name and returns the exit code.
// Cancelling ctx is how the operator interrupts it.
func Execute(ctx context.Context, p Program) int {
	root := newRoot(p)
	root.SetArgs(p.Args)
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	return exitCode(p.Stderr, root.ExecuteContext(ctx))
}

// newRoot builds the tree of commands.
func newRoot(p Program) *cobra.Command {
	teachHelp()
	root := &cobra.Command{
		Use:   "chat",
		Short: "Private chat rooms behind your authenticator, in one binary.",
		Example: `  chat serve                     start on this machine and print a link to set up
  chat serve --lan               let the phones and laptops on your network in
  chat setup-totp                set up your authenticator in the terminal
  chat rotate-secret             new authenticator secret; ends every session
  chat doctor                    check the set-up and say how to mend it`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       p.Build.Version,
		Args:          knownCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetVersionTemplate("chat {{.Version}}\n")
	root.SetHelpTemplate(helpTemplate)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef(seeHelp(c), "%w", err)
	})
	root.AddCommand(serveCommand(p), setupCommand(p), rotateCommand(p), doctorCommand(p), healthCommand(p), sessionsCommand(p),
		configCommand(p), backupCommand(p), restoreCommand(p), completionCommand(p), versionCommand(p), manCommand(p), exitCodesTopic())
	root.CompletionOptions.DisableDefaultCmd = true // ours has examples
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Short, help.Long = "Show the help of a command.", ""
		help.Example = "  chat help serve\n  chat help exit-codes"
		help.Args = knownTopic
	}
	complete(root)
	return root
}

// knownCommand refuses what is no command of ours, with the nearest one that is.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := seeHelp(c)
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean `chat " + near[0] + "`?"
	}
	return usagef(hint, "unknown command %q", args[0])
}

// knownTopic refuses to show the help of what is no command of ours.
func knownTopic(c *cobra.Command, args []string) error {
	found, rest, err := c.Root().Find(args)
	if err != nil || !found.HasParent() {
		return knownCommand(c.Root(), args)
	}
	return noArgs(found, rest)
}

// noArgs refuses arguments after a command that takes flags only.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef(seeHelp(c), "unexpected argument %q", args[0])
}

func seeHelp(c *cobra.Command) string { return "see `" + c.CommandPath() + " --help`" }

// topicTemplate shows examples before anything else: most people look for the
// line to type.
const topicTemplate = `{{.Short}}
{{with .Example}}
Examples:
{{.}}
{{end}}{{with .Long}}
{{.}}
{{end}}`

const helpTemplate = topicTemplate + `{{if or .Runnable .HasAvailableSubCommands}}
Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} <command> [flags]{{else}}{{.UseLine}}{{end}}
{{if .HasAvailableSubCommands}}
Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{end}}{{with .LocalFlags | own}}
Flags:
{{.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{with .LocalFlags | settings}}
Settings, each of which may stand in the environment or in .env as well:
{{.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{end}}{{if not .HasParent}}
Exit codes:
  0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted
  (chat help exit-codes)
{{end}}`
