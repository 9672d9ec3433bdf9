// The first times wait until the page is drawn; then none waits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTime } from "../static/js/page/words.js";

test("the first times are written when there is time, in their order, and later ones at once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {string[]} */
  const written = [];
  inTime(() => written.push("a"));
  inTime(() => written.push("b"));
  assert.equal(written.join(), "", "they did not wait");
  t.mock.timers.tick(1000);
  assert.equal(written.join(), "a,b");
  inTime(() => written.push("c"));
  assert.equal(written.join(), "a,b,c", "it waited though the language is known");
});
