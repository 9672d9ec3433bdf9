// What the official client has to get from the server, in Node and in a browser.

import { check, same, upTo } from "./same.mjs";
import { ask, collect, heard, once, pause } from "./stage.mjs";

export const checks = (stage) => ({
  async "connects with auth"() {
    const socket = stage.connect("/", { auth: { token: "abc" } });
    same(await heard(socket, "auth"), [{ token: "abc" }]);
    await stage.settled(socket);
    const [who] = await ask(socket, "whoami");
    same(who.transport, stage.last);
  },

  async "joins namespaces over one connection"() {
    const [socket, custom, denied, unknown] = ["/", "/custom", "/denied", "/unknown"].map((name) => stage.connect(name, { forceNew: false }));
    const [[no], [nobody]] = await Promise.all([
      once(denied, "connect_error"), once(unknown, "connect_error"), once(custom, "auth"), once(socket, "auth"),
    ]);
    same(no.message, "Not authorized");
    same(no.data, { code: "E_AUTH" });
    same(nobody.message, "Invalid namespace");
    check(socket.io === custom.io, "there are two connections");
    check(socket.id !== custom.id, "two namespaces have one id");
    same(await ask(custom, "message-with-ack", 1), [1]);
    custom.disconnect();
    same(await ask(socket, "message-with-ack", 2), [2]);
    custom.connect();
    await once(custom, "auth");
  },

  async "acknowledges both ways"() {
    const socket = stage.connect();
    same(await ask(socket, "message-with-ack"), []);
    const args = [1, "two", null, { three: [4, { five: true }] }, "Grüße \u{1f600} \u2028"];
    same(await ask(socket, "message-with-ack", ...args), args);
    socket.once("question", (what, reply) => reply("because", what));
    socket.emit("ask-me", "why?");
    same(await heard(socket, "answer-was"), ["ok", "because", "why?"]);
  },

  async "waits for an acknowledgement as long as it says"() {
    const socket = stage.connect();
    await stage.settled(socket);
    const unanswered = once(socket, "question");
    socket.emit("ask-me");
    await unanswered; // and says nothing
    same(await heard(socket, "answer-was"), ["timeout"]);
    if (socket.timeout) { // since 4.4
      const error = await new Promise((resolve) => socket.timeout(20).emit("nobody handles this", resolve));
      same(error.message, "operation has timed out");
    }
    same(await ask(socket, "message-with-ack", "alive"), ["alive"]);
  },

  async "carries binary both ways, nested and repeated"() {
    const socket = stage.connect();
    const small = new Uint8Array([0, 1, 254, 255]);
    const large = new Uint8Array(70_000).fill(7);
    const sent = [small, { list: [large, { deep: small }], text: "x" }, new Uint8Array([9]).buffer, small];
    same(await ask(socket, "message-with-ack", ...sent), sent);
    socket.once("question", (what, reply) => reply({ back: what }, small));
    socket.emit("ask-me", large);
    same(await heard(socket, "answer-was"), ["ok", { back: large }, small]);
  },

  // The client itself gives every attachment one placeholder, so its packet is
  // written by hand; what comes back is for it to read.
  async "carries an attachment that stands in several places"() {
    const socket = stage.connect();
    await stage.settled(socket);
    const [one, two] = [new Uint8Array([1]), new Uint8Array([2, 2])];
    const at = (num) => ({ _placeholder: true, num });
    const back = heard(socket, "message-back");
    socket.io.engine.send("52-" + JSON.stringify(["message", at(1), { deep: [at(0), at(1)] }, at(1)]));
    for (const attachment of [one, two]) socket.io.engine.send(attachment);
    same(await back, [two, { deep: [one, two] }, two]);
  },

  async "carries a megabyte"() {
    const socket = stage.connect();
    await stage.settled(socket);
    const text = "x".repeat(999_900);
    check((await ask(socket, "message-with-ack", text))[0] === text, "it is another text");
    const binary = new Uint8Array(stage.last === "polling" ? 740_000 : 999_900).fill(3);
    same((await ask(socket, "message-with-ack", binary))[0], binary);
    same(await ask(socket, "message-with-ack", "alive"), ["alive"]);
  },

  async "keeps the order under load, in both directions"() {
    const socket = stage.connect();
    const n = 2000;
    const pushed = collect(socket, "pushed", 2 * n);
    const echoed = collect(socket, "message-back", n);
    await once(socket, "connect"); // and not for the upgrade, which happens meanwhile
    socket.emit("push", n, 10);
    for (const i of upTo(n)) {
      socket.emit("message", i);
      if (i % 100 === 0) await pause();
    }
    socket.emit("push", n, 10);
    same(await echoed, upTo(n));
    same(await pushed, [...upTo(n), ...upTo(n)]);
    await stage.settled(socket);
    same((await ask(socket, "whoami"))[0].transport, stage.last);
  },

  async "is told when the server ends the connection"() {
    const socket = stage.connect();
    await once(socket, "connect");
    socket.emit("kick");
    same((await once(socket, "disconnect"))[0], "io server disconnect");
    const other = stage.connect();
    await once(other, "connect");
    other.emit("drop");
    const [why] = await once(other, "disconnect");
    check(/transport (close|error)/.test(why), `the reason is "${why}"`);
    await once(other, "connect");
    same(await ask(other, "message-with-ack", "back"), ["back"]);
  },
});
