package cmd

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress shows on a terminal how far something is that takes long, in one line
// that is written over. Elsewhere it shows nothing.
type progress struct {
	out  io.Writer // nil shows nothing
	what string

	mu    sync.Mutex
	last  time.Time // guarded by mu
	width int       // of the line that is shown; guarded by mu
}

// showEvery is how often the line changes.
const showEvery = 100 * time.Millisecond

func (p Program) progress(what string) *progress {
	if !p.obedient(p.Stderr) {
		return &progress{}
	}
	return &progress{out: p.Stderr, what: what}
}

// at shows how many bytes are done; all is 0 if that is not known.
func (p *progress) at(done, all int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil || time.Since(p.last) < showEvery {
		return
	}
	p.last = time.Now()
	of := ""
	if all > 0 {
		of = fmt.Sprintf(" of %s, %d %%", inBytes(all), 100*done/all)
	}
	p.show(p.what + " " + inBytes(done) + of)
}

// end takes the line away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width > 0 {
		p.show("")
		fmt.Fprint(p.out, "\r")
	}
}

// show writes a line over the one before, with blanks over what is left of it:
// that needs no escape sequence. Its caller holds mu.
func (p *progress) show(line string) {
	fmt.Fprintf(p.out, "\r%-*s", p.width, line)
	p.width = len(line)
}

// inBytes is a number of bytes for people.
func inBytes(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
