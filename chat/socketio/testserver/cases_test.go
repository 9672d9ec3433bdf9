package main

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// wireCases is how many cases there are that servers get wrong. A transcript
// names those that it shows by their numbers, in a line such as "WIRE 13, 14".
const wireCases = 45

var casesShown = regexp.MustCompile(`(?m)^WIRE ([0-9]+(?:, [0-9]+)*)$`)

// Every case has its transcript, and no line names one that there is not.
func TestEveryCaseIsShown(t *testing.T) {
	files, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	missing := make(map[int]bool)
	for n := range wireCases {
		missing[n+1] = true
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		line := casesShown.FindSubmatch(archive.Comment)
		if line == nil {
			if strings.Contains(string(archive.Comment), "WIRE") {
				t.Errorf("%s: what it says of cases can't be read", file)
			}
			continue
		}
		for text := range strings.SplitSeq(string(line[1]), ", ") {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > wireCases {
				t.Errorf("%s: there is no case %s", file, text)
			}
			delete(missing, n)
		}
	}
	if len(missing) > 0 {
		t.Errorf("no transcript shows the cases %v", slices.Sorted(maps.Keys(missing)))
	}
}
