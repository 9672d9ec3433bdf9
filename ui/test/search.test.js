// Looking for words in what the page holds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { search } from "../static/js/state/search.js";
import { reduce, start } from "../static/js/state/state.js";
import { ann, bo, id, joined, message } from "./room.js";

/** @import {Logged} from "../static/js/wire/events.js" */

const change = (/** @type {number} */ n, /** @type {number} */ target) => ({ chat_id: "r", id: id(n), timestamp: "2026-01-02T03:04:05.678Z", sender: bo, target: id(target) });
const { entries } = reduce(start(ann), joined([
  message(1, { message: "The lamp is on." }),
  message(2, { message: "Der LAMPENSCHIRM, e\u0301teint" }),
  message(3, { message: "no lamp any more" }),
  message(4, { message: "lmap" }),
  message(5, { message: "data:image/png;base64,lamp" }),
  /** @type {Logged} */ ({ ...change(6, 3), kind: "delete" }),
  /** @type {Logged} */ ({ ...change(7, 4), kind: "edit", message: "İstanbul lamp " + "x".repeat(300) }),
]));

for (const { words, want } of [
  { words: "lamp", want: [4, 2, 1] },
  { words: "  LAMP ", want: [4, 2, 1] },
  { words: "lampe", want: [2] },
  { words: "eteint", want: [2] },
  { words: "Éteint", want: [2] },
  { words: "istanbul", want: [4] },
  { words: "lmap", want: [] },
  { words: " ", want: [] },
  { words: "\u0301", want: [] },
]) {
  test(`looking for ${JSON.stringify(words)}`, () => {
    assert.deepEqual(search(entries, ann, words, 10).map((h) => parseInt(h.id, 16)), want);
  });
}

test("a hit is shown as it was written, with some of what is around it", () => {
  const [hit] = search(entries, ann, "eteint", 10);
  assert.deepEqual([hit?.before, hit?.found, hit?.after], ["Der LAMPENSCHIRM, ", "e\u0301teint", ""]);
  const [long] = search(entries, ann, "xxxx", 10);
  assert.equal(long?.before, "İstanbul lamp ");
  assert.ok((long?.after.length ?? 0) < 200);
});

test("no more than wanted", () => assert.equal(search(entries, ann, "lamp", 2).length, 2));
