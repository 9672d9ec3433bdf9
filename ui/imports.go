package ui

import (
	"path"
	"regexp"
)

// importLine finds static imports and re-exports of relative names. Modules
// here have one import a line and no dynamic ones; types come in by JSDoc,
// inside comments, which do not start a line with these words.
var importLine = regexp.MustCompile(`(?m)^(?:import|export|\})[^"'\n]*["'](\.{1,2}/[^"'\n]+)["'];?\s*$`)

// importsOf returns what a module imports, as names relative to static/.
func importsOf(name string, body []byte) []string {
	var names []string
	for _, m := range importLine.FindAllSubmatch(body, -1) {
		names = append(names, path.Join(path.Dir(name), string(m[1])))
	}
	return names
}
