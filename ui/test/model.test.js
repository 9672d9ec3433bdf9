// The promise as a whole: whatever the connection does, what is written arrives
// once and in order, and the page shows the log, without holes and doubles. A
// seed decides what happens; the test names it when it fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutbox } from "../static/js/wire/outbox.js";
import { createPages } from "../static/js/wire/pages.js";
import { reduce, start } from "../static/js/state/state.js";
import { createStore } from "../static/js/page/store.js";
import { atEnd, most } from "../static/js/state/window.js";
import { ann, bo, id } from "./room.js";

/** @import {JoinAck, Message, Page, Request} from "../static/js/wire/events.js" */
/** @import {Outcome} from "../static/js/wire/wire.js" */

/** How many stories are told, and how many things happen in each. */
const [stories, events] = [40, 400];

/**
 * @param {number} seed
 * @returns {(n: number) => number} a whole number below n
 */
function dice(seed) {
  let x = seed * 2654435761 + 1;
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    return (x >>> 8) % n;
  };
}

/** The log of a room and the two ends of one connection to it. @param {(n: number) => number} roll */
function world(roll) {
  /** @type {Message[]} */
  const log = [];
  /** @type {Map<string, Message>} */
  const names = new Map();
  const store = createStore(reduce, start(ann));
  /** What is on its way, in both directions, in order. @type {(() => void)[]} */
  let wire = [];
  let connection = 0; // 0 is none, and each has a number of its own
  let made = 0;
  let live = false;

  /** @param {Partial<Message>} more */
  function append(more) {
    if (more.client_id && names.has(more.client_id)) return /** @type {Message} */ (names.get(more.client_id));
    const stored = /** @type {Message} */ ({ chat_id: "r", id: id(log.length + 1), timestamp: "2026-01-02T03:04:05.678Z", message: "", sender: bo, ...more });
    log.push(stored);
    if (more.client_id) names.set(more.client_id, stored);
    if (live && stored.sender !== ann) toPage(() => store.dispatch({ type: "received", entry: stored, at: 0 }));
    return stored;
  }

  /** Something that gets through as long as the connection holds. @param {() => void} arrive */
  function toPage(arrive) {
    const mine = connection;
    wire.push(() => { if (connection === mine) arrive(); });
  }

  /** @param {string} after @returns {JoinAck} */
  function answer(after) {
    const behind = log.filter((m) => m.id > after);
    const page = after ? behind.slice(0, 20) : behind.slice(-10);
    const more = page.length > 0 && after !== "" && behind.length > page.length;
    return { room: "r", you: ann, members: [ann], messages: page, last: page.at(-1)?.id ?? (after || id(0)), more, older: !after && behind.length > page.length, gap: false };
  }

  function join() {
    const after = store.get().last;
    toPage(() => {
      const got = answer(after);
      live = !got.more;
      toPage(() => {
        store.dispatch({ type: "joined", answer: got, after, at: 0 });
        if (got.more) join();
      });
    });
  }

  /** @type {Set<(outcome: Outcome) => void>} */
  const waiting = new Set();
  const ends = {
    /** @param {string} name @param {Request} request @param {(outcome: Outcome) => void} done */
    put(name, request, done) {
      assert.equal(request.event, "send_message");
      waiting.add(done);
      toPage(() => {
        if (roll(12) === 0) return toPage(() => settle(done, { kind: "refused", code: "unavailable", message: "" }));
        const stored = append({ sender: ann, client_id: name, message: request.event === "send_message" ? request.message : "" });
        toPage(() => settle(done, { kind: "sent", id: stored.id, at: 0 }));
      });
    },
    rejoin: join,
    /** @param {{before?: string, after?: string}} part @param {(page: Page | undefined) => void} done */
    history({ before, after }, done) {
      toPage(() => {
        const found = after ? log.filter((m) => m.id > after) : log.filter((m) => !before || m.id < before);
        const page = after ? found.slice(0, 30) : found.slice(-30);
        const last = after && (page.at(-1)?.id ?? after);
        toPage(() => done({ messages: page, older: !after && found.length > page.length, ...(last && { last, more: found.length > page.length }) }));
      });
    },
  };

  /** @param {(outcome: Outcome) => void} done @param {Outcome} outcome */
  function settle(done, outcome) {
    if (waiting.delete(done)) done(outcome);
  }

  function lose() {
    if (!connection) return;
    [connection, live, wire] = [0, false, []];
    store.dispatch({ type: "connection", value: "reconnecting" });
    for (const done of [...waiting]) settle(done, { kind: "unsure" });
  }

  function come() {
    if (connection) return;
    connection = ++made;
    join();
  }

  const pages = createPages(store, ends);
  createOutbox(store, ends);
  return { log, store, pages, append, lose, come, step: () => wire.shift()?.(), idle: () => wire.length === 0, connected: () => connection > 0 };
}

/** @param {ReturnType<typeof world>} w */
function settled(w) {
  w.come();
  for (let n = 0; !w.idle(); n++) {
    assert.ok(n < 3000, "there is an end of what the page asks for");
    w.step();
  }
}

/** @param {ReturnType<typeof world>} w @param {string} when */
function check({ log, store }, when) {
  const state = store.get();
  const shown = state.entries.flatMap((e) => (e.kind === "message" && e.id ? [e.id] : []));
  const held = log.filter((m) => m.id >= state.oldest && m.id <= state.newest).map((m) => m.id);
  assert.deepEqual(shown, held, `${when}: the page shows its part of the log`);
  assert.ok(shown.length <= most, `${when}: it holds ${shown.length}`);
}

/** @param {number} seed @param {(ms: number) => void} tick */
function tell(seed, tick) {
  const roll = dice(seed);
  const w = world(roll);
  /** @type {string[]} */
  const written = [];
  for (let i = 0; i < events; i++) {
    const what = roll(20);
    if (what < 6) w.append({ message: `from bo ${i}` });
    else if (what < 9) {
      const key = `mine-${i}`;
      written.push(key);
      w.store.dispatch({ type: "wrote", key, text: key, at: 0 });
    } else if (what === 9) w.lose();
    else if (what === 10) for (let n = roll(80); n > 0; n--) w.append({ message: "a flood" });
    else if (what === 11) w.store.dispatch({ type: "looking", atEnd: roll(2) === 0, upper: roll(2) === 0 });
    else if (what === 12) w.pages.near({ top: roll(2) === 0, bottom: roll(2) === 0 });
    else if (what === 13) tick(20_000);
    else if (w.connected()) w.step();
    else if (roll(3) === 0) w.come();
    if (w.connected() && w.store.get().connection === "joined") check(w, `event ${i}`);
  }
  w.store.dispatch({ type: "looking", atEnd: true, upper: false });
  w.pages.near({ top: false, bottom: true });
  w.pages.latest();
  for (let n = 0; n < 60; n++) {
    settled(w);
    tick(20_000);
  }
  check(w, "the end");
  assert.ok(atEnd(w.store.get()), "the page holds the end of the log");
  assert.deepEqual(w.store.get().entries.filter((e) => e.id === undefined), [], "nothing is unsent");
  assert.deepEqual(w.log.filter((m) => m.sender === ann).map((m) => m.message), written, "each was stored once, in the order written");
}

test(`${stories} stories of a bad connection`, (t) => {
  for (let seed = 1; seed <= stories; seed++) {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    try {
      tell(seed, (ms) => t.mock.timers.tick(ms));
    } catch (reason) {
      throw new Error(`story ${seed}: ${reason instanceof Error ? reason.stack : reason}`);
    } finally {
      t.mock.timers.reset();
    }
  }
});
