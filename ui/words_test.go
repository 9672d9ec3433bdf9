package ui

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every language says everything, with the same values in it.
func TestLanguagesSayTheSame(t *testing.T) {
	languages := newSite(t, Options{}).languages
	english := languages["en"]
	if languages["es"] == nil {
		t.Fatalf("there are %v, want English and Spanish", slices.Sorted(maps.Keys(languages)))
	}
	places := func(s string) []string {
		return slices.Compact(slices.Sorted(slices.Values(place.FindAllString(s, -1))))
	}
	for tag, l := range languages {
		for key, e := range l.words {
			en, ok := english.words[key]
			switch {
			case !ok:
				t.Errorf("%s says %q, English does not", tag, key)
			case e.other == "" || (e.one == "") != (en.one == ""):
				t.Errorf("%s: %q is %q, in English %q", tag, key, e, en)
			case !slices.Equal(places(e.other), places(en.other)):
				t.Errorf("%s: %q has the values %v, in English %v", tag, key, places(e.other), places(en.other))
			}
		}
		for key := range english.words {
			if _, ok := l.words[key]; !ok {
				t.Errorf("%s does not say %q", tag, key)
			}
		}
	}
}

// Each sentence that templates, modules or handlers name exists, and each that
// exists is named: whole, or by the beginning of its key.
func TestEverySentenceIsUsed(t *testing.T) {
	english := newSite(t, Options{}).languages["en"]
	whole := regexp.MustCompile(`\b(?:[sS]ay|rich) ?\(?"([a-z]+\.[a-z_0-9.]+)"`)
	family := regexp.MustCompile("(?:say\\(|maybe\\(|printf )[\"`]([a-z]+\\.(?:[a-z_]+\\.)*)(?:\\$\\{|%)")
	code := regexp.MustCompile(`Code:\s+"([a-z_]+)"`)
	status := regexp.MustCompile(`^(?:title|error)\.(?:[45]\d\d|other)$`)
	other := regexp.MustCompile(`"([a-z]+\.[a-z_0-9.]+)"`) // a key that is chosen before it is said
	used := make(map[string]bool)
	for _, source := range sources(t) {
		for _, m := range whole.FindAllStringSubmatch(source.text, -1) {
			if used[m[1]] = true; !english.has(m[1]) {
				t.Errorf("%s says %q, which does not exist", source.name, m[1])
			}
		}
		for _, m := range other.FindAllStringSubmatch(source.text, -1) {
			used[m[1]] = true
		}
		for _, m := range code.FindAllStringSubmatch(source.text, -1) {
			used["error."+m[1]] = true
		}
		for _, m := range family.FindAllStringSubmatch(source.text, -1) {
			members := english.family(m[1])
			if len(members) == 0 {
				t.Errorf("%s says %q and more, and there is no such sentence", source.name, m[1])
			}
			for key := range members {
				used[key] = true
			}
		}
	}
	for key := range english.words {
		if !used[key] && !status.MatchString(key) {
			t.Errorf("nobody says %q", key)
		}
	}
}

// Whoever adds a sentence to a template or a module writes it in words/*.json.
func TestNoPlainWordsOutsideWords(t *testing.T) {
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	markup := regexp.MustCompile(`(?s)<pre.*?</pre>|<[^>]*>`)
	spoken := regexp.MustCompile(`(?:aria-label|placeholder|title|alt|label)="([^"]*)"`)
	word := regexp.MustCompile(`\pL{2,}`)
	sentence := regexp.MustCompile("[\"`]((?:[A-Z][a-z]+[ .…:,!?']|[a-z]+ [a-z]+ [a-z]+ )[^\"`\n]*)[\"`]")
	comment := regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	for _, source := range sources(t) {
		var found []string
		switch filepath.Ext(source.name) {
		case ".html":
			text := action.ReplaceAllString(source.text, "")
			for _, m := range spoken.FindAllStringSubmatch(text, -1) {
				found = append(found, word.FindAllString(m[1], -1)...)
			}
			text = markup.ReplaceAllString(text, "")
			found = append(found, word.FindAllString(strings.NewReplacer("· chat", "", "UTC", "", "chat", "", "in-room", "").Replace(text), -1)...)
		case ".js":
			for _, m := range sentence.FindAllStringSubmatch(comment.ReplaceAllString(source.text, ""), -1) {
				found = append(found, m[1])
			}
		}
		if len(found) > 0 {
			t.Errorf("%s speaks for itself: %q", source.name, found)
		}
	}
}

type source struct{ name, text string }

// sources are the templates, the modules, and the handlers of all packages.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, root := range []string{"pages", "static/js", "static/css", ".", "../auth", "../chat", "../cmd"} {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && name != root && (root == "." || strings.Contains(name, "testdata")) {
				return filepath.SkipDir
			}
			ext := filepath.Ext(name)
			if d.IsDir() || strings.HasSuffix(name, "_test.go") || ext != ".go" && ext != ".html" && ext != ".js" && ext != ".css" {
				return err
			}
			body, err := os.ReadFile(name)
			all = append(all, source{name, string(body)})
			return err
		})
		if err != nil {
			t.Fatalf("reading the sources: %v", err)
		}
	}
	return all
}
