// Package manual answers the question: what does man show about a command? It
// writes one page for each command of a cobra tree, in the macros of man(7),
// from the texts that the help shows as well.
//
// It is our own because cobra's generator reads those texts as Markdown, where
// an underscore or an angle bracket means something, brings a Markdown parser
// into the binary, and has no place for the variables, files and exit codes
// that an operator looks up in a manual.
package manual

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Book is what all pages have in common.
type Book struct {
	Version string // of the program
	Date    string // of the version, 2026-01-02; may be empty
	// Chapters stand on the first page, after its commands.
	Chapters []Chapter
}

// Chapter is a list of things with a name and a meaning.
type Chapter struct {
	Title   string // in capitals, as man pages have it
	Entries []Entry
}

// Entry is one thing of a chapter.
type Entry struct{ Name, Text string }

// Write puts the page of root and of each command below it into the folder dir,
// which must exist. Hidden commands have none.
func (b Book) Write(dir string, root *cobra.Command) error {
	for _, c := range append([]*cobra.Command{root}, shown(root)...) {
		path := filepath.Join(dir, pageName(c)+".1")
		if err := os.WriteFile(path, []byte(b.page(root, c)), 0o644); err != nil {
			return fmt.Errorf("writing a manual page: %w", err)
		}
	}
	return nil
}

// shown lists the commands below c that the help shows.
func shown(c *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			list = append(append(list, sub), shown(sub)...)
		}
	}
	return list
}

// pageName is how one asks man for the page: chat-serve.
func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func (b Book) page(root, c *cobra.Command) string {
	var p roff
	p.line(`.TH "%s" 1 "%s" "%s %s"`, strings.ToUpper(pageName(c)), b.Date, root.Name(), escape(b.Version))
	p.line(".SH NAME")
	p.line(`%s \- %s`, escape(pageName(c)), escape(strings.TrimSuffix(c.Short, ".")))
	p.line(".SH SYNOPSIS")
	usage := c.UseLine()
	if c.HasAvailableSubCommands() {
		usage = c.CommandPath() + " <command> [flags]"
	}
	p.line(".B %s", escape(usage))
	if c.Example != "" {
		p.line(".SH EXAMPLES")
		p.verbatim(c.Example)
	}
	if c.Long != "" {
		p.line(".SH DESCRIPTION")
		p.text(c.Long)
	}
	if subs := shown(c); len(subs) > 0 {
		p.line(".SH COMMANDS")
		for _, sub := range subs {
			p.item(".BR "+escape(pageName(sub))+" (1)", sub.Short)
		}
	}
	p.options(c.LocalFlags())
	if c == root {
		for _, chapter := range b.Chapters {
			p.line(".SH %s", chapter.Title)
			for _, e := range chapter.Entries {
				p.item(".B "+escape(e.Name), e.Text)
			}
		}
	} else {
		p.line(".SH SEE ALSO")
		p.line(".BR %s (1)", escape(pageName(root)))
	}
	return p.String()
}

// options describes flags as the help does.
func (p *roff) options(flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	p.line(".SH OPTIONS")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		name := `\-\-` + escape(f.Name)
		if f.Shorthand != "" {
			name = `\-` + escape(f.Shorthand) + ", " + name
		}
		value, usage := pflag.UnquoteUsage(f)
		if value != "" {
			name += ` \fI` + escape(value) + `\fR`
		}
		p.item(".B "+name, cmp.Or(usage, f.Usage))
	})
}
