// How people are told apart by one letter.

import assert from "node:assert/strict";
import { test } from "node:test";
import { initial } from "../static/js/page/words.js";

test("the letter of an avatar is what the eye takes for one", () => {
  const table = { Ann: "A", " bo ": "B", "é": "É", "e\u0301mile": "E\u0301", "小林": "小", "👩‍🚀 Ana": "👩‍🚀", "1\ufe0f\u20e3": "1\ufe0f\u20e3", "7 up": "7", "": "?" };
  for (const [name, want] of Object.entries(table)) assert.equal(initial(name), want, name);
});
