//go:build e2e

package cmd

import (
	"strings"
	"testing"
)

// clientScript drives the official client in a page, over the transports that
// it is given, and leaves what became of it in window.outcome.
const clientScript = `
(async (transports) => {
  const { io } = await import("/static/vendor/socket.io.esm.min.js");
  const here = { chat_id: "lab" };
  const enter = async () => {
    const socket = io({ forceNew: true, transports });
    await new Promise((done, fail) => socket.on("connect", done).on("connect_error", fail));
    await socket.emitWithAck("join", here);
    return socket;
  };
  const [ann, bo] = [await enter(), await enter()];
  const heard = [];
  bo.on("receive_message", (m) => heard.push(m.message));
  const wanted = Array.from({ length: 5 }, (_, i) => String(i));
  for (const text of wanted) ann.emit("send_message", { ...here, message: text });
  const image = "data:image/png;base64," + "A".repeat(900_000);
  const { id } = await ann.emitWithAck("send_message", { ...here, message: image });
  const bad = await ann.emitWithAck("send_message", { chat_id: ["lab"], message: "x" });
  while (heard.length < 6) await new Promise((done) => bo.once("receive_message", done));
  if (heard.slice(0, 5).join() !== wanted.join() || heard[5] !== image) throw new Error("heard " + heard.slice(0, 5));
  if (!id || bad.error.code !== "bad_payload") throw new Error(JSON.stringify(bad));
  // A connection that breaks under it comes back by itself.
  const back = new Promise((done) => ann.once("connect", done));
  ann.io.engine.close();
  await Promise.race([back, new Promise((_, fail) => ann.once("connect_error", fail))]);
  if (transports.length > 1 && ann.io.engine.transport.name === "polling") {
    await new Promise((done) => ann.io.engine.once("upgrade", done));
  }
  const last = ann.io.engine.transport.name;
  ann.close();
  bo.close();
  return last;
})(TRANSPORTS).then((last) => { window.outcome = "well, over " + last; }, (fault) => { window.outcome = "failed: " + fault; });
true`

// The official client in a real browser, over each transport and the upgrade.
func TestOfficialClientInABrowser(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.open("/auth")
	b.fill("#code", p.code(t))
	b.at("/")
	for transports, want := range map[string]string{
		`["polling"]`:              "well, over polling",
		`["websocket"]`:            "well, over websocket",
		`["polling", "websocket"]`: "well, over websocket", // after the upgrade
	} {
		t.Run(transports, func(t *testing.T) {
			valueOf[bool](b, "window.outcome = '';"+strings.Replace(clientScript, "TRANSPORTS", transports, 1))
			b.see("the end of the client's script", "window.outcome")
			if got := valueOf[string](b, "window.outcome"); got != want {
				t.Errorf("it went %q, want %q", got, want)
			}
		})
	}
}
