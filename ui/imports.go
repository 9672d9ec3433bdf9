package ui

import (
	"path"
	"regexp"
)

// Modules here have one import a line. Types come in by JSDoc, inside comments,
// which do not start a line with these words.
var (
	importLine = regexp.MustCompile(`(?m)^(?:import|export|\})[^"'\n]*["'](\.{1,2}/[^"'\n]+)["'];?\s*$`)
	importCall = regexp.MustCompile(`\bimport\(["'](\.{1,2}/[^"'\n]+)["']\)`)
)

// importsOf returns what a module imports, as names relative to static/: at
// once, with the word import or as a re-export, and later, with the call.
func importsOf(name string, body []byte) (atOnce, later []string) {
	found := func(in *regexp.Regexp) (names []string) {
		for _, m := range in.FindAllSubmatch(body, -1) {
			names = append(names, path.Join(path.Dir(name), string(m[1])))
		}
		return names
	}
	return found(importLine), found(importCall)
}
