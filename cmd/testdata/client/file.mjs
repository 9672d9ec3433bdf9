// A picture travels by HTTP; the message only refers to it.

import assert from "node:assert/strict";
import { cookies, done, enter, here, refused, url } from "./people.mjs";

const ann = await enter(cookies[0]);
const bo = await enter(cookies[1]);
const bytes = new Uint8Array(300_000).map((_, i) => i * i);

const files = `${url}/chat/${here.chat_id}/files`;
const upload = (cookie) =>
  fetch(files, { method: "POST", body: bytes, headers: { "content-type": "image/png", accept: "application/json", ...(cookie && { cookie }) } });

assert.equal((await upload("")).status, 401);
const answer = await upload(cookies[0]);
assert.equal(answer.status, 201);
const file = await answer.json();
assert.equal(file.size, bytes.length);

const shown = { name: file.name, width: 640, height: 480 };
await ann.ask("send_message", { ...here, message: "look", file: shown });
const heard = await bo.next("receive_message");
assert.equal(heard.message, "look");
assert.deepEqual(heard.file, { ...shown, url: file.url, size: bytes.length });

const download = await fetch(new URL(heard.file.url, url), { headers: { cookie: cookies[1] } });
assert.equal(download.status, 200);
assert.equal(download.headers.get("content-type"), "application/octet-stream");
assert.match(download.headers.get("content-disposition"), /^attachment/);
assert.deepEqual(new Uint8Array(await download.arrayBuffer()), bytes);

// The name opens nothing in another room.
await bo.ask("join", { chat_id: `${here.chat_id}-other` });
refused(await bo.ask("send_message", { chat_id: `${here.chat_id}-other`, message: "", file: shown }), "no_file", "a file of another room");
done();
