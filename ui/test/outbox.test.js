// What is sent, when, and how often.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutbox } from "../static/js/wire/outbox.js";
import { reduce, start } from "../static/js/state/state.js";
import { createStore } from "../static/js/page/store.js";
import { ann, id, joined } from "./room.js";

/** @import {Request} from "../static/js/wire/events.js" */
/** @import {Outcome} from "../static/js/wire/wire.js" */

function setUp() {
  const store = createStore(reduce, start(ann));
  /** @type {{name: string, request: Request, done: (outcome: Outcome) => void}[]} */
  const sent = [];
  let rejoins = 0;
  createOutbox(store, { put: (name, request, done) => void sent.push({ name, request, done }), rejoin: () => void rejoins++ });
  const join = () => store.dispatch(joined());
  const lose = () => store.dispatch({ type: "connection", value: "offline" });
  const write = (/** @type {string} */ key) => store.dispatch({ type: "wrote", key, text: `text of ${key}`, at: 0 });
  const statuses = () => store.get().entries.map((e) => (e.kind === "message" ? `${e.key} ${e.status}` : e.what));
  const names = () => sent.map((s) => s.name);
  return { store, sent, join, lose, write, statuses, names, rejoins: () => rejoins };
}

/** @type {(n: number) => Outcome} */
const stored = (n) => ({ kind: "sent", id: id(n), at: n });

test("what was written offline goes out after the join, one by one, in order", () => {
  const { sent, join, write, statuses, names } = setUp();
  write("a");
  write("b");
  assert.equal(sent.length, 0);
  join();
  assert.deepEqual(names(), ["a"]);
  assert.deepEqual(sent[0]?.request, { event: "send_message", message: "text of a" });
  sent[0]?.done(stored(1));
  assert.deepEqual(names(), ["a", "b"]);
  assert.deepEqual(statuses(), ["a sent", "b sending"]);
});

test("without an answer it is sent again under the same name, before the next", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { sent, join, write, statuses, names } = setUp();
  join();
  write("a");
  write("b");
  sent[0]?.done({ kind: "unsure" });
  assert.deepEqual(statuses(), ["a queued", "b queued"]);
  t.mock.timers.tick(1500);
  assert.deepEqual(names(), ["a", "a"]);
  sent[1]?.done(stored(1));
  assert.deepEqual([names(), statuses()], [["a", "a", "b"], ["a sent", "b sending"]]);
});

test("a late answer counts, and does not open the line for a second message at once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { sent, join, write, names, statuses } = setUp();
  join();
  write("a");
  write("b");
  write("c");
  sent[0]?.done({ kind: "unsure" });
  sent[0]?.done(stored(1));
  t.mock.timers.tick(1500);
  assert.deepEqual([names(), statuses()], [["a", "b"], ["a sent", "b sending", "c queued"]]);
  sent[1]?.done(stored(2));
  assert.deepEqual(names(), ["a", "b", "c"]);
});

test("who comes back does not wait out the pause", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { sent, join, lose, write, names } = setUp();
  join();
  write("a");
  lose();
  sent[0]?.done({ kind: "unsure" });
  assert.deepEqual(names(), ["a"]);
  join();
  assert.deepEqual(names(), ["a", "a"]);
});

test("a refusal that says 'not taken' is tried again after a pause", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const code of ["rate_limited", "not_joined", "unavailable"]) {
    const { sent, store, join, write, rejoins } = setUp();
    join();
    write("a");
    sent[0]?.done({ kind: "refused", code, message: "" });
    assert.equal(sent.length, 1, code);
    assert.equal(store.get().stalled, code === "unavailable", code);
    t.mock.timers.tick(1500);
    assert.equal(sent.length, 2, code);
    assert.equal(rejoins(), code === "not_joined" ? 1 : 0);
    sent[1]?.done(stored(1));
    assert.equal(store.get().stalled, false);
  }
});

test("a server that cannot store is asked less and less often", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { sent, join, write } = setUp();
  join();
  write("a");
  for (let second = 0; second < 60; second++) {
    sent.at(-1)?.done({ kind: "refused", code: "unavailable", message: "" });
    t.mock.timers.tick(1000);
  }
  assert.ok(sent.length >= 5 && sent.length <= 10, `${sent.length} times in a minute`);
});

test("any other refusal is final and does not hold up the rest", () => {
  const { sent, join, write, statuses } = setUp();
  join();
  write("a");
  write("b");
  sent[0]?.done({ kind: "refused", code: "too_long", message: "" });
  assert.deepEqual(statuses(), ["a failed", "b sending"]);
});

test("what is done to messages is sent like them, under a name", () => {
  const { store, sent, join, write } = setUp();
  join();
  store.dispatch({ type: "does", doing: { key: "k", event: "react", id: id(1), emoji: "👍", on: true } });
  write("a");
  assert.deepEqual(sent[0]?.request, { event: "react", id: id(1), emoji: "👍", on: true });
  sent[0]?.done({ kind: "refused", code: "no_message", message: "" });
  assert.deepEqual([store.get().doing, store.get().problem !== ""], [[], true]);
  assert.equal(sent[1]?.name, "a");
});
