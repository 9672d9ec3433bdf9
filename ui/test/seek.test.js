// The way back to a message that the page does not hold.

import assert from "node:assert/strict";
import { test } from "node:test";
import { most, mostPages } from "../static/js/state/window.js";
import { reduce, start } from "../static/js/state/state.js";
import { ann, id, joined, messages } from "./room.js";

/** @import {Page} from "../static/js/wire/events.js" */
/** @import {State} from "../static/js/state/state.js" */

/** A reader at the end of a room. @param {number} from @param {number} to */
const at = (from, to) => reduce(start(ann), joined(messages(from, to), { older: from > 1 }));

/**
 * Reads the page in front of what is held.
 *
 * @param {State} state
 * @param {Page | undefined} page
 */
function back(state, page) {
  const asked = reduce(state, { type: "asked", part: "older" });
  assert.ok(asked.reading);
  return reduce(asked, { type: "read", reading: asked.reading, page, at: 9 });
}

/** @param {State} state @param {number} n */
const look = (state, n) => reduce(state, { type: "sought", id: id(n) });

test("older pages are read until the message is there", () => {
  let state = look(at(301, 400), 150);
  assert.equal(state.sought?.end, undefined);
  state = back(state, { messages: messages(201, 300), older: true });
  assert.equal(state.sought?.end, undefined);
  state = back(state, { messages: messages(101, 200), older: true });
  assert.equal(state.sought?.end, "found");
});

test("what is read on the way stays, though the reader was at the end", () => {
  let state = look(at(901, 1000), 1);
  for (let from = 801; from > 400; from -= 100) {
    state = back(state, { messages: messages(from, from + 99), older: true });
    assert.equal(state.entries[0]?.id, id(from));
  }
  state = back(back(state, { messages: messages(301, 400), older: true }), { messages: messages(201, 300), older: true });
  assert.equal(state.entries[0]?.id, id(201), "the page just read was let go of");
  assert.ok(state.entries.length <= most);
});

/** @type {[string, (state: State) => State, import("../static/js/state/window.js").Sought["end"]][]} */
const ends = [
  ["is there already", (state) => look(state, 350), "found"],
  ["the log no longer has it", (state) => back(look(state, 150), { messages: messages(201, 300), older: false }), "gone"],
  ["the log has it not where it should be", (state) => look(state, 500), "gone"],
  ["a page did not come", (state) => back(look(state, 150), undefined), "failed"],
  ["the connection goes", (state) => reduce(look(state, 150), { type: "connection", value: "offline" }), "failed"],
  ["there is no connection", (state) => look(reduce(state, { type: "connection", value: "offline" }), 150), "failed"],
];
for (const [what, act, want] of ends) {
  test(`it ends when ${what}`, () => assert.equal(act(at(301, 400)).sought?.end, want));
}

test("a message may be too far back, and the next try goes further", () => {
  let [state, from] = [look(at(9901, 10_000), 1), 9901];
  const step = () => {
    state = back(state, { messages: messages(from - 10, from - 1), older: true });
    from -= 10;
  };
  for (let i = 0; i < mostPages; i++) step();
  assert.equal(state.sought?.end, "far");
  state = look(state, 1);
  step();
  assert.equal(state.sought?.end, undefined);
});

test("a page that comes after the window has moved does not keep others from being read", () => {
  const asked = reduce(at(301, 400), { type: "asked", part: "older" });
  assert.ok(asked.reading);
  const moved = { ...asked, oldest: id(350) };
  assert.equal(reduce(moved, { type: "read", reading: asked.reading, page: { messages: messages(201, 300), older: true }, at: 9 }).reading, undefined);
});
