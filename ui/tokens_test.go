package ui

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A rule that names a token which does not exist is dropped by browsers without a
// word, and a token that nobody names is weight.
func TestEveryTokenExistsAndIsUsed(t *testing.T) {
	s := newSite(t, Options{})
	defined, used := map[string]string{}, map[string]string{}
	for name, f := range s.static.files {
		if !strings.HasPrefix(name, "css/") {
			continue
		}
		for _, m := range regexp.MustCompile(`[{;](--[a-z0-9-]+):`).FindAllSubmatch(f.body, -1) {
			defined[string(m[1])] = name
		}
		for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)`).FindAllSubmatch(f.body, -1) {
			used[string(m[1])] = name
		}
	}
	if len(used) < 30 {
		t.Fatalf("found only %d tokens; the pattern must be wrong", len(used))
	}
	for _, token := range slices.Sorted(maps.Keys(used)) {
		if defined[token] == "" {
			t.Errorf("%s uses %s, which no sheet defines", used[token], token)
		}
	}
	for _, token := range slices.Sorted(maps.Keys(defined)) {
		if used[token] == "" {
			t.Errorf("%s defines %s, which no sheet uses", defined[token], token)
		}
	}
}
