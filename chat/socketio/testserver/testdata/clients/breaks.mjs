// What the official client has to get from the server when its connection
// changes, or breaks, in Node and in a browser.

import { check, same, upTo } from "./same.mjs";
import { ask, once, pause } from "./stage.mjs";

// phases are where the server's side of the test breaks a connection: when it
// opens, when it polls, posts or gets the answer to a post, when the websocket
// opens, proves itself, is confirmed, or carries frames.
function phases({ transports, resends }) {
  // A post that is sent again was carried out already.
  const polling = ["handshake", "poll", "answer", ...(resends ? [] : ["post"])];
  return { polling, websocket: ["websocket", "frames"], "polling,websocket": [...polling, "websocket", "probe", "confirm", "frames"] }[transports];
}

export function breaks(stage) {
  const all = {
    // A client whose upgrade fails stays on polling and loses nothing; any other
    // has to come back by itself.
    async "survives a drop in any phase"() {
      for (const phase of phases(stage)) await drop(stage, phase);
    },
  };
  if (stage.upgrades) all["loses nothing through the upgrade, in both directions"] = () => upgrade(stage);
  if (stage.since(4, 6)) all["loses nothing when it comes back"] = () => comeBack(stage);
  return all;
}

async function drop(stage, phase) {
  const stays = stage.upgrades && (phase === "websocket" || phase === "probe");
  await stage.tell(`cut?phase=${phase}`);
  const socket = stage.connect();
  let connects = 0;
  socket.on("connect", () => connects++);
  const echoes = [];
  socket.on("message-back", (i) => echoes.push(i));
  let rounds = 0;
  while (echoes.length < 50) {
    check(++rounds < 100, `${phase}: only ${echoes.length} echoes after ${connects} connections`);
    await (stays ? socket.connected || once(socket, "connect") : stage.settled(socket));
    socket.emit("message", rounds);
    await Promise.race([once(socket, "message-back"), once(socket, "disconnect")]);
  }
  same(await stage.tell("cut"), "", `${phase}: what is still to be cut`);
  same(echoes, [...new Set(echoes)].sort((a, b) => a - b), `${phase}: what came back`);
  if (stays) same([connects, echoes.length], [1, rounds], `${phase}: connections and echoes`);
  socket.disconnect();
}

// upgrade has both sides talk while the websocket is held back, while it takes
// over, and behind that.
async function upgrade(stage) {
  await stage.tell("hold");
  const socket = stage.connect();
  await once(socket, "connect");
  const echoes = [], pushed = [], over = [];
  socket.on("message-back", (i) => { echoes.push(i); over.push(socket.io.engine.transport.name); });
  socket.on("pushed", (i) => pushed.push(i));
  const each = 10;
  let rounds = 0;
  for (let after = 0; after < 20; rounds++) {
    check(rounds < 5000, `no upgrade after ${echoes.length} echoes`);
    socket.emit("push", each, 10);
    for (const i of upTo(each)) socket.emit("message", rounds * each + i);
    if (rounds === 20) {
      while (echoes.length === 0) await once(socket, "message-back");
      await stage.tell("release");
    }
    if (socket.io.engine.transport.name === "websocket") after++;
    await pause(1);
  }
  same((await ask(socket, "whoami"))[0].transport, "websocket"); // behind all that was asked for
  same(echoes, upTo(rounds * each), "what came back");
  same(pushed, upTo(rounds).flatMap(() => upTo(each)), "what was pushed");
  same([...new Set(over)], ["polling", "websocket"], "what it came over");
}

// comeBack has a client lose its connection and come back to what it missed.
async function comeBack(stage) {
  const speaker = stage.connect();
  await stage.settled(speaker);
  const socket = stage.connect();
  await once(socket, "connect");
  same(socket.recovered, false);
  const { id } = socket;
  await ask(socket, "join", "recovery");
  const got = [];
  socket.on("room-msg", (i) => got.push(i));
  const ways = [() => socket.io.engine.close(), () => socket.emit("drop")];
  const n = 200;
  let connects = 0;
  let fresh = 0;
  socket.on("connect", () => {
    connects++;
    if (!socket.recovered) fresh++;
  });
  for (const i of upTo(n)) {
    if (i % 100 === 10) {
      await stage.settled(socket);
      ways[Math.floor(i / 100)]();
    }
    await ask(speaker, "to-room", "recovery", i);
    if (i % 10 === 0) await pause(5);
  }
  while (connects < ways.length || !socket.connected) await once(socket, "connect");
  await ask(socket, "whoami"); // behind what was missed
  same(fresh, 0, "how often it came back as a new one");
  same(got, upTo(n));
  same(socket.id, id);
  same((await ask(socket, "whoami"))[0].recovered, true);

  // Who says goodbye begins anew. Over polling the goodbye may wait for the answer
  // to a post before it, and a new connection be there first.
  socket.disconnect();
  while ((await ask(speaker, "remembers", id))[0]);
  socket.connect();
  await once(socket, "connect");
  same(socket.recovered, false);
  check(socket.id !== id, "it has its old id");
}
