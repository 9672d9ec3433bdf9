// The socket, which begins to open before the rest of the page is there, and asks
// for the room at once: the page loads this module first, and whoever imports it
// later finds the answer here or on its way.

import { io } from "../../vendor/socket.io.esm.min.js";

/** @import {ServerEvents, ClientEvents, JoinAck, Refusal} from "./events.js" */

/** How long a connection may take to open, and an answer to come, in milliseconds. */
export const patience = 10_000;

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

/**
 * The answer to a join: nothing when none came in time.
 *
 * @typedef {(answer: JoinAck | Refusal | undefined) => void} Joined
 */

/** @typedef {{chat_id: string, after?: string}} Joining */

/**
 * @param {Joining} joining
 * @param {Joined} done
 */
const ask = (joining, done) => socket.timeout(patience).emit("join", joining, (error, answer) => done(error ? undefined : answer));

/** The join that was asked for before anybody listened, until it is taken. */
const early = {
  room: location.pathname.slice("/chat/".length),
  /** The connection that it was asked for on. */
  on: "",
  answer: new Promise((/** @type {Joined} */ done) => {
    socket.once("connect", () => {
      early.on = socket.id ?? "";
      ask({ chat_id: early.room }, done);
    });
  }),
};
const outdate = () => { early.on = ""; };
socket.onAny(outdate);

/**
 * Asks for the room. Who asks listens to its events already, so the early answer
 * is theirs, unless something came in between that nobody heard.
 *
 * @param {Joining} joining
 * @param {Joined} done is never called at once
 */
export function join(joining, done) {
  const good = early.on === socket.id && early.room === joining.chat_id && !joining.after;
  outdate();
  socket.offAny(outdate);
  if (good) early.answer.then(done);
  else ask(joining, done);
}
