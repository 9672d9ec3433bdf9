package cmd

import (
	"io/fs"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
)

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// A test that is renamed or removed takes its case with it, unless somebody
// notices: this does. The cases are in tables, one for each part of the program:
// a case, and the tests and scripts that tell it.
func TestCasesAreTold(t *testing.T) {
	there := make(map[string]bool)
	root := os.DirFS("..")
	for _, part := range []string{"auth", "chat", "cmd", "ui"} {
		err := fs.WalkDir(root, part, func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case strings.HasPrefix(path, "cmd/testdata/"):
				there[e.Name()] = true
			case strings.HasSuffix(path, "_test.go"):
				source, err := fs.ReadFile(root, path)
				for _, m := range testFunction.FindAllSubmatch(source, -1) {
					there[string(m[1])] = true
				}
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	cases := maps.Clone(entryCases)
	maps.Copy(cases, roomCases)
	maps.Copy(cases, wireCases)
	maps.Copy(cases, logCases)
	if got, want := len(cases), len(entryCases)+len(roomCases)+len(wireCases)+len(logCases); got != want {
		t.Errorf("%d cases are in more than one table", want-got)
	}
	for name, tests := range cases {
		if strings.TrimSpace(tests) == "" {
			t.Errorf("%s: it is told by no test", name)
		}
		for test := range strings.FieldsSeq(tests) {
			if !there[test] {
				t.Errorf("%s: there is no %s", name, test)
			}
		}
	}
}
