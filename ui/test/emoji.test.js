// Emoji by their names.

import assert from "node:assert/strict";
import { test } from "node:test";
import { emojiOf, matching, shortcode } from "../static/js/compose/emoji.js";

test("each name leads to one emoji that there is", () => {
  const all = matching("", 1000);
  assert.ok(all.length > 300, `${all.length} emoji`);
  for (const { name, emoji } of all) {
    assert.match(name, /^[a-z0-9_+-]{2,}$/);
    assert.match(emoji, /^\p{RGI_Emoji}$/v, name);
    assert.equal(emojiOf(name), emoji);
  }
});

test("names that begin as what was typed come first, and no emoji twice", () => {
  assert.deepEqual(matching("ROCK", 3).map((m) => m.name), ["rock", "rocket"]);
  assert.deepEqual(matching("heart", 3).map((m) => m.emoji), ["❤️", "😍", "🫶"]);
  assert.equal(matching("thumbsup", 5).length, 1);
  assert.deepEqual(matching("nothing like it", 5), []);
});

for (const { before, want } of [
  { before: ":sm", want: { name: "sm", closed: false, length: 3 } },
  { before: "well :+1:", want: { name: "+1", closed: true, length: 4 } },
  { before: "line\n:Tada", want: { name: "Tada", closed: false, length: 5 } },
  { before: ":s", want: null },
  { before: "at 10:30", want: null },
  { before: "http://x:80", want: null },
  { before: ":smile: ", want: null },
  { before: "a : b", want: null },
]) {
  test(`what is typed in front of the caret: ${JSON.stringify(before)}`, () => assert.deepEqual(shortcode(before), want));
}
