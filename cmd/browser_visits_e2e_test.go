//go:build e2e

package cmd

import "testing"

// A person has a room in two tabs and home in a third. What is read in one tab is
// read in all; home has a list of rooms, which forgets on request.
func TestBrowserVisitedRooms(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/kitchen")
	bo := p.companion(t, "Bo", "kitchen")
	second, home := p.another(t, b), p.another(t, b)
	for _, other := range []*tab{second, home} {
		other.emulate(laptop, "light")
	}
	second.open("/chat/kitchen")
	second.inRoom()
	home.open("/")
	home.shows("#rooms", "kitchen")

	for _, other := range []*tab{b, second} {
		valueOf[bool](other, "document.hasFocus = () => false, dispatchEvent(new Event('blur')), true")
	}
	bo.say("Soup is ready.")
	for _, other := range []*tab{b, second} {
		other.see("the count in the title", "document.title.startsWith('(1)')")
	}
	home.shows("#rooms .badge", "1")
	home.look("home-visited")
	valueOf[bool](b, "document.hasFocus = () => true, dispatchEvent(new Event('focus')), true")
	second.see("no count in the other tab", "document.title === 'kitchen · chat'")
	home.see("no count at home", "!document.querySelector('#rooms .badge')")

	second.click("#side [data-wish='mute:kitchen']")
	b.see("the switch kept", "localStorage.getItem('mute:kitchen') === '1'")
	valueOf[bool](b, "document.hasFocus = () => false, dispatchEvent(new Event('blur')), true")
	bo.say("Still warm.")
	b.hears("Still warm")
	home.shows("#rooms .badge", "1")
	b.see("a calm title", "document.title === 'kitchen · chat'")

	home.click("#rooms .icon-button")
	home.focusOn("#visited-undo")
	home.look("home-forgotten")
	home.press("Enter")
	home.shows("#rooms", "kitchen")
	home.click("#forget-all")
	home.see("nothing kept", "!document.querySelector('#rooms li') && !Object.keys(localStorage).some((key) => key.startsWith('room:'))")
}
