// One official client against the test server, one check after the other:
//
//	node client.mjs PACKAGE URL TRANSPORTS
//
// PACKAGE is a name in .ci/package.json, TRANSPORTS is polling, websocket or
// both of them with a comma, which upgrades. The first check that fails ends
// the run with its name and a status of 1.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [name, url, transports] = process.argv.slice(2);
const require = createRequire(new URL("../../../../../.ci/package.json", import.meta.url));
const { io } = require(name);
const version = require(`${name}/package.json`).version;
const [major, minor] = version.split(".").map(Number);
const upgrades = transports === "polling,websocket";
const last = transports.split(",").at(-1);

const sockets = [];

// connect opens a connection of its own.
function connect(namespace = "/", options = {}) {
  const socket = io(url + namespace, {
    transports: transports.split(","),
    forceNew: true,
    reconnectionDelay: 10,
    reconnectionDelayMax: 20,
    timeout: 5000,
    ...options,
  });
  sockets.push(socket);
  return socket;
}

// once resolves with the arguments of the next event of that name.
const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

// heard is once without the offset, which is the last argument of every event
// that the server can send again.
const heard = async (socket, event) => (await once(socket, event)).slice(0, -1);

// ask emits an event and resolves with the acknowledgement.
const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, (...reply) => resolve(reply)));

// settled resolves when a connection uses the transport that it ends up with. A
// connection may break before that, and the next one has another engine.
async function settled(socket) {
  while (!socket.connected || (upgrades && socket.io.engine.transport.name !== "websocket")) {
    await Promise.race([once(socket, "connect"), once(socket, "disconnect"), once(socket.io.engine, "upgrade")]);
  }
}

// collect resolves with the first argument of each of n events.
function collect(socket, event, n) {
  const got = [];
  return new Promise((resolve) => {
    socket.on(event, (first) => {
      got.push(first);
      if (got.length === n) resolve(got);
    });
  });
}

const upTo = (n) => Array.from({ length: n }, (_, i) => i);

const checks = {
  async "connects with auth"() {
    const socket = connect("/", { auth: { token: "abc" } });
    assert.deepEqual(await heard(socket, "auth"), [{ token: "abc" }]);
    await settled(socket);
    const [who] = await ask(socket, "whoami");
    assert.equal(who.transport, last);
  },

  async "joins namespaces over one connection"() {
    const socket = connect("/", { forceNew: false });
    const custom = connect("/custom", { forceNew: false });
    const denied = connect("/denied", { forceNew: false });
    const unknown = connect("/unknown", { forceNew: false });
    const [[no], [nobody]] = await Promise.all([
      once(denied, "connect_error"), once(unknown, "connect_error"), once(custom, "auth"), once(socket, "auth"),
    ]);
    assert.equal(no.message, "Not authorized");
    assert.deepEqual(no.data, { code: "E_AUTH" });
    assert.equal(nobody.message, "Invalid namespace");
    assert.equal(socket.io, custom.io);
    assert.notEqual(socket.id, custom.id);
    assert.deepEqual(await ask(custom, "message-with-ack", 1), [1]);
    custom.disconnect();
    assert.deepEqual(await ask(socket, "message-with-ack", 2), [2]);
    custom.connect();
    await once(custom, "auth");
  },

  async "acknowledges both ways"() {
    const socket = connect();
    assert.deepEqual(await ask(socket, "message-with-ack"), []);
    const args = [1, "two", null, { three: [4, { five: true }] }, "Grüße \u{1f600} \u2028"];
    assert.deepEqual(await ask(socket, "message-with-ack", ...args), args);
    socket.once("question", (what, reply) => reply("because", what));
    socket.emit("ask-me", "why?");
    assert.deepEqual(await heard(socket, "answer-was"), ["ok", "because", "why?"]);
  },

  async "waits for an acknowledgement as long as it says"() {
    const socket = connect();
    await settled(socket);
    const unanswered = once(socket, "question");
    socket.emit("ask-me");
    await unanswered; // and says nothing
    assert.deepEqual(await heard(socket, "answer-was"), ["timeout"]);
    if (socket.timeout) { // since 4.4
      const error = await new Promise((resolve) => socket.timeout(20).emit("nobody handles this", resolve));
      assert.equal(error.message, "operation has timed out");
    }
    assert.deepEqual(await ask(socket, "message-with-ack", "alive"), ["alive"]);
  },

  async "carries binary both ways, nested and repeated"() {
    const socket = connect();
    const small = Buffer.from([0, 1, 254, 255]);
    const large = Buffer.alloc(70_000, 7);
    const sent = [small, { list: [large, { deep: small }], text: "x" }, new Uint8Array([9]), small];
    const got = await ask(socket, "message-with-ack", ...sent);
    assert.deepEqual(got, [small, { list: [large, { deep: small }], text: "x" }, Buffer.from([9]), small]);
    socket.once("question", (what, reply) => reply({ back: what }, small));
    socket.emit("ask-me", large);
    assert.deepEqual(await heard(socket, "answer-was"), ["ok", { back: large }, small]);
  },

  async "carries a megabyte"() {
    const socket = connect();
    await settled(socket);
    const text = "x".repeat(999_900);
    assert.ok((await ask(socket, "message-with-ack", text))[0] === text);
    const binary = Buffer.alloc(last === "polling" ? 740_000 : 999_900, 3);
    assert.ok((await ask(socket, "message-with-ack", binary))[0].equals(binary));
    assert.deepEqual(await ask(socket, "message-with-ack", "alive"), ["alive"]);
  },

  async "keeps the order under load, in both directions"() {
    const socket = connect();
    const n = 2000;
    const pushed = collect(socket, "pushed", 2 * n);
    const echoed = collect(socket, "message-back", n);
    await once(socket, "connect"); // and not for the upgrade, which happens meanwhile
    socket.emit("push", n, 10);
    for (const i of upTo(n)) {
      socket.emit("message", i);
      if (i % 100 === 0) await new Promise(setImmediate);
    }
    socket.emit("push", n, 10);
    assert.deepEqual(await echoed, upTo(n));
    assert.deepEqual(await pushed, [...upTo(n), ...upTo(n)]);
    await settled(socket);
    assert.equal((await ask(socket, "whoami"))[0].transport, last);
  },

  async "is told when the server ends the connection"() {
    const socket = connect();
    await once(socket, "connect");
    socket.emit("kick");
    assert.deepEqual((await once(socket, "disconnect"))[0], "io server disconnect");
    const other = connect();
    await once(other, "connect");
    other.emit("drop");
    assert.match((await once(other, "disconnect"))[0], /transport (close|error)/);
    await once(other, "connect");
    assert.deepEqual(await ask(other, "message-with-ack", "back"), ["back"]);
  },

  // The server's side of the test breaks one connection in the phase it is
  // told. A client whose upgrade fails stays on polling and loses nothing; any
  // other has to come back by itself.
  async "survives a drop in any phase"() {
    const polling = ["handshake", "poll", "post"];
    const phases = { polling, websocket: ["websocket", "frames"], "polling,websocket": [...polling, "websocket", "probe", "frames"] };
    for (const phase of phases[transports]) {
      const stays = upgrades && (phase === "websocket" || phase === "probe");
      await fetch(`${url}/cut?phase=${phase}`);
      const socket = connect();
      let connects = 0;
      socket.on("connect", () => connects++);
      const echoes = [];
      socket.on("message-back", (i) => echoes.push(i));
      let rounds = 0;
      while (echoes.length < 50) {
        assert.ok(++rounds < 100, `${phase}: only ${echoes.length} echoes after ${connects} connections`);
        await (stays ? socket.connected || once(socket, "connect") : settled(socket));
        socket.emit("message", rounds);
        await Promise.race([once(socket, "message-back"), once(socket, "disconnect")]);
      }
      assert.equal(await (await fetch(`${url}/cut`)).text(), "", `${phase}: nothing was cut`);
      assert.deepEqual(echoes, [...new Set(echoes)].sort((a, b) => a - b), `${phase}: doubled or out of order`);
      if (stays) assert.deepEqual([connects, echoes.length], [1, rounds], phase);
      socket.disconnect();
    }
  },
};

