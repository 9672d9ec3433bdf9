// A client of the protocol before ours has to be told no, over each transport:
//
//	node refused.mjs URL

import { createRequire } from "node:module";

const url = process.argv[2];
const require = createRequire(new URL("../../../../../.ci/package.json", import.meta.url));
const io = require("socket.io-client-v2");

for (const transport of ["polling", "websocket"]) {
  const socket = io(url, { transports: [transport], reconnection: false, timeout: 5000 });
  const outcome = await new Promise((resolve) => {
    socket.on("connect", () => resolve("it was let in"));
    socket.on("connect_error", (error) => resolve(error.description));
    socket.on("connect_timeout", () => resolve("it got no answer"));
  });
  // Over polling the description is the status, over a websocket an event.
  const status = transport === "polling" ? outcome : /: (\d+)/.exec(outcome?.message)?.[1];
  if (Number(status) !== 400) {
    console.error(`over ${transport} the outcome was`, outcome, "and not a 400");
    process.exit(1);
  }
}
console.log("refused over both transports");
process.exit(0);
