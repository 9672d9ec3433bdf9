//go:build e2e

package cmd

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/coder/websocket"
)

// A companion is somebody in a room without a browser to look at.
type companion struct {
	*webSocket
	t       testing.TB
	browser *browser
	room    string
}

// companion logs somebody in, with a name, and joins a room.
func (p *program) companion(t testing.TB, name, room string) *companion {
	t.Helper()
	b := p.login(t)
	if r := b.post(t, "/name", url.Values{"name": {name}}); r.status != http.StatusSeeOther {
		t.Fatalf("naming %s answers %d", name, r.status)
	}
	g := &companion{b.dial(t), t, b, room}
	g.write(fmt.Sprintf(`420["join",{"chat_id":%q}]`, room))
	g.expect(t, "430[")
	return g
}

// say sends a message and waits until the server has it.
func (g *companion) say(text string) {
	g.t.Helper()
	g.write(fmt.Sprintf(`421["send_message",{"chat_id":%q,"message":%s}]`, g.room, quote(text)))
	g.expect(g.t, `431[{"id"`)
}

// show uploads a picture and sends it.
func (g *companion) show(picture []byte, width, height int, blur string) {
	g.t.Helper()
	r := g.browser.request(g.t, http.MethodPost, "/chat/"+g.room+"/files", string(picture))
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Origin", g.browser.base)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer := g.browser.do(g.t, r)
	var name string
	if _, err := fmt.Sscanf(answer.body, `{"name":%q`, &name); err != nil {
		g.t.Fatalf("uploading answers %d %s", answer.status, answer.body)
	}
	g.write(fmt.Sprintf(`421["send_message",{"chat_id":%q,"message":"","file":{"name":%q,"width":%d,"height":%d,"blur":%q}}]`,
		g.room, name, width, height, blur))
	g.expect(g.t, `431[{"id"`)
}

// types lets the others see that the companion is typing.
func (g *companion) types() {
	g.t.Helper()
	g.write(fmt.Sprintf(`42["typing",{"chat_id":%q}]`, g.room))
}

func (g *companion) write(packet string) {
	g.t.Helper()
	if err := g.conn.Write(g.t.Context(), websocket.MessageText, []byte(packet)); err != nil {
		g.t.Fatalf("writing %s: %v", packet, err)
	}
}
