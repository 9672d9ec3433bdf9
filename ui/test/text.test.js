// Links, addresses and sentences.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { roomPath } from "../static/js/page/address.js";
import { isEmoji, linkPieces } from "../static/js/log/text.js";
import { layout } from "../static/js/state/rows.js";
import { start } from "../static/js/state/state.js";
import { learn, list, say, size } from "../static/js/page/words.js";
import { ann } from "./room.js";

/** @import {State} from "../static/js/state/state.js" */

learn(JSON.parse(await readFile(new URL("../words/en.json", import.meta.url), "utf8")));

const links = [
  { text: "see https://a.example/x, then", want: ["https://a.example/x"] },
  { text: "(https://a.example/x_(y))", want: ["https://a.example/x_(y)"] },
  { text: "HTTP://A.example.", want: ["HTTP://A.example"] },
  { text: "http://[::1]:80/ and https://b.example?q=1#f!", want: ["http://[::1]:80/", "https://b.example?q=1#f"] },
  { text: "javascript:alert(1) ftp://a.example data:text/html,x //a.example", want: [] },
  { text: "https://bank.example@evil.example/", want: [] },
  { text: "https://a.example/\u202Egpj.exe", want: ["https://a.example/"] },
  { text: "xhttps://a.example https://", want: [] },
];

for (const { text, want } of links) {
  test(`links in ${JSON.stringify(text)}`, () => {
    const found = linkPieces(text);
    assert.deepEqual(found.filter((p) => p.href).map((p) => p.text), want);
    assert.equal(found.map((p) => p.text).join(""), text, "nothing is lost");
  });
}

const rooms = [
  { pasted: " standup ", want: "/chat/standup" },
  { pasted: "https://chat.example/chat/abc_-1", want: "/chat/abc_-1" },
  { pasted: "https://chat.example/chat/abc/", want: "/chat/abc" },
  { pasted: "http://192.0.2.7:5000/chat/abc", want: "/chat/abc" },
  { pasted: "https://evil.example/chat/abc", want: "" },
  { pasted: "https://chat.example/chat/a/b", want: "" },
  { pasted: "//evil.example", want: "" },
  { pasted: "a".repeat(129), want: "" },
  { pasted: "", want: "" },
];

for (const { pasted, want } of rooms) {
  test(`room in ${JSON.stringify(pasted.slice(0, 40))}`, () => {
    assert.equal(roomPath(pasted, ["https://chat.example", "http://192.0.2.7:5000"]), want);
  });
}

test("lists of names", () => {
  assert.equal(list(["Ann"]), "Ann");
  assert.equal(list(["Ann", "Bo"]), "Ann and Bo");
  assert.equal(list(["Ann", "Bo", "Cy", "Dee", "Eve"]), "Ann, Bo and 3 others");
});

test("sentences with values and numbers", () => {
  const typing = (/** @type {string[]} */ ...names) => say("room.typing", { names: list(names), n: names.length });
  assert.equal(typing("Ann"), "Ann is typing");
  assert.equal(typing("Ann", "Bo"), "Ann and Bo are typing");
  assert.equal(say("room.newer", { n: 1 }), "1 new message");
  assert.equal(say("picture.from", { name: "{n} $& Bo" }), "Picture from {n} $& Bo");
});

test("a few emoji and nothing else", () => {
  const family = "👩🏻‍❤️‍💋‍👨🏿";
  for (const text of ["🎉", "1️⃣ 2️⃣", "🇪🇸\n🇬🇧", `${family} ${family} ${family}`, "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]) assert.ok(isEmoji(text), text);
  for (const text of ["", "1", "¡Sí!", "да", "🎉 yes", "🎉🎉🎉🎉", "你好", "☃ ¿?"]) assert.ok(!isEmoji(text), text);
});

test("sizes", () => {
  assert.deepEqual([1, 16384, 5 * 2 ** 20 / 2].map(size), ["1 kB", "16 kB", "2.5 MB"]);
});

test("notices of one kind share a row", () => {
  const notice = (/** @type {"joins" | "leaves"} */ what, /** @type {number} */ at) =>
    /** @type {const} */ ({ kind: "notice", id: "", key: `${what}-${at}`, at, what, person: { id: "bo", name: "Bo" } });
  const rows = layout({ ...start(ann), entries: [notice("joins", 1), notice("joins", 2), notice("leaves", 3)] });
  assert.deepEqual(rows.map((r) => (r.kind === "notice" ? r.entries.length : r.kind)), ["day", 2, 1]);
});

test("above the first message stands that the room begins there, or has forgotten", () => {
  const said = /** @type {const} */ ({ kind: "message", key: "1", at: 1, sender: ann, mine: true, text: "", status: "sent" });
  const top = (/** @type {Partial<State>} */ more) => layout({ ...start(ann), entries: [said], ...more })[0]?.key;
  assert.equal(top({}), "begin");
  assert.equal(top({ forgot: true }), "forgot");
  assert.equal(top({ older: true }), "older");
  assert.equal(top({ entries: [] }), undefined, "an empty room has a page of its own for that");
});

test("rows group by sender and time, and separate days", () => {
  const noon = new Date(2026, 0, 2, 12).getTime();
  const said = (/** @type {string} */ key, /** @type {string} */ who, /** @type {number} */ at) =>
    /** @type {const} */ ({ kind: "message", key, at, sender: { id: who, name: who }, mine: false, text: "", status: "sent" });
  const entries = [
    said("1", "bo", noon), said("2", "bo", noon + 60_000), said("3", "ann", noon + 61_000),
    said("4", "ann", noon + 20 * 60_000), said("5", "ann", noon + 24 * 3600_000),
  ];
  const rows = layout({ ...start(ann), entries, unreadFrom: "4" });
  assert.deepEqual(
    rows.map((r) => (r.kind === "message" ? r.key + (r.first ? " first" : "") + (r.last ? " last" : "") : r.kind)),
    ["begin", "day", "1 first", "2 last", "3 first last", "unread", "4 first last", "day", "5 first last"],
  );
});
