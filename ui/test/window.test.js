// Which part of the room's log the page holds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { reduce, start } from "../static/js/state/state.js";
import { atEnd, enough, most } from "../static/js/state/window.js";
import { ann, id, joined, message, messages, received, standing } from "./room.js";

/** @import {Page} from "../static/js/wire/events.js" */
/** @import {Action, State} from "../static/js/state/state.js" */

/**
 * @param {Action[]} actions
 * @returns {State}
 */
const after = (...actions) => actions.reduce(reduce, start(ann));

/**
 * Asks for a part of the log and gets it.
 *
 * @param {State} state
 * @param {string} part
 * @param {Page | undefined} page
 */
function read(state, part, page) {
  const asked = reduce(state, { type: "asked", part });
  assert.ok(asked.reading);
  return reduce(asked, { type: "read", reading: asked.reading, page, at: 9 });
}

/** @param {number} from @param {number} to */
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The reader is in the lower half of what is held. @type {Action} */
const reading = { type: "looking", atEnd: false, upper: false };

/** And here in the upper half. @type {Action} */
const above = { type: "looking", atEnd: false, upper: true };

test("the first page, and older ones on demand", () => {
  let state = after(joined(messages(31, 40), { older: true }));
  assert.deepEqual([standing(state), state.older, atEnd(state)], [range(31, 40), true, true]);
  state = read(state, "older", { messages: messages(11, 30), older: true });
  state = read(state, "older", { messages: messages(5, 10), older: false });
  assert.deepEqual([standing(state), state.older], [range(5, 40), false]);
});

test("older pages are no news", () => {
  const state = read(after(joined(messages(31, 40), { older: true }), { type: "away", value: true }, above), "older", { messages: messages(1, 30), older: false });
  assert.deepEqual([state.unread, state.newer, state.unreadFrom], [0, 0, ""]);
});

test("a page that comes too late for where the reader is now is of no use", () => {
  const state = after(joined(messages(31, 40), { older: true }));
  const asked = reduce(state, { type: "asked", part: "older" });
  const away = reduce(asked, { type: "connection", value: "offline" });
  assert.ok(asked.reading);
  assert.equal(reduce(away, { type: "read", reading: asked.reading, page: { messages: messages(1, 5), older: true }, at: 0 }), away);
});

test("a page that does not come can be asked for again", () => {
  const state = read(after(joined(messages(31, 40), { older: true })), "older", undefined);
  assert.equal(state.reading?.failed, true);
  assert.deepEqual(standing(read(state, "older", { messages: messages(21, 30), older: true })), range(21, 40));
});

test("what was missed comes in pages, and is live with the last", () => {
  const lost = after(joined(messages(1, 3)), { type: "connection", value: "reconnecting" });
  const first = reduce(lost, joined(messages(4, 5), { after: id(3), more: true }));
  assert.deepEqual([standing(first), first.connection, first.last], [range(1, 5), "reconnecting", id(5)]);
  const second = reduce(first, joined(messages(6, 7), { after: id(5) }));
  assert.deepEqual([standing(second), second.connection, second.last], [range(1, 7), "joined", id(7)]);
});

test("an answer to a message says nothing about what was missed", () => {
  const lost = after(joined(messages(1, 3)), { type: "wrote", key: "mine", text: "hi", at: 5 }, { type: "connection", value: "reconnecting" });
  assert.equal(reduce(lost, { type: "sent", key: "mine", id: id(9), at: 6 }).last, id(3));
});

test("a room that shows nothing still knows where it was", () => {
  const state = after(joined([], { last: id(7) }), { type: "connection", value: "offline" });
  assert.equal(state.last, id(7));
  assert.deepEqual(standing(reduce(state, joined([message(8)], { after: id(7) }))), [8]);
});

test("a gap is shown, and filled with what is still there", () => {
  const lost = after(joined(messages(1, 3)), { type: "connection", value: "offline" });
  const gap = reduce(lost, joined(messages(90, 95), { after: id(3), gap: true, older: true }));
  assert.deepEqual(standing(gap), [1, 2, 3, "gap", ...range(90, 95)]);
  assert.equal(reduce(gap, { type: "asked", part: `gap-${id(3)}` }).reading?.from, id(90), "what comes before the entries behind it");
  const part = read(gap, `gap-${id(3)}`, { messages: messages(50, 89), older: true });
  assert.deepEqual(standing(part), [1, 2, 3, "gap", ...range(50, 95)]);
  const end = read(part, `gap-${id(3)}`, { messages: messages(40, 49), older: false });
  assert.deepEqual(standing(end), [1, 2, 3, "gap", ...range(40, 95)]);
  assert.equal(end.entries[3]?.kind === "notice" && end.entries[3].open, false, "the rest is kept no more");
  const met = read(part, `gap-${id(3)}`, { messages: messages(2, 49), older: true });
  assert.deepEqual(standing(met), range(1, 95), "nothing was missing after all");
});

