//go:build e2e

package cmd

import (
	"fmt"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
)

// trouble collects what a tab complains of: errors and warnings of the
// console, exceptions that nobody caught, violations of the policy. In a good
// page there are none.
type trouble struct {
	mu       sync.Mutex
	found    []string // guarded by mu
	expected []string // guarded by mu; what a found one may contain
}

// tellViolations makes each violation of the policy an error of the console.
const tellViolations = `addEventListener("securitypolicyviolation", (e) =>
	console.error("policy:", e.violatedDirective, e.blockedURI, e.sourceFile, e.lineNumber, e.sample));`

// listen takes an event of the tab. It is called on the browser's goroutine.
func (x *trouble) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			var words []string
			for _, arg := range e.Args {
				words = append(words, string(arg.Value)+arg.Description)
			}
			x.add("console: " + strings.Join(words, " "))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		x.add("exception: " + text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			x.add(fmt.Sprintf("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	}
}

func (x *trouble) add(what string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, part := range x.expected {
		if strings.Contains(what, part) {
			return
		}
	}
	x.found = append(x.found, what)
}

// expect lets the tab complain of something from now on.
func (b *tab) expect(part string) {
	b.trouble.mu.Lock()
	defer b.trouble.mu.Unlock()
	b.trouble.expected = append(b.trouble.expected, part)
}

// noTrouble fails the test if the tab complained of anything.
func (b *tab) noTrouble() {
	b.trouble.mu.Lock()
	defer b.trouble.mu.Unlock()
	for _, what := range b.trouble.found {
		b.t.Errorf("%s: the page complains: %s", b.name, what)
	}
}
