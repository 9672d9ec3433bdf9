package ui

import (
	"bytes"
	"strings"
	"testing"
)

func TestBare(t *testing.T) {
	const module = `// What it is about.
import { a } from "./a.js"; // why

/**
 * Doc, with code: f("*") // and so on
 */
export const f = (x) => /** @type {number} */ (x); // stays

/** One line. */
/** @type {Map<string, () => void>} */
  // indented
const url = "https://x.example"; /* stays */
/** @type {any} */ (f)("// no comment");
`
	const want = `
import { a } from "./a.js"; // why




export const f = (x) => /** @type {number} */ (x); // stays




const url = "https://x.example"; /* stays */
/** @type {any} */ (f)("// no comment");
`
	if got := string(bare([]byte(module))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What bare relies on holds for every module.
func TestModulesCanBeMadeBare(t *testing.T) {
	for _, s := range sources(t) {
		if !strings.HasSuffix(s.name, ".js") {
			continue
		}
		got := bare([]byte(s.text))
		if a, b := bytes.Count(got, []byte("\n")), strings.Count(s.text, "\n"); a != b {
			t.Errorf("%s has %d lines, bare %d", s.name, b, a)
		}
		for i, line := range bytes.Split(got, []byte("\n")) {
			if bytes.Count(line, []byte("`"))%2 != 0 {
				t.Errorf("%s:%d: a template literal over several lines", s.name, i+1)
			}
			if text := bytes.TrimSpace(line); bytes.HasPrefix(text, []byte("* ")) {
				t.Errorf("%s:%d: half a comment is left: %s", s.name, i+1, text)
			}
		}
	}
}
