// Two people meet, type, talk and part.

import assert from "node:assert/strict";
import { aboutNow, cookies, done, enter, here, open, refused } from "./people.mjs";

const ann = await open(cookies[0]);
refused(await ann.ask("send_message", { ...here, message: "too early" }), "not_joined", "a message before the join");
refused(await ann.ask("typing", here), "not_joined", "typing before the join");

const alone = await ann.ask("join", here);
assert.equal(alone.room, here.chat_id);
assert.deepEqual(alone.members, [alone.you]);

const bo = await enter(cookies[1]);
const { you } = bo.joined;
assert.deepEqual(bo.joined.members.map((m) => m.id).sort(), [alone.you.id, you.id].sort());
assert.deepEqual(await ann.next("member_joined"), { ...here, member: you });

bo.tell("typing", here);
assert.deepEqual(await ann.next("show_typing"), { ...here, sender: you });
bo.tell("stop_typing", here);
assert.deepEqual(await ann.next("hide_typing"), { ...here, sender: you });

// Typing ends with the message, before it.
bo.tell("typing", here);
const told = await bo.ask("send_message", { ...here, message: "<b>Grüße</b> 👋🏽\n\u0000" });
const heard = await ann.next("receive_message");
assert.deepEqual(heard, { ...here, ...told, message: "<b>Grüße</b> 👋🏽\n\u0000", sender: you });
assert.match(told.id, /^[0-9a-f]{20}$/);
aboutNow(told.timestamp);
await ann.next("show_typing");
await ann.next("hide_typing");

const later = await ann.ask("send_message", { ...here, message: "and back" });
assert.ok(later.id > told.id, `${later.id} does not come after ${told.id}`);
assert.equal((await bo.next("receive_message")).sender.id, alone.you.id);
assert.equal(ann.unasked("receive_message"), 0, "one's own message came back");

// A second tab hears its own person, and is no second member.
const tab = await enter(cookies[1]);
assert.equal(tab.joined.members.length, 2);
await bo.ask("send_message", { ...here, message: "from the first tab" });
assert.equal((await tab.next("receive_message")).sender.id, tab.joined.you.id);
await ann.next("receive_message");
tab.socket.disconnect();
bo.tell("typing", here);
await ann.next("show_typing");
assert.equal(ann.unasked("member_joined") + ann.unasked("member_left"), 0, "a tab changed who is here");

// The typist closes the window: typing ends, and so does the presence.
bo.socket.disconnect();
await ann.next("hide_typing");
assert.deepEqual(await ann.next("member_left"), { ...here, member: you });

assert.deepEqual(await ann.ask("leave", here), { room: here.chat_id });
refused(await ann.ask("send_message", { ...here, message: "too late" }), "not_joined", "a message after leaving");
done();
