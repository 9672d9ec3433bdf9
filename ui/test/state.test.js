// The rules of the room's state, without a browser. Run: node --test ui/test/

import assert from "node:assert/strict";
import { test } from "node:test";
import { typingFor } from "../static/js/state/people.js";
import { reduce, start } from "../static/js/state/state.js";
import { ann, bo, cy, id, joined, message, received, standing } from "./room.js";

/** @import {Action, State} from "../static/js/state/state.js" */

/**
 * @param {Action[]} actions
 * @returns {State}
 */
const after = (...actions) => actions.reduce(reduce, start(ann));

/** @type {Action} */
const wrote = { type: "wrote", key: "mine", text: "hi", at: 5 };

test("a message is shown once, in the order of ids, whatever way it comes", () => {
  const state = after(joined([message(1), message(2)]), received(message(3)), received(message(2)), received(message(5)), received(message(4)), received(message(5)));
  assert.deepEqual(standing(state), [1, 2, 3, 4, 5]);
});

test("what is unsent stays last until the server has it", () => {
  const state = after(joined([message(1)]), wrote, received(message(3)));
  assert.deepEqual(standing(state), [1, 3, "mine"]);
  const sent = reduce(state, { type: "sent", key: "mine", id: id(2), at: 6 });
  assert.deepEqual(standing(sent), [1, 2, 3]);
  assert.deepEqual(sent.entries[1], { ...state.entries[2], id: id(2), at: 6, status: "sent", problem: undefined });
});

test("one's own message from another tab is one's own", () => {
  const [entry] = after(joined(), received(message(1, { sender: ann }))).entries;
  assert.equal(entry?.kind === "message" && entry.mine, true);
});

test("one's own message whose answer was lost is not shown twice", () => {
  const mine = message(2, { sender: ann, client_id: "mine", message: "hi" });
  const ways = { "in the page after the return": joined([mine], { after: id(1) }), "as an event, from another tab": received(mine) };
  for (const [way, action] of Object.entries(ways)) {
    const state = after(joined([message(1)]), wrote, { type: "status", key: "mine", status: "sending" }, action);
    assert.deepEqual(standing(state), [1, 2], way);
    assert.equal(state.entries[1]?.key, "mine", "it stays the same line on the screen");
    const late = [{ type: "sent", key: "mine", id: id(2), at: 6 }, { type: "status", key: "mine", status: "queued" }];
    assert.deepEqual(standing(/** @type {Action[]} */ (late).reduce(reduce, state)), [1, 2], way);
  }
  const other = after(joined([message(1)]), wrote, received(message(2, { client_id: "mine" })));
  assert.deepEqual(standing(other), [1, 2, "mine"], "somebody else's name for theirs means nothing");
  const acked = after(joined([message(1)]), wrote, received(message(2, { sender: ann })), { type: "sent", key: "mine", id: id(2), at: 6 });
  assert.deepEqual(standing(acked), [1, 2], "the answer tells which it was");
});

test("an untouched entry keeps its identity", () => {
  const before = after(joined([message(1)]), wrote);
  const now = reduce(before, { type: "status", key: "mine", status: "sending" });
  assert.equal(now.entries[0], before.entries[0]);
  assert.equal(reduce(before, received(message(2))).entries[0], before.entries[0]);
});

test("a typist is gone after a message, on leaving, after a while, and with the connection", () => {
  /** @type {Action} */
  const typing = { type: "typing", person: bo, at: 1000 };
  const ends = /** @type {Action[]} */ ([
    received(message(1)),
    { type: "went", person: bo, at: 2000 },
    { type: "quiet", person: bo },
    { type: "tick", at: 1000 + typingFor },
    { type: "connection", value: "offline" },
  ]);
  assert.equal(typingFor, 6000, "the while that people expect");
  for (const end of ends) assert.equal(after(joined(), typing, end).typing.size, 0, end.type);
  assert.equal(after(joined(), typing, { type: "tick", at: 999 + typingFor }).typing.size, 1);
  assert.equal(after(joined(), { type: "typing", person: ann, at: 0 }).typing.size, 0, "oneself in another tab");
});

test("the word that nothing can be stored ends when the room can be joined again", () => {
  const refused = after(joined([message(1)]), { type: "connection", value: "offline" }, { type: "stalled", value: true });
  assert.equal(refused.stalled, true);
  assert.equal(reduce(refused, joined([], { after: id(1) })).stalled, false, "though nothing was sent since");
});

test("people come, go and change names once, however often it is said", () => {
  const state = after(joined(), { type: "came", person: cy, at: 2 }, { type: "came", person: cy, at: 3 });
  assert.deepEqual(state.people.map((p) => p.id).sort(), ["ann", "bo", "cy"]);
  assert.equal(state.entries.length, 1);
  const renamed = reduce(state, { type: "renamed", person: { id: "ann", name: "Anna" }, at: 4 });
  assert.equal(renamed.me.name, "Anna");
  assert.equal(reduce(renamed, { type: "renamed", person: { id: "ann", name: "Anna" }, at: 5 }), renamed);
  assert.equal(reduce(state, { type: "went", person: { id: "dee", name: "Dee" }, at: 6 }), state);
});

test("a notice stays behind what was said before it", () => {
  const state = after(joined([message(1)]), { type: "came", person: cy, at: 2 }, wrote, received(message(2)));
  assert.deepEqual(standing(state), [1, "joins", 2, "mine"]);
});

test("unread counts the others' messages while nobody looks", () => {
  const away = after(joined([message(1)]), { type: "away", value: true }, received(message(2, { sender: ann })), received(message(3)), received(message(4)));
  assert.deepEqual([away.unread, away.unreadFrom], [2, id(3)]);
  const back = reduce(away, { type: "away", value: false });
  assert.deepEqual([back.unread, back.unreadFrom], [0, id(3)], "the line stays after the return");
  // A window that comes back is seen before it has the focus, and one may first lose that and then be hidden.
  const again = after(joined([message(1)]), { type: "away", value: true }, received(message(2)), { type: "away", value: true });
  assert.deepEqual([again.unread, again.unreadFrom], [1, id(2)], "an absence in two steps is one");
  assert.equal(reduce(back, { type: "wrote", key: "m", text: "hi", at: 9 }).unreadFrom, "");
  const missed = after(joined([message(1)]), { type: "connection", value: "offline" }, joined([message(2), message(3)], { after: id(1) }));
  assert.deepEqual([missed.unread, missed.unreadFrom], [0, id(2)], "the line shows from where the connection was away");
  const brought = after(joined([message(1)]), { type: "connection", value: "offline" }, received(message(2)), joined([], { after: id(2) }));
  assert.equal(brought.unreadFrom, id(2), "also when the client brings it back by itself");
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
