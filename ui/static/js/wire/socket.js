// The socket, which begins to open before the rest of the page is there: the
// page loads this module first, and whoever imports it later finds it on its way.

import { io } from "../../vendor/socket.io.esm.min.js";

/** @import {ServerEvents, ClientEvents} from "./events.js" */

/** How long a connection may take to open, in milliseconds. */
const patience = 10_000;

/**
 * A WebSocket at once, since most can have one, and it takes one round trip where
 * polling takes four. Where it is refused the client polls.
 *
 * @type {import("socket.io-client").Socket<ServerEvents, ClientEvents>}
 */
export const socket = io({
  transports: ["websocket", "polling"], tryAllTransports: true, timeout: patience,
  reconnectionDelay: 500, reconnectionDelayMax: 8000, randomizationFactor: 0.5,
});

// A proxy that swallows a WebSocket, in place of refusing it, lets it take too
// long. From then on polling comes first, and goes over to a WebSocket if one works.
socket.on("connect_error", ({ message }) => {
  if (message === "timeout") socket.io.opts.transports = ["polling", "websocket"];
});
