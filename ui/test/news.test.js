// What is news, and what becomes of it in the service worker.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { fresh } from "../static/js/side/news.js";
import { reduce, start } from "../static/js/state/state.js";
import { ann, id, joined, message, messages } from "./room.js";

test("news is what others said since, not what was there, is one's own or changed", () => {
  const before = reduce(start(ann), joined(messages(1, 3)));
  assert.deepEqual(fresh(before, before), []);
  const said = reduce(before, { type: "received", entry: message(4), at: 1 });
  assert.deepEqual(fresh(said, before).map((e) => e.text), ["text 4"]);
  const own = reduce(said, { type: "received", entry: message(5, { sender: ann }), at: 1 });
  assert.deepEqual(fresh(own, said), []);
  const changed = reduce(own, { type: "received", entry: { kind: "edit", chat_id: "r", id: id(6), timestamp: "2026-01-02T03:04:05Z", sender: message(4).sender, target: id(4), message: "other" }, at: 1 });
  assert.deepEqual(fresh(changed, own), []);
});

/**
 * Runs the worker's own text among windows that are only noted, since no browser
 * lets a script click on a notification.
 *
 * @param {{url: string, focused: boolean, visibilityState: string}[]} windows
 */
function workerAmong(windows) {
  /** @type {Record<string, (event: object) => void>} */
  const on = {};
  /** @type {unknown[]} */
  const did = [];
  const self = {
    addEventListener: (/** @type {string} */ name, /** @type {(event: object) => void} */ f) => { on[name] = f; },
    clients: {
      matchAll: async () => windows.map((w) => ({ ...w, focus: () => did.push(["focus", w.url]) })),
      openWindow: (/** @type {string} */ path) => did.push(["open", path]),
    },
    registration: {
      showNotification: async (/** @type {string} */ title, /** @type {object} */ options) => did.push(["show", title, options]),
      getNotifications: async () => [{ close: () => did.push(["close"]) }],
    },
  };
  const text = readFileSync(new URL("../static/worker.js", import.meta.url), "utf8");
  runInContext(text, createContext({ self, URL }));
  return {
    did,
    /** @param {string} name @param {object} event */
    async send(name, event) {
      /** @type {unknown} */
      let done;
      on[name]?.({ ...event, waitUntil: (/** @type {unknown} */ p) => { done = p; } });
      await done;
    },
  };
}

const news = { path: "/chat/den", title: "Bo in den", body: "2 new messages", icon: "/icon.png" };
const window = (/** @type {string} */ path, focused = false) => ({ url: `https://chat.test${path}`, focused, visibilityState: "visible" });

test("a notification is shown unless a window has the room in view", async () => {
  for (const [windows, shown] of /** @type {const} */ ([[[], 1], [[window("/chat/den")], 1], [[window("/chat/other", true)], 1], [[window("/chat/den"), window("/chat/den", true)], 0]])) {
    const worker = workerAmong([...windows]);
    await worker.send("message", { data: news });
    assert.equal(worker.did.length, shown, JSON.stringify(windows));
  }
});

test("it says what it was told, in the room's place and without a sound", async () => {
  const worker = workerAmong([]);
  await worker.send("message", { data: news });
  assert.deepEqual(JSON.parse(JSON.stringify(worker.did)), [["show", "Bo in den", { body: "2 new messages", icon: "/icon.png", tag: "/chat/den", silent: true }]]);
});

test("who comes back takes it away", async () => {
  const worker = workerAmong([window("/chat/den", true)]);
  await worker.send("message", { data: { path: "/chat/den" } });
  assert.deepEqual(worker.did, [["close"]]);
});

test("a click leads to the window of the room, or opens one", async () => {
  const notification = { tag: "/chat/den", close() {} };
  const open = workerAmong([window("/chat/other"), window("/chat/den")]);
  await open.send("notificationclick", { notification });
  assert.deepEqual(open.did, [["focus", "https://chat.test/chat/den"]]);
  const gone = workerAmong([window("/chat/other")]);
  await gone.send("notificationclick", { notification });
  assert.deepEqual(gone.did, [["open", "/chat/den"]]);
});
