// Code in plain text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { codePieces } from "../static/js/log/text.js";

const texts = [
  { text: "plain", want: ["text plain"] },
  { text: "run `ls -l` now", want: ["text run ", "code ls -l", "text  now"] },
  { text: "a ` alone, and `` two", want: ["text a ` alone, and `` two"] },
  { text: "`over\ntwo lines`", want: ["text `over\ntwo lines`"] },
  { text: "see:\n```\na `b`\n\n  c\n```\ndone", want: ["text see:\n", "block a `b`\n\n  c", "text done"] },
  { text: "```go\nx\n```", want: ["block x"] },
  { text: "```\nnever closed", want: ["text ```\nnever closed"] },
  { text: "`<b>`", want: ["code <b>"] },
];

for (const { text, want } of texts) {
  test(`code in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(codePieces(text).map((p) => `${p.kind} ${p.text}`), want);
  });
}

test("a long row of backticks is no burden", () => {
  const began = performance.now();
  codePieces("`".repeat(16384) + "\n" + "```\n".repeat(4000));
  assert.ok(performance.now() - began < 1000);
});
