package cmd

import (
	"os"
	"strings"
	"testing"
)

// The table of settings in the README is made from the table of variables; run
// go test -update after a change.
func TestReadmeSettings(t *testing.T) {
	const path, begin, end = "../README.md", "-run TestReadme -update -->\n", "<!-- end -->"
	got := text(t, "README.md")
	before, rest, ok := strings.Cut(got, begin)
	_, after, found := strings.Cut(rest, end)
	if !ok || !found {
		t.Fatalf("%s has no place for the settings", path)
	}
	want := before + begin + readmeSettings() + end + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatalf("writing: %v", err)
		}
		got = want
	}
	if got != want {
		t.Errorf("%s is stale; run go test ./cmd -run TestReadme -update", path)
	}
}

func readmeSettings() string {
	var b strings.Builder
	b.WriteString("| Variable | What it does | Default |\n| --- | --- | --- |\n")
	for _, v := range variables {
		value := ""
		if v.Default != "" {
			value = "`" + v.Default + "`"
		}
		b.WriteString("| `" + v.Name + "` | " + v.Usage + " | " + value + " |\n")
	}
	return b.String()
}

// A bot is ten lines, or people look for another chat.
func TestReadmeBotsAreShort(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"js", "python"} {
		count := 0
		for line := range strings.Lines(readmeCode(t, language)) {
			if strings.TrimSpace(line) != "" {
				count++
			}
			if len(line) > 100 {
				t.Errorf("the bot in %s has a line that is two: %s", language, line)
			}
		}
		if count > 10 {
			t.Errorf("the bot in %s has %d lines, want 10 at most", language, count)
		}
	}
}

// readmeCode is the program in a language that the README has.
func readmeCode(t *testing.T, language string) string {
	t.Helper()
	_, rest, _ := strings.Cut(text(t, "README.md"), "\n```"+language+"\n")
	code, _, found := strings.Cut(rest, "\n```\n")
	if !found {
		t.Fatalf("the README has no program in %s", language)
	}
	return code
}
