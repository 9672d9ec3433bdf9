//go:build e2e

package cmd

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A tab is one tab of a real browser. Its methods wait for what they need and
// end the test when it does not come.
type tab struct {
	t        testing.TB
	ctx      context.Context
	name     string // whose it is, for messages
	base     string // the program's address
	trouble  *trouble
	pictures string // the folder for screenshots

	scriptless bool // the page may run no script
}

// patience is how long a page may take to show what it should, on a machine that
// does much else.
const patience = time.Minute

// startBrowser runs a browser without a window until the test ends.
func startBrowser(t testing.TB, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	ctx, stop := launch(t, more...)
	t.Cleanup(stop)
	return ctx
}

// launch runs a browser without a window until it is stopped.
func launch(t testing.TB, more ...chromedp.ExecAllocatorOption) (ctx context.Context, stop func()) {
	t.Helper()
	o := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findBrowser(t)), // with a new folder for its data
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP chat.test 127.0.0.1"),
	)
	if os.Geteuid() == 0 {
		o = append(o, chromedp.NoSandbox) // Chromium refuses to sandbox for root.
	}
	ctx, end := chromedp.NewExecAllocator(t.Context(), append(o, more...)...)
	ctx, leave := chromedp.NewContext(ctx)
	stop = func() { leave(); end() }
	if err := chromedp.Do(ctx); err != nil {
		stop()
		t.Fatalf("starting the browser: %v", err)
	}
	return ctx, stop
}

// findBrowser finds Chromium or Chrome.
func findBrowser(t testing.TB) string {
	t.Helper()
	for _, name := range []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("the tag e2e needs Chromium or Chrome in PATH: run .ci/setup")
	return ""
}

// person opens the browser of somebody who shares no cookie with anybody.
func (p *program) person(t testing.TB, browser context.Context, name string) *tab {
	t.Helper()
	return p.tab(t, browser, name, chromedp.WithNewBrowserContext())
}

// another opens a second tab beside the first: of the same person, with the
// same cookies.
func (p *program) another(t testing.TB, first *tab) *tab {
	t.Helper()
	return p.tab(t, first.ctx, first.name+"'s second tab")
}

func (p *program) tab(t testing.TB, parent context.Context, name string, o ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(parent, o...)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx, name: name, base: p.base, trouble: &trouble{}, pictures: pictureFolder(t)}
	if err := chromedp.Listen(ctx, b.trouble.listen); err != nil {
		t.Fatalf("%s: opening a tab: %v", name, err)
	}
	b.do("preparing a tab", func(ctx context.Context) error {
		// Two windows cannot both have the focus; let both believe that they do.
		if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, devpage.AddScriptToEvaluateOnNewDocument, devpage.AddScriptToEvaluateOnNewDocumentParams{Source: tellViolations})
		return err
	})
	t.Cleanup(b.noTrouble)
	return b
}

// do runs something in the tab.
func (b *tab) do(what string, f func(ctx context.Context) error) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := f(ctx); err != nil {
		b.fail("%s: %v", what, err)
	}
}

// open goes to a path.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do("opening "+path, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Navigate(b.base+path))
	})
}

// click clicks in the middle of an element, as with a mouse.
func (b *tab) click(css string) {
	b.t.Helper()
	b.do("clicking "+css, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
	})
}

// fill replaces the text of a field, as one who types does once the page is there
// with what its scripts do to the field.
func (b *tab) fill(css, text string) {
	b.t.Helper()
	b.see("the field "+css, "document.readyState === 'complete' && !!document.querySelector("+quote(css)+")")
	valueOf[bool](b, "{ const field = document.querySelector("+quote(css)+"); field.focus(); field.select(); true }")
	if text == "" {
		b.press("Backspace")
		return
	}
	b.do("filling "+css, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// Keys that are pressed by their name. The text is what the key types.
var keys = map[string]input.DispatchKeyEventParams{
	"Enter":       {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"},
	"Escape":      {Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27},
	"Backspace":   {Key: "Backspace", Code: "Backspace", WindowsVirtualKeyCode: 8},
	"Tab":         {Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9},
	"Shift+Tab":   {Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9, Modifiers: 8},
	"Shift+Enter": {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r", Modifiers: 8},

	"Space": {Key: " ", Code: "Space", WindowsVirtualKeyCode: 32, Text: " "},
	"End":   {Key: "End", Code: "End", WindowsVirtualKeyCode: 35},

	// Keys that an input method takes for itself. The second is how Safari tells of
	// the one that ended it.
	"Enter, composing": {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13},
	"Enter, composed":  {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 229},

	"?":      {Key: "?", Code: "Slash", WindowsVirtualKeyCode: 191, Text: "?"},
	"Ctrl+K": {Key: "k", Code: "KeyK", WindowsVirtualKeyCode: 75, Modifiers: 2},
	"Ctrl+V": {Key: "v", Code: "KeyV", WindowsVirtualKeyCode: 86, Modifiers: 2, Commands: []string{"paste"}},

	"ArrowUp":    {Key: "ArrowUp", Code: "ArrowUp", WindowsVirtualKeyCode: 38},
	"ArrowLeft":  {Key: "ArrowLeft", Code: "ArrowLeft", WindowsVirtualKeyCode: 37},
	"ArrowRight": {Key: "ArrowRight", Code: "ArrowRight", WindowsVirtualKeyCode: 39},
	"ArrowDown":  {Key: "ArrowDown", Code: "ArrowDown", WindowsVirtualKeyCode: 40},
}

// press presses one of keys, where the focus is. What chromedp.KeyEvent sends
// would type a line break even where the page prevents it.
func (b *tab) press(name string) {
	b.t.Helper()
	b.do("pressing "+name, func(ctx context.Context) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
			key := keys[name]
			key.Type = kind
			if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// choose gives files to a field for files.
func (b *tab) choose(css string, files ...string) {
	b.t.Helper()
	b.do("choosing files", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS(css), files, chromedp.NodeReady))
	})
}

// see waits until an expression of the page is true.
func (b *tab) see(what, js string) {
	b.t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	for {
		// An error is a page that is going away; the next one may answer.
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+js+")")); err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			b.fail("%s does not come: %s", what, js)
		case <-ticker.C:
		}
	}
}

// at waits until the tab shows a path.
func (b *tab) at(path string) {
	b.t.Helper()
	b.see("the page "+path, "document.readyState === 'complete' && location.pathname + location.search === "+quote(path))
}

// shows waits until an element has a text in it.
func (b *tab) shows(css, text string) {
	b.t.Helper()
	b.see(css+" with "+quote(text), "document.querySelector("+quote(css)+")?.textContent.includes("+quote(text)+")")
}

// valueOf is the value of an expression of the page.
func valueOf[T any](b *tab, js string) T {
	b.t.Helper()
	var value T
	b.do("reading "+js, func(ctx context.Context) (err error) {
		value, err = chromedp.Run(ctx, chromedp.Evaluate[T](js))
		return err
	})
	return value
}

// fail ends the test and leaves a picture of what the tab shows.
func (b *tab) fail(format string, args ...any) {
	b.t.Helper()
	where, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText.slice(0, 600)"))
	file := filepath.Join(b.pictures, "failed.png")
	if png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot()); err == nil {
		_ = os.WriteFile(file, png, 0o600) // the text below says most of it
	}
	b.t.Fatalf("%s: "+format+"\nat %s\n(see %s)", append(append([]any{b.name}, args...), where, file)...)
}

// quote makes a string of JavaScript.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can be encoded
	}
	return string(b)
}
