//go:build e2e

package cmd

// meet lets two people see that they are there, and by which name.
func meet(ann, bo *tab) {
	ann.t.Helper()
	for _, b := range []*tab{ann, bo} {
		b.see("two people", "document.querySelector('#count').textContent === '2'")
	}
	ann.shows("#rows", "joined")
	for _, b := range []*tab{ann, bo} {
		b.fill("#side #name", b.name)
		b.click("#side #name-form button")
		b.shows("#people", b.name)
	}
	ann.shows("#people", "Bo")
	bo.shows("#people", "Ann")
}

// talk exchanges text both ways, with the typing before it.
func talk(ann, bo *tab) {
	ann.t.Helper()
	ann.fill("#text", "Hel")
	bo.shows("#typing", "Ann is typing")
	bo.picture("room-typing-1280-light")
	ann.fill("#text", "")
	bo.see("the end of the typing", "document.querySelector('#typing').textContent === ''")

	ann.fill("#text", "Hel")
	bo.shows("#typing", "Ann is typing")
	ann.say("Hello Bo, have a look at https://example.org/path?a=b.")
	bo.hears("Hello Bo")
	bo.see("no typing after the message", "document.querySelector('#typing').textContent === ''")
	bo.see("the link", `document.querySelector('#rows a[href="https://example.org/path?a=b"]')?.rel === "noopener noreferrer nofollow"`)
	bo.say("Hi Ann 👋")
	bo.say("two lines\nin one message")
	ann.hears("in one message")

	attack := `<img src=x onerror="document.title='broken in'"><script>document.title="broken in"</script>`
	ann.say(attack)
	bo.hears(attack)
	bo.see("text that stays text", "!document.querySelector('#rows img, #rows script') && document.title !== 'broken in'")

	ann.say("data:image that is none")
	bo.hears("data:image that is none")
}

// enter logs in on the way to a room.
func (b *tab) enter(p *program, room string) {
	b.t.Helper()
	b.emulate(laptop, "light")
	b.open(room)
	b.fill("#code", p.code(b.t))
	b.at(room)
	b.inRoom()
}

// keepsTheEnd changes the size of the window, as the keyboard of a phone does.
// Who was reading the newest message goes on reading it.
func (b *tab) keepsTheEnd() {
	b.t.Helper()
	for _, s := range []screen{laptop, phone, small, {390, 420, true}, laptop} {
		b.emulate(s, "light")
		b.see("the end of the log", "(log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)(document.querySelector('#log'))")
	}
}

// say sends a message and waits until the server has it.
func (b *tab) say(text string) {
	b.t.Helper()
	b.write(text)
	b.hears(text)
	b.sent()
}

// write types a message and sends it off.
func (b *tab) write(text string) {
	b.t.Helper()
	b.fill("#text", text)
	b.press("Enter")
	b.see("an empty field", "document.querySelector('#text').value === ''")
}

// sent waits until the server has the last message.
func (b *tab) sent() {
	b.t.Helper()
	b.see("the mark of a sent message", "[...document.querySelectorAll('.message.mine .mark')].at(-1)?.dataset.status === 'sent'")
}

// hears waits for a message on the screen.
func (b *tab) hears(text string) {
	b.t.Helper()
	b.see("the message "+quote(text), "[...document.querySelectorAll('.message .text')].some((m) => m.textContent.includes("+quote(text)+"))")
}
