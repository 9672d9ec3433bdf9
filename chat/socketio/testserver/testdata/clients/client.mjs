// One official client in Node against the test server, one check after the other:
//
//	node client.mjs PACKAGE URL TRANSPORTS
//
// PACKAGE is a name in .ci/package.json, TRANSPORTS is polling, websocket or
// both of them with a comma, which upgrades. The first check that fails ends
// the run with its name and a status of 1. The browser's part is page.html.

import { createRequire } from "node:module";

import { breaks } from "./breaks.mjs";
import { checks } from "./checks.mjs";
import { Stage } from "./stage.mjs";

const [name, url, transports] = process.argv.slice(2);
const require = createRequire(new URL("../../../../../.ci/package.json", import.meta.url));
const { io } = require(name);
const { version } = require(`${name}/package.json`);
const stage = new Stage({ io, version, url, transports, resends: false });
try {
  const done = await stage.run({ ...checks(stage), ...breaks(stage) });
  console.log(`${name} ${version} over ${transports}: ${done}`);
} catch (error) {
  console.error(`${name} ${version} over ${transports}: ${error.message}`);
  process.exit(1);
}
process.exit(0);
