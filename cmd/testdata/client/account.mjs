// What happens to the session in the browser reaches its sockets: a new name,
// and the end.

import assert from "node:assert/strict";
import { cookies, dial, done, enter, here, transport, url } from "./people.mjs";

const ann = await enter(cookies[0]);
const bo = await enter(cookies[1]);

const post = (path, body) =>
  fetch(url + path, { method: "POST", body, redirect: "manual", headers: { cookie: cookies[1], accept: "application/json" } });

assert.equal((await post("/name", new URLSearchParams({ name: "Bo the Builder" }))).status, 204);
const member = { id: bo.joined.you.id, name: "Bo the Builder" };
assert.deepEqual(await ann.next("member_renamed"), { ...here, member });
await bo.ask("send_message", { ...here, message: "call me Bo" });
assert.deepEqual((await ann.next("receive_message")).sender, member);

await post("/logout");
if (transport === "polling") {
  // A poll that comes after the end carries a dead session and is refused, so
  // whether the words arrive depends on whether a poll was waiting for them.
  await bo.next("disconnect");
} else {
  assert.deepEqual(await bo.next("session_ended"), { reason: "logout" });
  assert.equal(await bo.next("disconnect"), "io server disconnect");
}
assert.deepEqual(await ann.next("member_left"), { ...here, member });

const again = dial(cookies[1]);
await again.next("connect_error");
assert.equal(again.unasked("connect"), 0);
done();
