package cmd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"chat/cmd/logs"
)

// Records are read by tools, so their keys are fixed: each stands in logs.Keys.
// And their message is fixed, so that what a stranger sends is a value.
func TestLogKeys(t *testing.T) {
	used := make(map[string]bool)
	eachSource(t, 0, func(path string, f *ast.File, where *token.FileSet) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			keys, bad := recordKeys(call)
			if bad != "" && !strings.HasPrefix(filepath.ToSlash(path), "../cmd/logs/") { // which passes on those of others
				t.Errorf("%s: %s", where.Position(call.Pos()), bad)
			}
			for _, key := range keys {
				used[key] = true
				if logs.Keys[key] == "" {
					t.Errorf("%s: the key %q is not in logs.Keys", where.Position(call.Pos()), key)
				}
			}
			return true
		})
	})
	for key := range logs.Keys {
		if !used[key] && key != "room" { // so that there is one name for it, and a hash, before there is a record
			t.Errorf("logs.Keys has %q, which no record has", key)
		}
	}
	if len(used) < 20 {
		t.Errorf("only %d keys were found in the module; this test tests nothing", len(used))
	}
}

// recordKeys returns the keys that a call gives to a record, if it makes one or
// a part of one, and what is wrong with it.
func recordKeys(call *ast.CallExpr) (keys []string, bad string) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, ""
	}
	if on, ok := f.X.(*ast.Ident); ok && on.Name == "slog" {
		switch f.Sel.Name {
		case "String", "Int", "Int64", "Uint64", "Float64", "Bool", "Any", "Time", "Duration", "Group":
			return literals(call.Args[:1])
		}
		return nil, ""
	}
	first, attrs := logMethods[f.Sel.Name], false
	if first == 0 || !isLogger(f.X) || len(call.Args) < first {
		return nil, ""
	}
	attrs = strings.HasSuffix(f.Sel.Name, "Attrs")
	_, shared := call.Args[first-1].(*ast.SelectorExpr) // such as telegram.Silent
	if _, bad := literals(call.Args[first-1 : first]); bad != "" && !shared {
		return nil, bad
	}
	if attrs {
		return nil, ""
	}
	var list []ast.Expr
	for i := first; i < len(call.Args); i += 2 {
		list = append(list, call.Args[i])
	}
	return literals(list)
}

// logMethods are the methods that make a record, with how many arguments there
// are up to the message.
var logMethods = map[string]int{
	"Debug": 1, "Info": 1, "Warn": 1, "Error": 1,
	"DebugContext": 2, "InfoContext": 2, "WarnContext": 2, "ErrorContext": 2,
	"Log": 3, "LogAttrs": 3,
}

// isLogger goes by the name, since there are no types here.
func isLogger(x ast.Expr) bool {
	name := ""
	switch x := x.(type) {
	case *ast.Ident:
		name = x.Name
	case *ast.SelectorExpr:
		name = x.Sel.Name
	}
	return strings.HasSuffix(strings.ToLower(name), "log") || name == "l" || name == "slog"
}

func literals(args []ast.Expr) (list []string, bad string) {
	for _, arg := range args {
		lit, ok := arg.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return nil, "a message or key is not a constant"
		}
		s, err := strconv.Unquote(lit.Value)
		if err != nil {
			return nil, err.Error()
		}
		list = append(list, s)
	}
	return list, ""
}

// eachSource calls f for every Go file of the module that is no test, under any
// build tags, as far as mode has it parsed.
func eachSource(t *testing.T, mode parser.Mode, f func(path string, file *ast.File, where *token.FileSet)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		where := token.NewFileSet()
		file, err := parser.ParseFile(where, path, nil, mode)
		if err != nil {
			return err
		}
		f(path, file, where)
		return nil
	})
	if err != nil {
		t.Fatalf("reading the module: %v", err)
	}
}
