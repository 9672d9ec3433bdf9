package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// tree is everything under static/, in memory. The files are few and small.
type tree struct {
	hash  string // of all names and contents, 12 hex digits
	files map[string]asset
}

type asset struct {
	body       []byte
	mime, etag string
	packed     *encodings
	imports    []string // of a module: what it imports at once, as names in the tree
	later      []string // of a module: what it imports when it is needed
}

// mimes are the types we ship, spelled out: the platform's own table differs
// from machine to machine, and a module with a wrong type does not run.
var mimes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".ico":  "image/x-icon",
	".txt":  "text/plain; charset=utf-8",
	".json": "application/json",

	".webmanifest": "application/manifest+json",
}

// loadTree reads static/ and checks that every import leads somewhere. In place of
// its modules and sheets, which are many, the tree has those of joined/, which are
// few. For development everything stays as it is written.
func loadTree(files fs.FS, asWritten bool) (*tree, error) {
	t := &tree{files: map[string]asset{}}
	sum := sha256.New()
	read := func(folder, name string) error {
		a, err := readAsset(files, folder, name, asWritten)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s\x00%d\x00%s", name, len(a.body), a.body) // WalkDir is sorted, so the sum is stable.
		t.files[name] = a
		return nil
	}
	err := walk(files, "static", func(name string) error {
		if !asWritten && (strings.HasPrefix(name, "js/") || strings.HasPrefix(name, "css/")) {
			return nil
		}
		return read("static", name)
	})
	if err == nil && !asWritten {
		err = walk(files, joined, func(name string) error { return read(joined, name) })
	}
	if err != nil {
		return nil, err
	}
	t.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	for name, f := range t.files {
		for _, to := range slices.Concat(f.imports, f.later) {
			if _, ok := t.files[to]; !ok {
				return nil, fmt.Errorf("reading %s: it imports %s, which does not exist", name, to)
			}
		}
	}
	return t, nil
}

// joined is the folder of what command join makes.
const joined = "joined"

// walk calls f for each file of a folder, with its name there.
func walk(files fs.FS, folder string, f func(name string) error) error {
	return fs.WalkDir(files, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return f(strings.TrimPrefix(name, folder+"/"))
	})
}

func readAsset(files fs.FS, folder, name string, asWritten bool) (asset, error) {
	body, err := fs.ReadFile(files, path.Join(folder, name))
	if err != nil {
		return asset{}, err
	}
	small := body
	if folder != joined && !strings.HasPrefix(name, "vendor/") { // which stays as it was published
		if small, err = smaller(name, body); err != nil {
			return asset{}, err
		}
	}
	var a asset
	if strings.HasPrefix(name, "js/") {
		a.imports, a.later = importsOf(name, small)
	}
	if !asWritten {
		body = small
	}
	sum := sha256.Sum256(body)
	a.body, a.packed = body, newEncodings(body)
	a.etag, a.mime = strconv.Quote(hex.EncodeToString(sum[:8])), mimes[path.Ext(name)]
	if a.mime == "" {
		a.mime = mimes[".txt"] // licences and checksums
	}
	return a, nil
}

// url returns the address of a file, and an error for a file that is not there.
func (t *tree) url(name string) (string, error) {
	if _, ok := t.files[name]; !ok {
		return "", fmt.Errorf("linking to %q: not under static/", name)
	}
	return staticPrefix + t.hash + "/" + name, nil
}

// modules returns the addresses of everything a module imports at once,
// directly or not, but not its own. A page preloads them, or the browser would
// find them one round trip after the other.
func (t *tree) modules(name string) ([]string, error) {
	if _, err := t.url(name); err != nil {
		return nil, err
	}
	found := t.reach(name, func(f asset) []string { return f.imports })
	urls := make([]string, 0, len(found))
	for _, name := range found[1:] {
		urls = append(urls, staticPrefix+t.hash+"/"+name)
	}
	return urls, nil
}

// closure returns the modules that a module may ever run, itself included.
func (t *tree) closure(name string) []asset {
	var all []asset
	for _, name := range t.reach(name, func(f asset) []string { return slices.Concat(f.imports, f.later) }) {
		all = append(all, t.files[name])
	}
	return all
}

// reach follows imports from a module on; the module itself comes first.
func (t *tree) reach(name string, imports func(asset) []string) []string {
	found := []string{name}
	for i := 0; i < len(found); i++ {
		for _, to := range imports(t.files[found[i]]) {
			if !slices.Contains(found, to) {
				found = append(found, to)
			}
		}
	}
	return found
}

// writeBody answers with the body, or with 304 when the client has it already.
func writeBody(w http.ResponseWriter, r *http.Request, etag string, body []byte) {
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // The client may be gone; there is nobody left to tell.
	}
}
