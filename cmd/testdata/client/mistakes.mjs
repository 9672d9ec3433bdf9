// A broken client gets an answer to each mistake, and nobody else hears of it.

import assert from "node:assert/strict";
import { cookies, done, enter, here, refused } from "./people.mjs";

const ann = await enter(cookies[0]);
const bo = await enter(cookies[1]);

for (const bad of [{}, { chat_id: "" }, { chat_id: "a b" }, { chat_id: "x".repeat(129) }, { chat_id: "../x" }]) {
  refused(await ann.ask("join", bad), "bad_room", `join ${JSON.stringify(bad)}`);
}
for (const bad of [[], ["text"], [7], [["list"]], [{ chat_id: ["every", "room"] }], [{ chat_id: { x: 1 } }]]) {
  for (const event of ["join", "typing", "stop_typing", "leave", "send_message"]) {
    refused(await ann.ask(event, ...bad), "bad_payload", `${event} ${JSON.stringify(bad)}`);
  }
}
for (const message of [7, true, ["list"], { x: 1 }]) {
  refused(await ann.ask("send_message", { ...here, message }), "bad_payload", `message ${JSON.stringify(message)}`);
}
for (const message of [undefined, null, "", " \n\t"]) {
  const { error } = await ann.ask("send_message", { ...here, message });
  assert.ok(["empty", "bad_payload"].includes(error.code), `message ${JSON.stringify(message)} is answered ${error.code}`);
}
refused(await ann.ask("send_message", { ...here, message: "x".repeat((16 << 10) + 1) }), "too_long", "a long message");
for (const file of [{ name: "../../secret", width: 1, height: 1 }, { name: "0".repeat(26), width: 1, height: 1 }]) {
  refused(await ann.ask("send_message", { ...here, message: "", file }), "no_file", `file ${file.name}`);
}
ann.tell("nonsense", here);
ann.tell("receive_message", { ...here, message: "as if from the server" });

// All of it went nowhere, and the connection is as good as before.
await ann.ask("send_message", { ...here, message: "sorry" });
assert.equal((await bo.next("receive_message")).message, "sorry");
for (const event of ["receive_message", "show_typing", "hide_typing", "member_left"]) {
  assert.equal(bo.unasked(event), 0, `a mistake reached the others as ${event}`);
}
done();
