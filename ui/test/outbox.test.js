// What may be sent again, and what may not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutbox } from "../static/js/wire/outbox.js";
import { reduce, start } from "../static/js/state/state.js";
import { createStore } from "../static/js/page/store.js";

/** @import {Outcome} from "../static/js/wire/wire.js" */

function setUp() {
  const store = createStore(reduce, start({ id: "ann", name: "Ann" }));
  /** @type {{text: string, done: (outcome: Outcome) => void}[]} */
  const sent = [];
  let rejoins = 0;
  createOutbox(store, { send: (text, _file, done) => void sent.push({ text, done }), rejoin: () => void rejoins++ });
  const join = () => store.dispatch({ type: "joined", you: { id: "ann", name: "Ann" }, members: [], again: false, at: 0 });
  const write = (/** @type {string} */ text) => store.dispatch({ type: "wrote", key: text, text, at: 0 });
  const statuses = () => store.get().entries.map((e) => (e.kind === "message" ? `${e.key} ${e.status}` : e.what));
  return { store, sent, join, write, statuses, rejoins: () => rejoins };
}

test("what was written offline goes out after the join, one by one, in order", () => {
  const { sent, join, write, statuses } = setUp();
  write("a");
  write("b");
  assert.equal(sent.length, 0);
  join();
  assert.deepEqual(sent.map((s) => s.text), ["a"]);
  sent[0]?.done({ kind: "sent", id: "1", at: 1 });
  assert.deepEqual(sent.map((s) => s.text), ["a", "b"]);
  assert.deepEqual(statuses(), ["a sent", "b sending"]);
});

test("silence is the person's to judge; a late answer still counts", () => {
  const { sent, join, write, statuses } = setUp();
  join();
  write("a");
  sent[0]?.done({ kind: "unsure" });
  assert.deepEqual(statuses(), ["a failed"]);
  assert.equal(sent.length, 1, "not sent again by itself");
  sent[0]?.done({ kind: "sent", id: "1", at: 1 });
  assert.deepEqual(statuses(), ["a sent"]);
});

test("a late answer does not open the line for a second message at once", () => {
  const { sent, join, write } = setUp();
  join();
  write("a");
  write("b");
  write("c");
  sent[0]?.done({ kind: "unsure" });
  sent[0]?.done({ kind: "sent", id: "1", at: 1 });
  assert.deepEqual(sent.map((s) => s.text), ["a", "b"], "c waits for b");
  sent[1]?.done({ kind: "sent", id: "2", at: 2 });
  assert.deepEqual(sent.map((s) => s.text), ["a", "b", "c"]);
});

test("a refusal that says 'not taken' is tried again after a pause", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const code of ["rate_limited", "not_joined"]) {
    const { sent, join, write, rejoins } = setUp();
    join();
    write("a");
    sent[0]?.done({ kind: "refused", code, message: "" });
    assert.equal(sent.length, 1, code);
    t.mock.timers.tick(1500);
    assert.equal(sent.length, 2, code);
    assert.equal(rejoins(), code === "not_joined" ? 1 : 0);
  }
});

test("any other refusal is final and does not hold up the rest", () => {
  const { sent, join, write, statuses } = setUp();
  join();
  write("a");
  write("b");
  sent[0]?.done({ kind: "refused", code: "too_long", message: "" });
  assert.deepEqual(statuses(), ["a failed", "b sending"]);
});
