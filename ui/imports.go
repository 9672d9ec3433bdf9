package ui

import (
	"path"
	"regexp"
)

// How a minified module imports and re-exports. Nothing else in it looks alike:
// it has no comments, in which types come in, or which show an import.
var (
	importClause = regexp.MustCompile(`\b(?:import|from)"(\.{1,2}/[^"]+)"`)
	importCall   = regexp.MustCompile(`\bimport\("(\.{1,2}/[^"]+)"\)`)
)

// importsOf returns what a minified module imports, as names relative to
// static/: at once, with the word import or as a re-export, and later, with the
// call.
func importsOf(name string, small []byte) (atOnce, later []string) {
	found := func(in *regexp.Regexp) (names []string) {
		for _, m := range in.FindAllSubmatch(small, -1) {
			names = append(names, path.Join(path.Dir(name), string(m[1])))
		}
		return names
	}
	return found(importClause), found(importCall)
}
