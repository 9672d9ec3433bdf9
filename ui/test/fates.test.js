// What becomes of messages, in whatever order the page learns of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { standing } from "../static/js/state/fates.js";
import { reduce, start } from "../static/js/state/state.js";
import { most } from "../static/js/state/window.js";
import { ann, bo, cy, id, joined, message, messages, received } from "./room.js";

/** @import {Logged, Person} from "../static/js/wire/events.js" */
/** @import {Action, State} from "../static/js/state/state.js" */

/**
 * @param {Action[]} actions
 * @returns {State}
 */
const after = (...actions) => actions.reduce(reduce, start(ann));

const entry = (/** @type {number} */ n, /** @type {Person} */ sender) => ({ chat_id: "r", id: id(n), timestamp: "2026-01-02T03:04:05.678Z", sender, target: id(1) });
const edit = (/** @type {number} */ n, /** @type {string} */ text) => /** @type {Logged} */ ({ ...entry(n, bo), kind: "edit", message: text });
const deletion = (/** @type {number} */ n) => /** @type {Logged} */ ({ ...entry(n, bo), kind: "delete" });
const reaction = (/** @type {number} */ n, /** @type {Person} */ who, /** @type {string} */ emoji, on = true) => /** @type {Logged} */ ({ ...entry(n, who), kind: "reaction", emoji, on });

/**
 * How the first message stands, in short.
 *
 * @param {State} state
 */
function shown(state) {
  const first = state.entries.find((e) => e.id === id(1));
  if (first?.kind !== "message") return undefined;
  const { text, edited, deleted, tallies } = standing(first, state.me);
  return { text: edited ? `${text}*` : text, deleted, tallies: tallies.map((t) => `${t.emoji} ${t.people.map((p) => p.name).join("+")}${t.mine ? " mine" : ""}`) };
}

const said = message(1, { message: "frist" });
const changes = [edit(2, "first"), reaction(3, bo, "👍"), reaction(4, ann, "👍"), reaction(5, cy, "❤️"), edit(6, "First"), reaction(7, bo, "👍", false), reaction(8, ann, "❤️")];
const want = { text: "First*", deleted: false, tallies: ["👍 Ann mine", "❤️ Cy+Ann mine"] };

test("edits and reactions count the same before the message and behind it, live and in pages", () => {
  const live = after(joined([said]), ...changes.map(received));
  const page = after(joined([said, ...changes]));
  let back = after(joined([...changes, message(9)], { older: true }));
  assert.equal(shown(back), undefined, "what is not there yet is no trouble");
  back = reduce(back, { type: "asked", part: "older" });
  assert.ok(back.reading);
  back = reduce(back, { type: "read", reading: back.reading, page: { messages: [said], older: false }, at: 0 });
  const twice = after(joined([said, ...changes]), ...[...changes].reverse().map(received));
  for (const [way, state] of Object.entries({ live, page, back, twice })) assert.deepEqual(shown(state), want, way);
});

test("a deletion takes words and reactions, and none come back", () => {
  const state = after(joined([said, ...changes, deletion(9), edit(10, "again"), reaction(11, cy, "👀")]));
  assert.deepEqual([shown(state)?.deleted, shown(state)?.tallies], [true, []]);
});

test("only what changed gets a new identity", () => {
  const state = after(joined([said, message(2)]));
  const now = reduce(state, received(reaction(3, bo, "👍")));
  assert.notEqual(now.entries[0], state.entries[0]);
  assert.equal(now.entries[1], state.entries[1]);
  assert.equal(reduce(now, received(reaction(3, bo, "👍"))).entries[0], now.entries[0]);
});

/** @type {Action} */
const heart = { type: "does", doing: { key: "k1", event: "react", id: id(1), emoji: "❤️", on: true } };

test("what one does shows at once, stays when the server has it, and goes when it refuses", () => {
  const state = after(joined([said]), heart);
  assert.deepEqual(shown(state)?.tallies, ["❤️ Ann mine"]);
  const done = reduce(reduce(state, { type: "doing", key: "k1", sending: true }), { type: "done", key: "k1", id: id(2), at: 5 });
  assert.deepEqual([shown(done)?.tallies, done.doing, done.last], [["❤️ Ann mine"], [], id(2)]);
  const undone = reduce(state, { type: "undone", key: "k1", problem: "no" });
  assert.deepEqual([shown(undone)?.tallies, undone.problem], [[], "no"]);
});

test("a reaction taken back before it was sent was never there", () => {
  const back = reduce(after(joined([said]), heart), { type: "does", doing: { key: "k2", event: "react", id: id(1), emoji: "❤️", on: false } });
  assert.deepEqual(back.doing, []);
  const sending = after(joined([said]), heart, { type: "doing", key: "k1", sending: true }, { type: "does", doing: { key: "k2", event: "react", id: id(1), emoji: "❤️", on: false } });
  assert.deepEqual([sending.doing.length, shown(sending)?.tallies], [2, []], "one that is on its way is followed by another");
});

test("the room has the last title that it got", () => {
  const title = (/** @type {number} */ n, /** @type {string} */ text) => /** @type {Logged} */ ({ ...entry(n, bo), kind: "title", title: text });
  let state = after(joined([title(5, "Plans"), message(6)], { older: true }));
  assert.equal(state.title.text, "Plans");
  state = reduce(state, { type: "asked", part: "older" });
  assert.ok(state.reading);
  state = reduce(state, { type: "read", reading: state.reading, page: { messages: [title(2, "Old"), message(3)], older: false }, at: 0 });
  assert.equal(state.title.text, "Plans", "an older one is history");
  assert.equal(reduce(state, received(title(7, ""))).title.text, "");
  const far = after(joined([message(60)], { older: true, title: "Kept by the server" }));
  assert.equal(far.title.text, "Kept by the server");
  const set = after(joined([message(1)]), { type: "does", doing: { key: "t", event: "set_title", title: "Mine" } }, { type: "done", key: "t", id: id(2), at: 5 });
  assert.equal(set.title.text, "Mine");
});

test("fates go with the part of the log that they stand in, and no sooner", () => {
  let state = after(joined([said, ...changes]));
  state = messages(20, 20 + most).map(received).reduce(reduce, state);
  assert.equal(shown(state), undefined);
  assert.equal(state.fates.size, 0, "they will be read again with the message");
  state = reduce(state, received(reaction(5000, cy, "🎉")));
  assert.equal(state.fates.size, 1, "this one will not");
});
