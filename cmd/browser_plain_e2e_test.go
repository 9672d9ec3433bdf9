//go:build e2e

package cmd

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Somebody's browser speaks Spanish. Every page does so too, and its longer words
// fit on the smallest phone.
func TestBrowserInSpanish(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ana")
	b.speaks("es-ES,es")
	look := func(name string, screens ...screen) {
		t.Helper()
		for _, s := range append(screens, phone, small) {
			b.emulate(s, "light")
			b.picture("es-" + name + map[screen]string{laptop: "-1280", phone: "-390", small: "-320"}[s])
			b.fits("es-" + name)
		}
		for _, sentence := range valueOf[[]string](b, sentences(t)) {
			t.Errorf("%s is in English: %s", name, sentence)
		}
	}
	b.expect("status of 40")
	b.open("/setup")
	look("setup")
	b.open("/auth?codes=3")
	look("login-three")
	b.open("/nothing")
	look("error")
	b.open("/chat/cocina")
	b.fill("#code", p.wrongCode(t))
	b.shows("#problem", "no sirve")
	look("login-wrong")
	b.fill("#code", p.code(t))
	b.at("/chat/cocina")
	b.inRoom()
	look("empty", laptop)

	p.companion(t, "Luz", "cocina").say("La sopa está lista.")
	b.say("Voy.")
	b.see("the bar's module", "!!document.querySelector('#remove')")
	b.focusLog()
	b.keyboard("Tab", "?")
	b.see("help", "document.querySelector('#help').open")
	look("help", laptop)
	b.keyboard("Escape", "Ctrl+K")
	b.fill("#search input", "sopa")
	b.shows("#search .note", "1 en 2 mensajes")
	look("search")
	b.press("Escape")
	b.focusLog()
	b.keyboard("Tab", "End", "Enter")
	b.see("the question", "document.querySelector('#remove').open")
	look("deleting")
	b.press("Escape")
	b.click(".people-button")
	look("panel")
	b.open("/")
	look("home", laptop)
}

// Where no script runs one can log in and read home, and a room says what it is
// in want of, without a field that would lead nowhere.
func TestBrowserWithoutScripts(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.forbidScripts(true)
	b.scriptless = true
	b.expect("status of 401")
	b.open("/auth?next=%2Fchat%2Fcellar")
	b.click("#code")
	b.types(p.wrongCode(t))
	b.press("Enter")
	b.shows("#problem", "does not work")
	b.pictureOn("no-script-login", laptop, phone)
	b.click("#code")
	b.types(p.code(t))
	b.press("Enter")
	b.at("/chat/cellar")
	b.shows("noscript", "needs JavaScript")
	if useless := valueOf[int](b, "[...document.querySelectorAll('.composer, .status, .switch')].filter((e) => e.checkVisibility()).length"); useless > 0 {
		t.Errorf("a room without scripts shows %d parts that need them", useless)
	}
	b.pictureOn("no-script-room", laptop, phone)
	b.open("/")
	b.shows("h1", "A new room")
	b.pictureOn("no-script-home", laptop, phone)
}

// speaks gives the browser a language.
func (b *tab) speaks(languages string) {
	b.t.Helper()
	agent := valueOf[string](b, "navigator.userAgent")
	b.do("changing the language", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: languages})
		return err
	})
}

// focusLog puts the focus on the conversation.
func (b *tab) focusLog() {
	b.t.Helper()
	valueOf[bool](b, "document.querySelector('#log').focus(); true")
}

// types enters text where the focus is.
func (b *tab) types(text string) {
	b.t.Helper()
	b.do("typing", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.KeyEvent(text))
	})
}

// sentences is a script that finds what a page says in English though it could
// say it in Spanish.
func sentences(t *testing.T) string {
	t.Helper()
	var words [2]map[string]any
	for i, name := range []string{"en.json", "es.json"} {
		body, err := os.ReadFile(filepath.Join("..", "ui", "words", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(body, &words[i]); err != nil {
			t.Fatalf("reading %s: %v", name, err)
		}
	}
	english := []string{}
	for key, sentence := range words[0] {
		if s, ok := sentence.(string); ok && s != words[1][key] {
			english = append(english, s)
		}
	}
	list, err := json.Marshal(english)
	if err != nil {
		t.Fatal(err)
	}
	return `((english) => [...document.querySelectorAll("body, body *:not(script)")].flatMap((e) => [
		...[...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data.trim()),
		e.ariaLabel, e.title, e.placeholder].filter((s) => english.has(s))))(new Set(` + string(list) + `))`
}

// forbidScripts has the page run none, or lets it again. What a page did without
// them it does not do afterwards.
func (b *tab) forbidScripts(yes bool) {
	b.t.Helper()
	b.do("forbidding scripts", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: yes})
		return err
	})
}
