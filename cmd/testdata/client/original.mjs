// A client of the original app works unchanged: it asks for no answer, sends a
// timestamp of its own, and pictures as data: addresses in the text.

import assert from "node:assert/strict";
import { aboutNow, cookies, done, enter, here, open } from "./people.mjs";

const listener = await enter(cookies[1]);
const original = await open(cookies[0]);
original.tell("join", here);
await listener.next("member_joined");

original.tell("typing", here);
assert.equal(typeof (await listener.next("show_typing")), "object");
original.tell("stop_typing", here);
assert.equal(typeof (await listener.next("hide_typing")), "object");

const picture = `data:image/png;base64,${"iVBORw0KGgo".repeat(50_000)}`;
for (const message of ["hello", "data:image that is none", picture]) {
  original.tell("send_message", { ...here, message, timestamp: "1999-12-31T23:59:59.000Z" });
  const heard = await listener.next("receive_message");
  assert.equal(heard.message, message);
  aboutNow(heard.timestamp);
}
listener.tell("send_message", { ...here, message: "and back" });
const { message, timestamp } = await original.next("receive_message");
assert.equal(message, "and back");
aboutNow(timestamp);
done();
