// The rules of the room's state, without a browser. Run: node --test ui/test/

import assert from "node:assert/strict";
import { test } from "node:test";
import { enough, most } from "../static/js/state/entries.js";
import { typingFor } from "../static/js/state/presence.js";
import { reduce, start } from "../static/js/state/state.js";

/** @import {Action, State} from "../static/js/state/state.js" */

const [ann, bo, cy] = ["Ann", "Bo", "Cy"].map((name) => ({ id: name.toLowerCase(), name }));
if (!ann || !bo || !cy) throw new Error("unreachable");

/**
 * @param {Action[]} actions
 * @returns {State}
 */
const after = (...actions) => actions.reduce(reduce, start(ann));

/**
 * @param {string} id
 * @param {{id: string, name: string}} [sender]
 * @returns {Action}
 */
const received = (id, sender = bo) =>
  ({ type: "received", at: 0, message: { chat_id: "r", id, timestamp: "2026-01-02T03:04:05.678Z", message: `text ${id}`, sender } });

/** @param {State} state */
const keys = (state) => state.entries.map((e) => e.key);

/** @type {Action} */
const joined = { type: "joined", you: ann, members: [bo, ann], again: false, at: 1 };

test("a message is shown once, in the order of ids", () => {
  assert.deepEqual(keys(after(received("1"), received("3"), received("2"), received("3"))), ["1", "2", "3"]);
});

test("what is unsent stays last until the server has it", () => {
  const state = after(received("1"), { type: "wrote", key: "mine", text: "hi", at: 5 }, received("3"));
  assert.deepEqual(keys(state), ["1", "3", "mine"]);
  const sent = reduce(state, { type: "sent", key: "mine", id: "2", at: 6 });
  assert.deepEqual(keys(sent), ["1", "mine", "3"]);
  assert.deepEqual(sent.entries[1], { ...state.entries[2], id: "2", at: 6, status: "sent", problem: undefined });
});

test("one's own message from another tab is one's own", () => {
  const [entry] = after(received("1", ann)).entries;
  assert.equal(entry?.kind === "message" && entry.mine, true);
});

test("an untouched entry keeps its identity", () => {
  const before = after(received("1"), { type: "wrote", key: "mine", text: "hi", at: 5 });
  const now = reduce(before, { type: "status", key: "mine", status: "sending" });
  assert.equal(now.entries[0], before.entries[0]);
});

test("a typist is gone after a message, on leaving, after a while, and with the connection", () => {
  /** @type {Action} */
  const typing = { type: "typing", person: bo, at: 1000 };
  const ends = /** @type {Action[]} */ ([
    received("1"),
    { type: "went", person: bo, at: 2000 },
    { type: "quiet", person: bo },
    { type: "tick", at: 1000 + typingFor },
    { type: "connection", value: "offline" },
  ]);
  for (const end of ends) assert.equal(after(joined, typing, end).typing.size, 0, end.type);
  assert.equal(after(joined, typing, { type: "tick", at: 999 + typingFor }).typing.size, 1);
  assert.equal(after(joined, { type: "typing", person: ann, at: 0 }).typing.size, 0, "oneself in another tab");
});

test("people come, go and change names once, however often it is said", () => {
  const state = after(joined, { type: "came", person: cy, at: 2 }, { type: "came", person: cy, at: 3 });
  assert.deepEqual(state.people.map((p) => p.id).sort(), ["ann", "bo", "cy"]);
  assert.equal(state.entries.length, 1);
  const renamed = reduce(state, { type: "renamed", person: { id: "ann", name: "Anna" }, at: 4 });
  assert.equal(renamed.me.name, "Anna");
  assert.equal(reduce(renamed, { type: "renamed", person: { id: "ann", name: "Anna" }, at: 5 }), renamed);
  assert.equal(reduce(state, { type: "went", person: { id: "dee", name: "Dee" }, at: 6 }), state);
});

test("unread counts the others' messages while nobody looks", () => {
  const away = after(joined, received("1"), { type: "away", value: true }, received("2", ann), received("3"), received("4"));
  assert.deepEqual([away.unread, away.unreadFrom], [2, "3"]);
  const back = reduce(away, { type: "away", value: false });
  assert.deepEqual([back.unread, back.unreadFrom], [0, "3"], "the line stays after the return");
  assert.equal(reduce(back, { type: "wrote", key: "m", text: "hi", at: 9 }).unreadFrom, "");
});

test("a return says that something may be missing", () => {
  const state = after(joined, received("1"), { type: "connection", value: "offline" }, { ...joined, again: true });
  assert.deepEqual(state.entries.map((e) => (e.kind === "notice" ? e.what : e.kind)), ["message", "gap"]);
  assert.equal(after(joined, { ...joined, again: true }).entries.length, 0, "an empty room missed nothing it showed");
});

test("a picture is uploaded, queued, and uploaded anew when it must be", () => {
  const picture = { url: "blob:x", width: 1, height: 1, own: true };
  const state = after({ type: "wrote", key: "p", text: "", picture, at: 0 }, { type: "progress", key: "p", progress: 0.5 });
  const entry = (/** @type {State} */ s) => { const e = s.entries[0]; return e?.kind === "message" ? [e.status, e.picture?.name, e.picture?.progress] : []; };
  assert.deepEqual(entry(state), ["uploading", undefined, 0.5]);
  const up = reduce(state, { type: "uploaded", key: "p", name: "f1" });
  assert.deepEqual(entry(up), ["queued", "f1", undefined]);
  assert.deepEqual(entry(reduce(up, { type: "status", key: "p", status: "uploading" })), ["uploading", undefined, 0]);
});

test("a long room is cut at its old end while its reader is at the new one", () => {
  const id = (/** @type {number} */ n) => String(n).padStart(5, "0");
  const many = (/** @type {number} */ n, /** @type {State} */ from) =>
    Array.from({ length: n }, (_, i) => received(id(i + 1))).reduce(reduce, from);
  const unsent = after({ type: "wrote", key: "mine", text: "hi", at: 5 });
  const state = many(enough * 2, unsent);
  assert.ok(state.entries.length <= enough * 1.25 + 1, `${state.entries.length} entries`);
  assert.equal(keys(state).at(-1), "mine");
  assert.equal(keys(state).at(-2), id(enough * 2));
  const reading = many(enough * 2, after({ type: "following", value: false }));
  assert.equal(reading.entries.length, enough * 2, "what a reader looks at stays");
  assert.equal(reduce(reading, { type: "following", value: true }).entries.length, enough);
  assert.ok(many(most + 1, reading).entries.length <= most, "but not for ever");
});
