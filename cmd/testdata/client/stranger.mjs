// A stranger, without a session or with one made up, gets no connection.

import assert from "node:assert/strict";
import { dial, done } from "./people.mjs";

for (const cookie of ["", "chat=bm90IGEgc2Vzc2lvbiBhdCBhbGwgYnV0IGl0IGlzIGxvbmc"]) {
  const stranger = dial(cookie);
  const error = await stranger.next("connect_error");
  assert.ok(error instanceof Error);
  assert.equal(stranger.unasked("connect"), 0);
  stranger.socket.disconnect();
}
done();
