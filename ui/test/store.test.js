// The one state, and who hears of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../static/js/page/store.js";

const store = () => createStore((/** @type {number} */ state, /** @type {number} */ more) => state + more, 0);

test("who subscribes late hears at once of what changed since", () => {
  const { dispatch, get, subscribe } = store();
  const since = get();
  dispatch(1);
  dispatch(2);
  /** @type {number[][]} */
  const heard = [];
  subscribe((state, before) => heard.push([before, state]), since);
  assert.deepEqual(heard, [[0, 3]]);
  dispatch(4);
  assert.deepEqual(heard, [[0, 3], [3, 7]]);
});

test("who has missed nothing hears of nothing", () => {
  const { get, subscribe } = store();
  let heard = 0;
  subscribe(() => heard++, get());
  subscribe(() => heard++);
  assert.equal(heard, 0);
});
