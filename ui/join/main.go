// Command join answers: how do many modules and sheets become few files?
//
// The page's modules are small, each of one concern, and a browser spends about
// as long on asking for one as on running it: forty of them take 200 ms on a small
// machine, whatever is in them. So the binary serves joined modules, one file for
// all that a page needs at once, the client of Socket.IO with it, and some for what
// it needs later, and the modules themselves only with --ui-dir. A page's sheets are
// one as well. They are made with esbuild by
//
//	go generate ./ui
//
// and are committed. A test fails when they are not those of the modules.
package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "join:", err)
		os.Exit(1)
	}
}

// run writes joined/ in the folder of package ui anew.
func run(ui string) error {
	files, err := join(ui)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(ui, "joined")); err != nil {
		return err
	}
	for name, body := range files {
		file := filepath.Join(ui, "joined", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, body, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pages are the modules that pages load. They share no file, or each would have
// as many more as there are ways to share.
var pages = []string{"js/room.js", "js/home.js", "js/login.js", "js/enrol.js", "js/plain.js", "js/offline.js"}

// sheets are what pages link to, and what they load later.
var sheets = []string{"css/room.css", "css/pages.css", "css/acts.css", "css/dialogs.css"}

// script is the one that is no module.
const script = "js/early.js"

// join returns the joined files of all pages by their names, such as js/room.js.
func join(ui string) (map[string][]byte, error) {
	static, err := filepath.Abs(filepath.Join(ui, "static"))
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, page := range slices.Concat(pages, sheets, []string{script}) {
		o := options(static, page)
		if !slices.Contains(pages, page) {
			o.Splitting, o.Format = false, api.FormatDefault
		}
		made := api.Build(o)
		for _, m := range slices.Concat(made.Errors, made.Warnings) {
			err = errors.Join(err, fmt.Errorf("joining %s: %s", page, m.Text))
		}
		if err != nil {
			return nil, err
		}
		for name, body := range whole(path.Base(page), made.OutputFiles) {
			files[path.Join(path.Dir(page), name)] = body
		}
	}
	return files, nil
}

func options(static, page string) api.BuildOptions {
	return api.BuildOptions{
		AbsWorkingDir: static,
		EntryPoints:   []string{page},
		Outdir:        static, // in which nothing is written
		EntryNames:    "[name]",
		ChunkNames:    "[name]-[hash]",
		Plugins:       []api.Plugin{needsAll(filepath.Join(static, filepath.FromSlash(page)))},

		Bundle: true, Splitting: true,
		Format: api.FormatESModule, Target: api.ES2022, Charset: api.CharsetUTF8, TreeShaking: api.TreeShakingTrue,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		LogLevel: api.LogLevelSilent,
	}
}
