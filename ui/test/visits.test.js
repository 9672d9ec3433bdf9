// What the browser remembers of rooms, and what was seen in another tab.

import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../static/js/page/rooms.js";
import { reduce, start } from "../static/js/state/state.js";
import { ann, id, joined, message, messages, received } from "./room.js";

test("what is damaged is nothing, and what is missing has a value", () => {
  for (const junk of [null, "", "{", "null"]) assert.equal(read(junk), undefined, String(junk));
  assert.deepEqual(read("{}"), { title: "", at: 0, seen: "", unread: 0 });
  const visit = { title: "Den", at: 5, seen: id(3), unread: 2 };
  assert.deepEqual(read(JSON.stringify(visit)), visit);
});

test("what was seen in another tab is not unread in this one", () => {
  let state = reduce(start(ann), joined(messages(1, 2)));
  state = reduce(state, { type: "away", value: true });
  for (const n of [3, 4, 5]) state = reduce(state, received(message(n)));
  state = reduce(state, { type: "seen", id: id(4) });
  assert.deepEqual([state.unread, state.unreadFrom], [1, id(5)]);
  state = reduce(state, { type: "seen", id: id(5) });
  assert.deepEqual([state.unread, state.unreadFrom], [0, ""]);
});

test("who comes back has a line above what is new, but not above one's own", () => {
  let state = reduce(start(ann), joined([message(1), message(2, { sender: ann }), message(3)]));
  state = reduce(state, { type: "seen", id: id(1) });
  assert.deepEqual([state.unread, state.unreadFrom], [0, id(3)]);
});
