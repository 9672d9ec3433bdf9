// A wait that is counted down.

import assert from "node:assert/strict";
import { test } from "node:test";
import { countdown, remaining } from "../static/js/page/countdown.js";

test("a wait is shown each second down to its end", (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: 5_000 });
  /** @type {number[]} */
  const shown = [];
  countdown(3, (left) => shown.push(left));
  assert.deepEqual(shown, [3], "at once");
  for (let i = 0; i < 3; i++) t.mock.timers.tick(1000);
  assert.deepEqual(shown, [3, 2, 1, 0]);
});

test("who slept through it is told on waking", (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: 0 });
  /** @type {number[]} */
  const shown = [];
  countdown(300, (left) => shown.push(left));
  t.mock.timers.setTime(400_000);
  t.mock.timers.tick(1000);
  assert.deepEqual([shown[0], shown.at(-1)], [300, 0]);
});

test("waits", () => {
  assert.deepEqual([5, 60, 754, 3600, 86399].map(remaining), ["5 s", "1:00", "12:34", "1:00:00", "23:59:59"]);
});
