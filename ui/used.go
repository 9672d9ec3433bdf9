package ui

import (
	"maps"
	"regexp"
	"strings"
	"sync"
)

// How a module names the sentences that it says: whole, or for a family of them
// as the beginning of a template literal, as in `refused.${code}`.
var (
	wholeKey  = regexp.MustCompile(`"([a-z]+\.[a-z_0-9.]+)"`)
	keyFamily = regexp.MustCompile("`([a-z]+\\.(?:[a-z_0-9]+\\.)*)\\$\\{")
)

// wordsOf returns a function that returns the sentences of a page's module and
// of all that it imports. They are looked for once.
func (l *language) wordsOf(static *tree) func(module string) map[string]entry {
	found := make(map[string]func() map[string]entry)
	for name := range static.files {
		if strings.HasSuffix(name, ".js") {
			found[name] = sync.OnceValue(func() map[string]entry { return l.usedBy(static.closure(name)) })
		}
	}
	return func(module string) map[string]entry { return found[module]() }
}

// usedBy returns the sentences that modules say, so that a page brings those
// and no others.
func (l *language) usedBy(modules []asset) map[string]entry {
	used := make(map[string]entry)
	for _, m := range modules {
		for _, key := range mentioned(wholeKey, m.body) {
			if e, ok := l.words[key]; ok { // others are names of files
				used[key] = e
			}
		}
		for _, family := range mentioned(keyFamily, m.body) {
			maps.Copy(used, l.family(family))
		}
	}
	return used
}

// family returns the sentences whose keys begin alike.
func (l *language) family(prefix string) map[string]entry {
	found := make(map[string]entry)
	for key, e := range l.words {
		if strings.HasPrefix(key, prefix) {
			found[key] = e
		}
	}
	return found
}

func mentioned(in *regexp.Regexp, body []byte) []string {
	var keys []string
	for _, m := range in.FindAllSubmatch(body, -1) {
		keys = append(keys, string(m[1]))
	}
	return keys
}
