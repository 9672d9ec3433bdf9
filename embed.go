package main

import "embed"

// assets is what the browser gets, compiled in: the folder ui/ with its
// templates in pages/, its languages in words/, its modules in joined/ and
// everything else in static/.
//
//go:embed ui/joined ui/pages ui/static ui/words
var assets embed.FS
