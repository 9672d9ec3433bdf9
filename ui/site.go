// Package ui answers the question: what does the browser get?
//
// It renders the pages, serves the static files they link to, sets the
// security headers of every response and turns errors into pages. It knows
// nothing of rooms or sessions: a handler hands it one of the page structs.
//
// What it promises:
//
//   - A page is complete or absent. Templates are parsed once by New and
//     rendered into a buffer before the first byte leaves.
//   - A page links only to files that exist. Asset addresses carry a hash of
//     the whole static tree, so they may be cached for a year, and modules
//     keep importing each other by plain relative names.
//   - A page needs few files: its modules, which are plain files of one concern in
//     static/js, are joined beforehand by command join, and served as they are
//     written only with Options.Reload.
//   - Nobody's text becomes markup. html/template escapes what the server
//     writes; Headers sends a policy under which inline scripts and styles do
//     not run and DOM sinks such as innerHTML throw.
//   - A page speaks the language that its browser likes best of those in words/,
//     in the templates as in the scripts, which get the sentences they use with
//     the page.
//   - The user's text and the log's detail of an error are different fields,
//     see Error.
//
// A Site is safe for concurrent use.
package ui

//go:generate go run ./join

import (
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
)

// Options of a Site. The zero value is what production wants.
type Options struct {
	// Reload reads templates and static files anew on each request and forbids
	// caching. It is for development on an os.DirFS; it is slow, and a broken
	// template shows only when its page is asked for.
	Reload bool

	// Log receives one record for each failed request. Nil discards them.
	Log *slog.Logger
}

// Site holds the parsed templates and the static files.
type Site struct {
	files  fs.FS
	reload bool
	log    *slog.Logger

	static    *tree
	languages map[string]*language
	pages     map[string]map[string]*template.Template // by language and file name, see Page
}

// New parses every template under pages/, once for each language of words/, and
// loads every file under static/. It fails when a template does not parse or a module imports a file that does
// not exist, so a Site that was made is a Site that works.
func New(files fs.FS, o Options) (*Site, error) {
	s := &Site{files: files, reload: o.Reload, log: o.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	static, err := loadTree(files, o.Reload)
	if err != nil {
		return nil, fmt.Errorf("loading static files: %w", err)
	}
	s.static = static
	if s.languages, err = loadLanguages(files); err != nil {
		return nil, fmt.Errorf("loading words: %w", err)
	}
	s.pages = make(map[string]map[string]*template.Template, len(s.languages))
	for tag, l := range s.languages {
		if s.pages[tag], err = parsePages(files, static, l); err != nil {
			return nil, fmt.Errorf("parsing pages: %w", err)
		}
	}
	return s, nil
}

// fresh returns the site to answer one request with: itself, or in development
// one that was read from the files this moment.
func (s *Site) fresh() (*Site, error) {
	if !s.reload {
		return s, nil
	}
	return New(s.files, Options{Reload: true, Log: s.log})
}
