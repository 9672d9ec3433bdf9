package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/evanw/esbuild/pkg/api"
)

// needsAll has each module import the page's own, which is there already whenever
// another one runs, and so changes nothing for them. But esbuild makes a file for
// each set of modules that the same others need, some ten for a room, and now all
// that a page needs at once is needed by everybody: it is in one file.
func needsAll(page string) api.Plugin {
	return api.Plugin{Name: "needs all", Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `\.js$`}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			body, err := os.ReadFile(a.Path)
			text := string(body)
			if a.Path != page {
				text += "\nimport " + strconv.Quote(filepath.ToSlash(page)) + ";"
			}
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, err
		})
	}}
}

// nothingElse is a file that only imports another one.
var nothingElse = regexp.MustCompile(`^import"\./([^"/]+)";\n$`)

// whole returns files by their names. Where the page's own would only import what
// is in the one that all need, that one takes its place and its name.
func whole(page string, made []api.OutputFile) map[string][]byte {
	files := make(map[string][]byte, len(made))
	for _, f := range made {
		files[filepath.Base(f.Path)] = f.Contents
	}
	m := nothingElse.FindSubmatch(files[page])
	if m == nil {
		return files
	}
	all := string(m[1])
	files[page] = files[all]
	delete(files, all)
	for name, body := range files {
		files[name] = bytes.ReplaceAll(body, []byte("./"+all), []byte("./"+page))
	}
	return files
}
