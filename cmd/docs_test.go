package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A page that sends newcomers to what is not there is worse than none. Each path
// in code style leads to something, from the top or from below it; and so does
// each link.
func TestDocsLeadSomewhere(t *testing.T) {
	t.Parallel()
	inCode := regexp.MustCompile("`((?:\\.ci|\\.github|auth|chat|cmd|docs|packaging|ui)(?:/[\\w.-]+)+)[`/ ]")
	link := regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	paths := 0
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/operations.md", "docs/scale.md"} {
		written := text(t, page)
		check := func(from, path string) {
			paths++
			if _, err := os.Stat(filepath.Join("..", from, path)); err != nil {
				t.Errorf("%s leads to %s: %v", page, path, err)
			}
		}
		for _, m := range inCode.FindAllStringSubmatch(written, -1) {
			check("", m[1])
		}
		for _, m := range link.FindAllStringSubmatch(written, -1) {
			if !strings.Contains(m[1], "://") {
				check(filepath.Dir(page), m[1])
			}
		}
	}
	if paths < 40 {
		t.Errorf("only %d paths were found; this test tests nothing", paths)
	}
}

// Each package of the four rooms has its place on the page for newcomers.
func TestArchitectureNamesEachPackage(t *testing.T) {
	t.Parallel()
	page := text(t, "docs/architecture.md")
	for pkg := range arrows {
		name := strings.TrimPrefix(pkg, "chat/")
		if pkg == "chat" || strings.Contains(pkg, "/internal/") || strings.HasSuffix(pkg, "test") || strings.HasSuffix(pkg, "/testserver") || strings.HasSuffix(pkg, "/loadtest") {
			continue // for tests and measuring
		}
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/architecture.md does not name %s", name)
		}
	}
}
