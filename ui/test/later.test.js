// Parts that are loaded when they are needed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { later, loadAtFirstTouch } from "../static/js/page/later.js";

test("a part is made once, and after a failure tried again", async () => {
  let tries = 0;
  const part = later(async () => {
    if (++tries === 1) throw new Error("offline");
    return `part ${tries}`;
  });
  await assert.rejects(part(), /offline/);
  assert.equal(await part(), "part 2");
  assert.equal(await part(), "part 2");
  assert.equal(tries, 2);
});

test("the first sign of a person loads all parts, also those that come after it", () => {
  const window = new EventTarget();
  Object.assign(globalThis, { addEventListener: window.addEventListener.bind(window), removeEventListener: window.removeEventListener.bind(window) });
  /** @type {string[]} */
  const loaded = [];
  later(async () => loaded.push("early"));
  loadAtFirstTouch();
  assert.equal(loaded.length, 0);
  window.dispatchEvent(new Event("pointermove"));
  assert.deepEqual(loaded, ["early"]);
  later(async () => loaded.push("late"));
  assert.deepEqual(loaded, ["early", "late"]);
});
