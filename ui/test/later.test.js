// Parts that are loaded when they are needed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { later } from "../static/js/page/later.js";

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