// Clients since 4.6 come back to what they missed.
if (major > 4 || (major === 4 && minor >= 6)) checks["loses nothing when it comes back"] = async () => {
  const speaker = connect();
  await settled(speaker);
  const socket = connect();
  await once(socket, "connect");
  assert.equal(socket.recovered, false);
  const { id } = socket;
  await ask(socket, "join", "recovery");
  const got = [];
  socket.on("room-msg", (i) => got.push(i));
  const breaks = [() => socket.io.engine.close(), () => socket.emit("drop")];
  const n = 200;
  let connects = 0;
  socket.on("connect", () => {
    connects++;
    assert.equal(socket.recovered, true);
  });
  for (const i of upTo(n)) {
    if (i % 100 === 10) {
      await settled(socket);
      breaks[Math.floor(i / 100)]();
    }
    await ask(speaker, "to-room", "recovery", i);
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  while (connects < breaks.length || !socket.connected) await once(socket, "connect");
  await ask(socket, "whoami"); // behind what was missed
  assert.deepEqual(got, upTo(n));
  assert.equal(socket.id, id);
  assert.equal((await ask(socket, "whoami"))[0].recovered, true);

  // Who says goodbye begins anew.
  socket.off("connect");
  socket.disconnect();
  socket.connect();
  await once(socket, "connect");
  assert.equal(socket.recovered, false);
  assert.notEqual(socket.id, id);
};

for (const [what, check] of Object.entries(checks)) {
  const tooLong = setTimeout(() => fail(what, new Error("it takes too long")), 15_000);
  try {
    await check();
  } catch (error) {
    fail(what, error);
  }
  clearTimeout(tooLong);
  for (const socket of sockets.splice(0)) socket.disconnect();
}
console.log(`${name} ${version} over ${transports}: ${Object.keys(checks).length} checks`);
process.exit(0);

function fail(what, error) {
  console.error(`${name} ${version} over ${transports}: "${what}" failed: ${error.stack.slice(0, 2000)}`);
  process.exit(1);
}
