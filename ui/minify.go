package ui

import (
	"bytes"
	"fmt"
	"path"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/json"
	"github.com/tdewolff/minify/v2/svg"
)

// smaller returns a module, a drawing or the manifest in fewer bytes: without comments
// and white space, and with short names for what is local to a function. Other files
// it returns as they are. It refuses what is not well-formed, so that a mistake
// shows at the start rather than in somebody's browser.
func smaller(name string, written []byte) ([]byte, error) {
	m := minify.New()
	switch path.Ext(name) {
	case ".js":
		m.Add("code", &js.Minifier{})
	case ".svg":
		m.Add("code", &svg.Minifier{})
	case ".webmanifest":
		m.Add("code", &json.Minifier{})
	default:
		return written, nil
	}
	small, err := m.Bytes("code", bytes.Clone(written)) // it writes into what it reads
	if err != nil {
		return nil, fmt.Errorf("minifying %s: %w", name, err)
	}
	return small, nil
}
