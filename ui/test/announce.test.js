// What those who listen to the page are told of changes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { learn } from "../static/js/page/words.js";
import { changes, heard } from "../static/js/side/announce.js";
import { reduce, start } from "../static/js/state/state.js";
import { ann, bo, cy, id, joined, message, received } from "./room.js";

/** @import {Change, Person} from "../static/js/wire/events.js" */

learn(JSON.parse(readFileSync(new URL("../words/en.json", import.meta.url), "utf8")));

/** @param {number} n @param {Person} sender @param {number} target */
const entry = (n, sender, target) => ({ chat_id: "r", id: id(n), timestamp: "2026-01-02T03:04:05.678Z", sender, target: id(target) });
/** @type {(n: number, by: Person, target: number, text: string) => Change} */
const edit = (n, by, target, text) => ({ ...entry(n, by, target), kind: "edit", message: text });
/** @type {(n: number, by: Person, target: number, on?: boolean) => Change} */
const react = (n, by, target, on = true) => ({ ...entry(n, by, target), kind: "reaction", emoji: "👍", on });

const room = reduce(start(ann), joined([message(1, { message: "frist" }), message(2, { sender: ann, message: "mine" })]));

/** @type {[string, Change, string[]][]} */
const table = [
  ["an edit", edit(3, bo, 1, "first"), ["Bo edited: first"]],
  ["a deletion", { ...entry(3, bo, 1), kind: "delete" }, ["Bo deleted a message."]],
  ["a reaction", react(3, cy, 2), ["Cy reacted 👍 to: mine"]],
  ["a reaction taken back", react(3, cy, 2, false), []],
  ["one's own reaction, from another tab", react(3, ann, 1), []],
  ["one's own edit, from another tab", edit(3, ann, 2, "mine too"), []],
];
for (const [what, change, want] of table) {
  test(what, () => assert.deepEqual(changes(reduce(room, received(change)), room), want));
}

test("a picture in the text is heard as a picture, and not letter by letter", () => {
  const { entries } = reduce(room, received(message(3, { message: "data:image/png;base64,iVBORw0KGgo=" })));
  assert.deepEqual(entries.flatMap((e) => (e.kind === "message" ? [heard(e, ann)] : [])), ["Bo: frist", "Ann: mine", "Bo: Picture"]);
});

test("each is told once, and history is not told", () => {
  const edited = reduce(room, received(edit(3, bo, 1, "first")));
  const next = reduce(edited, received(react(4, bo, 2)));
  assert.deepEqual(changes(next, edited), ["Bo reacted 👍 to: mine"]);
  const asked = reduce(reduce(start(ann), joined([message(9)], { older: true })), { type: "asked", part: "older" });
  assert.ok(asked.reading);
  const older = reduce(asked, { type: "read", reading: asked.reading, page: { messages: [message(1), react(2, bo, 1), edit(3, bo, 1, "x")], older: false }, at: 0 });
  assert.deepEqual(changes(older, asked), []);
});
