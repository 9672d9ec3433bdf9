package main

import "embed"

// assets is what the browser gets, compiled in: the folder ui/ with its
// templates in pages/ and everything else in static/.
//
//go:embed ui/pages ui/static
var assets embed.FS
