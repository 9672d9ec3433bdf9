package manual

import (
	"fmt"
	"strings"
)

// roff is a page under construction.
type roff struct{ strings.Builder }

// line writes one line; its arguments must be escaped.
func (p *roff) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// item is a name, as a macro line, and below it what it means.
func (p *roff) item(macro, text string) {
	p.line(".TP")
	p.line("%s", macro)
	p.text(text)
}

// text is prose: its lines flow, and an empty one begins a paragraph.
func (p *roff) text(s string) {
	for line := range strings.Lines(strings.TrimSpace(s)) {
		if line = strings.TrimSpace(line); line == "" {
			p.line(".PP")
			continue
		}
		p.line("%s", escape(line))
	}
}

// verbatim keeps lines as they are, without the indent that they share.
func (p *roff) verbatim(s string) {
	p.line(".nf")
	for line := range strings.Lines(s) {
		p.line("%s", escape(strings.TrimPrefix(strings.TrimRight(line, " \n"), "  ")))
	}
	p.line(".fi")
}

// escape makes text that means itself. A hyphen becomes the one that can be
// typed, so that what is copied from a page works; a point or an apostrophe at
// the beginning of a line would be a macro.
func escape(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
