// What the banner says of the connection.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { learn } from "../static/js/page/words.js";
import { bannerOf } from "../static/js/side/bar.js";

/** @import {Connection} from "../static/js/state/state.js" */

const words = JSON.parse(readFileSync(new URL("../words/es.json", import.meta.url), "utf8"));
learn(words);

/** @type {[Connection, string, boolean, string][]} */
const table = [
  ["joined", "", false, ""],
  ["joined", "", true, words["banner.stalled"]],
  ["offline", "", true, words["banner.offline"]],
  ["refused", "too_many_rooms", false, words["banner.refused.too_many_rooms"]],
  ["refused", "some_new_code", false, words["banner.refused"]],
];
for (const [connection, refusal, stalled, want] of table) {
  test(`${connection} ${refusal} ${stalled}, in the page's language`, () => assert.equal(bannerOf({ connection, refusal, stalled }), want));
}
