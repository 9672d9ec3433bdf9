//go:build e2e

package cmd

import (
	"fmt"
	"strings"
	"testing"
)

// them. The words are meant.
func TestBrowserPastesWords(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/ledger")
	const paste = `((words) => {
		const clipboardData = new DataTransfer();
		if (words) clipboardData.setData("text/plain", "cells");
		clipboardData.items.add(new File(["x"], "image.png", { type: "image/png" }));
		return document.querySelector("#text").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
	})`
	if !valueOf[bool](b, paste+"(true)") {
		t.Error("the page takes words from who pastes them")
	}
	if valueOf[bool](b, paste+"(false)") {
		t.Error("the page does not take a picture that is pasted")
	}
	b.shows("#preview-problem", "image.png is not a picture")
	if n := valueOf[int](b, "document.querySelector('#preview-problem').childElementCount"); n != 1 {
		t.Errorf("%d were taken, want the picture that came alone", n)
	}
}

// so until it is right, and no longer.
func TestBrowserFieldsTellWhatIsWrong(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/registry")
	b.expect("status of 400")
	b.fill("#side #name", strings.Repeat("n", 40))
	b.click("#side #name-form button")
	b.see("a red field", "document.querySelector('#name-note').dataset.kind === 'bad' && document.querySelector('#name').getAttribute('aria-invalid') === 'true'")
	b.pictureOn("name-refused", laptop)
	b.fill("#side #name", "Ann")
	b.click("#side #name-form button")
	b.see("a good one", "document.querySelector('#name').getAttribute('aria-invalid') === 'false'")
	b.see("the hint again, in a while", "!document.querySelector('#name-note').dataset.kind && document.querySelector('#name-note').textContent === 'Others in your rooms see it.'")

	b.open("/")
	b.fill("#room", "https://evil.example/chat/x")
	b.press("Enter")
	b.see("a red field", "document.querySelector('#join-note').dataset.kind === 'bad' && document.querySelector('#room').getAttribute('aria-invalid') === 'true'")
	b.pictureOn("home-join-bad", laptop, phone)
	b.fill("#room", "fine")
	b.see("the hint again", "!document.querySelector('#join-note').dataset.kind && document.querySelector('#room').getAttribute('aria-invalid') === 'false'")
}

// there while the server is up is not told that it is down for long.
func TestBrowserOfflinePageLeadsHome(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.open("/offline")
	b.see("the way in", "location.pathname === '/auth'")
}

// from the screen to be loaded; and what has the focus first does no harm.
func TestBrowserLightboxReachesAll(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	var others []*companion
	for i := range 2 { // each may say so much at once
		others = append(others, p.companion(t, fmt.Sprint("Guest ", i), "gallery"))
	}
	const n = 24
	for i := range n {
		others[i%2].show(drawPNG(t, 300+i, 300), 300+i, 300, "")
	}
	b.enter(p, "/chat/gallery")
	b.see("the last picture", fmt.Sprintf("[...document.querySelectorAll('.picture')].at(-1)?.querySelector('img')?.naturalWidth === %d", 300+n-1))
	b.see("all frames", fmt.Sprintf("document.querySelectorAll('.picture').length === %d", n))
	if loaded := valueOf[int](b, "document.querySelectorAll('.picture img').length"); loaded > n/2 {
		t.Errorf("%d of %d pictures are loaded, want those near the screen only", loaded, n)
	}
	valueOf[bool](b, "[...document.querySelectorAll('.picture')].at(-1).focus(), true")
	b.press("Enter")
	b.see("the lightbox", "document.querySelector('#lightbox').open")
	b.focusOn("#lightbox-close")
	for i := n - 2; i >= 0; i-- {
		b.press("ArrowLeft")
		b.see(fmt.Sprint("picture ", i), fmt.Sprintf("document.querySelector('#lightbox-picture').naturalWidth === %d", 300+i))
	}
	b.see("no picture before", "document.querySelector('#lightbox-back').disabled")
	// The button that led to the end goes out with the focus on it.
	for i := 1; i < n; i++ {
		b.click("#lightbox-forward")
		b.see(fmt.Sprint("picture ", i), fmt.Sprintf("document.querySelector('#lightbox-picture').naturalWidth === %d", 300+i))
	}
	b.focusOn("#lightbox-close")
	for i := n - 2; i >= 0; i-- {
		b.press("ArrowLeft")
		b.see(fmt.Sprint("picture ", i), fmt.Sprintf("document.querySelector('#lightbox-picture').naturalWidth === %d", 300+i))
	}
	b.press("Escape")
	b.see("the focus on the first", "document.activeElement === document.querySelector('.picture')")
}
