package cmd

import (
	"os"
	"strconv"
	"strings"

	"chat/cmd/manual"

	"github.com/spf13/cobra"
)

// manCommand writes the manual pages that packages install. It is hidden, since
// whoever has them needs no command to make them.
func manCommand(p Program) *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the manual pages into a folder.",
		Example: `  chat man ./man && man ./man/chat.1`,
		Hidden:  true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef(seeHelp(c), "man takes one folder")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return failf("choose a folder that you can write to", "making the folder: %w", err)
			}
			date, _, _ := strings.Cut(p.Build.Date, "T")
			return manual.Book{
				Version:  p.Build.Version,
				Date:     date,
				Chapters: []manual.Chapter{environmentChapter(), filesChapter(), exitChapter()},
			}.Write(args[0], c.Root())
		},
	}
}

func environmentChapter() manual.Chapter {
	chapter := manual.Chapter{Title: "ENVIRONMENT"}
	for _, v := range variables {
		text := strings.ToUpper(v.Usage[:1]) + v.Usage[1:] + ". Must be " + v.Allowed + "."
		if v.Default != "" {
			text += " Default: " + v.Default + "."
		}
		chapter.Entries = append(chapter.Entries, manual.Entry{Name: v.Name, Text: text})
	}
	return chapter
}

func filesChapter() manual.Chapter {
	return manual.Chapter{Title: "FILES", Entries: []manual.Entry{
		{Name: ".env", Text: "In the folder that chat is started in: the variables above, one NAME=value a line. " +
			"The environment and the flags come before it."},
		{Name: "DATA_DIR", Text: "The folder that keeps everything. What is in it lets its reader in, so it is its owner's alone."},
	}}
}

func exitChapter() manual.Chapter {
	chapter := manual.Chapter{Title: "EXIT STATUS"}
	for _, e := range exitCodes {
		chapter.Entries = append(chapter.Entries, manual.Entry{Name: strconv.Itoa(e.code), Text: e.meaning})
	}
	return chapter
}
