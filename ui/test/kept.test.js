// What outlives the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bringBack, keepUnsent, takeUnsent } from "../static/js/page/kept.js";
import { createStore } from "../static/js/page/store.js";
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

test("what was not sent is kept by room, under its name; sent words and the bytes of pictures are not", () => {
  let state = start({ id: "ann", name: "Ann" });
  for (const key of ["a", "b", "c"]) state = reduce(state, { type: "wrote", key, text: key, at: 0 });
  state = reduce(state, { type: "sent", key: "b", id: "1", at: 0 });
  state = reduce(state, { type: "wrote", key: "d", text: "d", picture: { url: "blob:x", width: 1, height: 1, blur: "x", own: true, name: "n" }, at: 0 });
  const doing = /** @type {const} */ ({ key: "e", event: "react", id: "1", emoji: "👍", on: true });
  keepUnsent("den", reduce(state, { type: "does", doing }));
  assert.deepEqual(takeUnsent("attic"), { by: "", said: [], doing: [] });
  assert.deepEqual(takeUnsent("den"), { by: "ann", said: [{ key: "a", text: "a" }, { key: "c", text: "c" }, { key: "d", text: "d", picture: { url: "", width: 1, height: 1, blur: "x" } }], doing: [doing] });
  keepUnsent("den", start({ id: "ann", name: "Ann" }));
  assert.deepEqual(takeUnsent("den").said, []);
});

test("junk is nothing", () => {
  for (const junk of ["{", "[]", "null", '["a"]']) {
    stored.set("unsent:den", junk);
    assert.deepEqual(takeUnsent("den").said, [], junk);
  }
});

test("what the room has, because only the answer was lost, is not brought back", async () => {
  let state = start({ id: "ann", name: "Ann" });
  for (const key of ["a", "b"]) state = reduce(state, { type: "wrote", key, text: key, at: 0 });
  keepUnsent("den", state);
  const store = createStore(reduce, reduce(start({ id: "ann", name: "Ann" }), { type: "wrote", key: "a", text: "a", at: 0 }));
  store.dispatch({ type: "sent", key: "a", id: "1", at: 0 });
  await bringBack(store, "den", () => Promise.reject(new Error("there is no picture")));
  assert.deepEqual(store.get().entries.map((e) => [e.key, e.id]), [["a", "1"], ["b", undefined]]);
});
