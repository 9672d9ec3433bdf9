// The server goes away and comes back under the same address. The client
// reconnects by itself; what it has to do is to join again.

import assert from "node:assert/strict";
import { cookies, done, enter, here, refused } from "./people.mjs";

const ann = await enter(cookies[0]);
const bo = await enter(cookies[1]);
console.log("restart");

for (const person of [ann, bo]) {
  assert.notEqual(await person.next("disconnect"), "io server disconnect");
  await person.connected();
  refused(await person.ask("send_message", { ...here, message: "too early" }), "not_joined", "a message before joining again");
  await person.ask("join", here);
}
await bo.ask("send_message", { ...here, message: "back again" });
assert.equal((await ann.next("receive_message")).message, "back again");
done();
