package cmd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows are the imports between our packages that the design allows: they
// point down, and auth and chat do not know each other. A new package or a new
// arrow is a decision; it belongs here with its reason in the commit.
var arrows = map[string][]string{
	"chat": {"chat/cmd"},

	"chat/cmd":             {"chat/auth", "chat/chat", "chat/chat/engineio", "chat/chat/files", "chat/chat/history", "chat/chat/relay", "chat/chat/socketio", "chat/cmd/backup", "chat/cmd/certificate", "chat/cmd/logs", "chat/cmd/manual", "chat/cmd/metrics", "chat/cmd/private", "chat/cmd/telegram", "chat/ui"},
	"chat/cmd/backup":      {"chat/cmd/private"},
	"chat/cmd/certificate": {"chat/cmd/private"},
	"chat/cmd/logs":        {},
	"chat/cmd/manual":      {},
	"chat/cmd/metrics":     {"chat/chat"},
	"chat/cmd/private":     {},
	"chat/cmd/telegram":    {},

	"chat/auth":                    {"chat/auth/internal/once", "chat/auth/limit", "chat/ui"},
	"chat/auth/limit":              {"chat/auth/internal/once"},
	"chat/auth/internal/once":      {},
	"chat/auth/internal/redistest": {}, // for tests

	"chat/chat":                     {"chat/chat/engineio", "chat/chat/files", "chat/chat/history", "chat/chat/relay", "chat/chat/socketio", "chat/ui"},
	"chat/chat/chattest":            {}, // for tests
	"chat/chat/files":               {"chat/chat/internal/bus"},
	"chat/chat/history":             {"chat/chat/internal/bus"},
	"chat/chat/internal/bus":        {},
	"chat/chat/relay":               {"chat/chat/internal/bus"},
	"chat/chat/internal/redistest":  {}, // for tests
	"chat/chat/socketio":            {"chat/chat/engineio"},
	"chat/chat/engineio":            {},
	"chat/chat/engineio/enginetest": {},                                                                                     // for tests
	"chat/chat/socketio/testserver": {"chat/chat/engineio", "chat/chat/socketio"},                                           // for tests
	"chat/chat/socketio/loadtest":   {"chat/chat", "chat/chat/files", "chat/chat/history", "chat/chat/socketio", "chat/ui"}, // for measuring

	"chat/ui":      {},
	"chat/ui/join": {}, // makes ui/joined
}

func TestImports(t *testing.T) {
	for path, imports := range ourImports(t) {
		allowed, known := arrows[path]
		if !known {
			t.Errorf("package %s is not in the table of arrows", path)
			continue
		}
		for _, to := range imports {
			if !slices.Contains(allowed, to) {
				t.Errorf("package %s imports %s, which the table of arrows does not allow", path, to)
			}
		}
	}
}

// ourImports lists, for each package of the module, which others of the module
// it imports, under any build tags. Tests are left out: they may look anywhere.
func ourImports(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	eachSource(t, parser.ImportsOnly, func(path string, f *ast.File, _ *token.FileSet) {
		rel, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		pkg := strings.TrimSuffix("chat/"+filepath.ToSlash(rel), "/.")
		found[pkg] = union(found[pkg], moduleImports(t, f.Imports))
	})
	return found
}

// E02. The attack: a picture of a few bytes that unpacks to gigabytes, or one that
// hits a hole in its decoder. A server that decodes no pictures has neither.
func TestPicturesAreNotDecodedHere(t *testing.T) {
	decoder := regexp.MustCompile(`^"(image(/.*)?|golang\.org/x/image/.*)"$`)
	eachSource(t, parser.ImportsOnly, func(path string, f *ast.File, _ *token.FileSet) {
		for _, spec := range f.Imports {
			if decoder.MatchString(spec.Path.Value) {
				t.Errorf("%s imports %s", path, spec.Path.Value)
			}
		}
	})
}

// The wire has types of the caller's for what comes in, and no reflection of its
// own to find out about them.
func TestTheWireDoesNotReflect(t *testing.T) {
	wire := regexp.MustCompile(`^\.\./chat/(engineio|socketio)/[a-z_]+\.go$`)
	seen := 0
	eachSource(t, parser.ImportsOnly, func(path string, f *ast.File, _ *token.FileSet) {
		if !wire.MatchString(filepath.ToSlash(path)) {
			return
		}
		seen++
		for _, spec := range f.Imports {
			if spec.Path.Value == `"reflect"` {
				t.Errorf("%s imports reflect", path)
			}
		}
	})
	if seen == 0 {
		t.Error("found no source of the wire")
	}
}

// moduleImports picks the imports of our own module.
func moduleImports(t *testing.T, specs []*ast.ImportSpec) []string {
	t.Helper()
	var list []string
	for _, spec := range specs {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatalf("reading import %s: %v", spec.Path.Value, err)
		}
		if path == "chat" || strings.HasPrefix(path, "chat/") {
			list = append(list, path)
		}
	}
	return list
}

func union(a, b []string) []string {
	list := slices.Concat(a, b)
	slices.Sort(list)
	return slices.Compact(list)
}
