// What outlives the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keepUnsent, takeUnsent } from "../static/js/page/kept.js";
import { reduce, start } from "../static/js/state/state.js";

/** @type {Map<string, string>} */
const stored = new Map();
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void stored.set(key, value),
    removeItem: (/** @type {string} */ key) => void stored.delete(key),
  },
});

test("words that were not sent are kept once, by room; sent ones and pictures are not", () => {
  let state = start({ id: "ann", name: "Ann" });
  for (const key of ["a", "b", "c"]) state = reduce(state, { type: "wrote", key, text: key, at: 0 });
  state = reduce(state, { type: "sent", key: "b", id: "1", at: 0 });
  state = reduce(state, { type: "wrote", key: "d", text: "d", picture: { url: "blob:x", width: 1, height: 1, own: true }, at: 0 });
  keepUnsent("den", state);
  assert.deepEqual(takeUnsent("attic"), []);
  assert.deepEqual(takeUnsent("den"), ["a", "c"]);
  assert.deepEqual(takeUnsent("den"), []);
});

test("junk is nothing", () => {
  stored.set("unsent:den", "{");
  assert.deepEqual(takeUnsent("den"), []);
});