test("a log that lost its memory is begun anew", () => {
  const state = after(joined(messages(50, 53)), { type: "wrote", key: "mine", text: "hi", at: 5 }, joined(messages(1, 2), { after: id(53), gap: true }));
  assert.deepEqual(standing(state), ["gap", 1, 2, "mine"]);
  assert.equal(state.last, id(2));
  assert.deepEqual(standing(reduce(state, received(message(3)))), ["gap", 1, 2, 3, "mine"]);
});

/**
 * A room in which messages were said one by one.
 *
 * @param {number} to
 * @param {State} state
 */
const busy = (to, state, from = 1) => messages(from, to).map(received).reduce(reduce, state);

test("a long room is cut at its old end while its reader is at the new one", () => {
  const state = busy(enough * 3, after(joined(), { type: "wrote", key: "mine", text: "hi", at: 5 }));
  assert.ok(state.entries.length <= enough * 1.25, `${state.entries.length} entries`);
  assert.deepEqual(standing(state).slice(-2), [enough * 3, "mine"]);
  assert.equal(state.older, true, "the rest can be read again");
  const first = Number(standing(state)[0]);
  assert.deepEqual(standing(read(state, "older", { messages: messages(first - 50, first - 1), older: true })).slice(0, 51), range(first - 50, first));
});

test("a reader in the middle keeps what they look at", () => {
  const low = busy(most * 2, after(joined(), reading));
  assert.ok(low.entries.length <= most, `${low.entries.length} entries`);
  assert.equal(standing(low).at(-1), most * 2, "near the end, the old end goes");
  const high = busy(most * 2, after(joined(messages(1, 5)), above), 6);
  assert.ok(high.entries.length <= most, `${high.entries.length} entries`);
  assert.deepEqual([standing(high)[0], atEnd(high), high.newer], [1, false, most * 2 - 5], "near the beginning, the new end goes");
  assert.equal(high.last, id(most * 2), "and the page still knows how far the log has got");
});

test("the end that went comes back on the way down, or at once", () => {
  const high = busy(most + 50, after(joined(messages(1, 5)), above), 6);
  const held = Number(standing(high).at(-1));
  assert.ok(held < most);
  let down = read(reduce(high, reading), "newer", { messages: messages(held + 1, held + 100), older: true, last: id(held + 100), more: true });
  assert.deepEqual(standing(down).slice(-100), range(held + 1, held + 100));
  assert.equal(atEnd(down), false);
  down = read(down, "newer", { messages: messages(held + 101, most + 50), older: true, last: id(most + 50) });
  assert.equal(atEnd(down), true);
  assert.deepEqual(standing(reduce(down, received(message(most + 51)))).slice(-2), [most + 50, most + 51]);
  const latest = read(reduce(high, received(message(most + 51))), "latest", { messages: messages(most + 2, most + 51), older: true });
  assert.deepEqual([standing(latest), atEnd(latest), latest.older], [range(most + 2, most + 51), true, true]);
});

test("what was said while the last part was being read is not passed over", () => {
  const high = busy(most + 50, after(joined(messages(1, 5)), above), 6);
  const asked = reduce(high, { type: "asked", part: "latest" });
  const heard = reduce(asked, received(message(most + 51)));
  assert.ok(heard.reading);
  const state = reduce(heard, { type: "read", reading: heard.reading, page: { messages: messages(most + 1, most + 50), older: true }, at: 0 });
  assert.equal(atEnd(state), false, "one is missing, and will be read");
  assert.deepEqual(standing(read(state, "newer", { messages: [message(most + 51)], older: true, last: id(most + 51) })).at(-1), most + 51);
});

test("a room that forgets has no latest page: what lies between is lost, and said to be", () => {
  const high = busy(most + 50, after(joined([], { last: id(0) }), above));
  const state = read(high, "latest", { messages: [], older: false });
  assert.deepEqual([standing(state).at(-1), atEnd(state)], ["gap", true]);
  assert.equal(standing(reduce(state, received(message(most + 51)))).at(-1), most + 51);
});

test("only who is at the log's end follows it", () => {
  const high = busy(most + 50, after(joined(messages(1, 5)), above), 6);
  assert.equal(reduce(high, { type: "looking", atEnd: true, upper: false }).following, false);
  assert.equal(reduce(after(joined(messages(1, 5)), above), { type: "looking", atEnd: true, upper: false }).following, true);
});
