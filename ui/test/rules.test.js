// What no module may do, whatever it is for.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../static/js/", import.meta.url);

/** The modules without their comments, which may name what they avoid. */
const modules = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"))
  .map((name) => ({ name, code: readFileSync(new URL(name, root), "utf8").replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*/g, "") }));

// The attack: a message is markup, and a module hands it to the browser as such.
test("nobody makes markup or code of a text", () => {
  assert.ok(modules.length > 60);
  for (const { name, code } of modules) {
    const found = /\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|parseHTMLUnsafe|createContextualFragment|srcdoc|DOMParser|eval|Function)\b(?=\s*[(.=])|document\.write/.exec(code);
    assert.equal(found?.[0], undefined, name);
  }
});

test("the state knows nothing of the page", () => {
  const state = modules.filter(({ name }) => name.startsWith("state/"));
  assert.ok(state.length > 7);
  for (const { name, code } of state) {
    assert.equal(/\b(?:document|window|globalThis|navigator|location|localStorage|sessionStorage|fetch)\b/.exec(code.replace(/"\.\/window\.js"/g, ""))?.[0], undefined, name);
    for (const [, from] of code.matchAll(/from "([^"]+)"/g)) assert.match(from ?? "", /^\.\/[a-z]+\.js$/, name);
  }
});
