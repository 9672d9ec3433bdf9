// What a person may do to a message.

import assert from "node:assert/strict";
import { test } from "node:test";
import { changeable, lastEditable, possible } from "../static/js/state/doing.js";
import { reduce, start } from "../static/js/state/state.js";
import { ann, bo, id, joined, message, received } from "./room.js";

/** @import {Message} from "../static/js/wire/events.js" */

const said = Date.parse("2026-01-02T03:04:05.678Z");
const soon = said + 1000;

/**
 * The acts on the one message of a room, at a time.
 *
 * @param {Partial<Message>} more
 * @param {number} [now]
 */
function acts(more, now = soon) {
  const { entries, me } = reduce(start(ann), joined([message(1, more)]));
  return [...possible(entries.at(-1), me, now)].join(" ");
}

const file = { name: "a", url: "/a", width: 1, height: 1, size: 1 };
for (const { name, more, now, want } of [
  { name: "somebody else's", more: {}, want: "react reply copy" },
  { name: "one's own", more: { sender: ann }, want: "react reply copy edit remove" },
  { name: "one's own, just before it is too late", more: { sender: ann }, now: said + changeable - 1, want: "react reply copy edit remove" },
  { name: "one's own, too late", more: { sender: ann }, now: said + changeable, want: "react reply copy" },
  { name: "a picture without words", more: { sender: ann, message: "", file }, want: "react reply edit remove" },
  { name: "a picture in the text", more: { sender: ann, message: "data:image/png;base64,AAAA" }, want: "react reply remove" },
]) {
  test(`what can be done: ${name}`, () => assert.equal(acts(more, now), want));
}

test("nothing can be done to what is unsent, deleted, or no message", () => {
  let state = reduce(start(ann), joined([message(1, { sender: ann })]));
  const deletion = { chat_id: "r", id: id(2), timestamp: "2026-01-02T03:04:06Z", sender: ann, kind: /** @type {const} */ ("delete"), target: id(1) };
  state = reduce(state, received(deletion));
  state = reduce(state, { type: "wrote", key: "k", text: "x", at: soon });
  for (const entry of [...state.entries, undefined]) assert.equal(possible(entry, ann, soon).size, 0);
});

test("the last of one's own is edited, not the last", () => {
  const { entries, me } = reduce(start(ann), joined([message(1, { sender: ann }), message(2, { sender: ann }), message(3, { sender: bo })]));
  assert.equal(lastEditable(entries, me, soon)?.id, id(2));
  assert.equal(lastEditable(entries, me, said + changeable), undefined);
});

test("a refusal says why, until the next try", () => {
  const edit = /** @type {const} */ ({ event: "edit_message", id: id(1), message: "y" });
  let state = reduce(start(ann), joined([message(1, { sender: ann })]));
  state = reduce(state, { type: "does", doing: { key: "a", ...edit } });
  state = reduce(state, { type: "undone", key: "a", problem: "too late" });
  assert.equal(state.problem, "too late");
  assert.equal(reduce(state, { type: "does", doing: { key: "b", ...edit } }).problem, "");
});
