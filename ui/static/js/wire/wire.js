// The connection to one room: with the socket itself, the only module that knows
// Socket.IO. It keeps itself alive, joins after every connect, and turns events
// into actions.

import { join as ask, patience, socket } from "./socket.js";

/** @import {Action} from "../state/state.js" */
/** @import {ServerEvents, Page, Request, SendAck, Refusal} from "./events.js" */

/**
 * What became of a request. "unsure" means that no answer came in time or the
 * connection went away; a late answer may still follow it.
 *
 * @typedef {{kind: "sent", id: string, at: number} | {kind: "refused", code: string, message: string} | {kind: "unsure"}} Outcome
 */

/** @typedef {{before?: string, after?: string, limit?: number}} Part of the log; the last of it when it says nothing */

/**
 * @typedef {object} Wire
 * @property {(name: string, request: Request, done: (outcome: Outcome) => void) => void} put the server does it once, however often it is put under this name
 * @property {(part: Part, done: (page: Page | undefined) => void) => void} history nothing when there is no good answer
 * @property {(on: boolean) => void} typing
 * @property {() => void} rejoin for when the server says that this socket is not in the room
 */

/**
 * @param {string} room
 * @param {(action: Action) => void} dispatch
 * @param {() => string} last id that the page has of the room's log, or nothing
 * @returns {Wire}
 */
export function connect(room, dispatch, last) {
  const here = { chat_id: room };
  let ended = false;

  // The client may bring back by itself what was missed, and this asks for it
  // again: it is the same messages by their ids, and who is there comes with it.
  function join() {
    const from = socket.id;
    const after = last();
    ask({ ...here, ...(after && { after }) }, (answer) => {
      if (socket.id !== from) return; // an answer to a connection that is gone
      if (!answer) return void reconnect();
      if ("error" in answer) return refused(answer);
      dispatch({ type: "joined", answer, after, at: Date.now() });
      if (answer.more) join();
    });
  }

  /** @param {Refusal} answer */
  function refused({ error }) {
    const from = socket.id;
    const again = () => { if (socket.id === from) join(); };
    if (error.code === "unavailable") dispatch({ type: "stalled", value: true });
    if (error.code === "unavailable" || error.code === "rate_limited") return void setTimeout(again, 2000 + 2000 * Math.random());
    dispatch({ type: "connection", value: "refused", refusal: error.code });
  }

  /** Opens anew at once, in place of waiting out the pause between tries. */
  function reconnect() {
    if (ended) return;
    lost();
    socket.disconnect().connect();
  }

  /** @param {number} wait in milliseconds */
  function reconnectLater(wait) {
    setTimeout(() => { if (!socket.connected) reconnect(); }, wait);
  }

  function lost() {
    dispatch({ type: "connection", value: navigator.onLine ? "reconnecting" : "offline" });
  }

  socket.on("connect", join);
  socket.on("disconnect", (reason) => {
    if (ended || reason === "io client disconnect") return;
    lost();
    // The client does not come back by itself from a disconnect by the server.
    if (reason === "io server disconnect") reconnectLater(1000 + 2000 * Math.random());
  });
  socket.on("connect_error", failed);
  socket.on("session_ended", leave);

  async function failed() {
    if (ended) return;
    lost();
    // A handshake without a session looks like any other failed request.
    if (!(await sessionLives())) leave();
    else if (!socket.active) reconnectLater(2000 + 3000 * Math.random());
  }

  function leave() {
    ended = true;
    socket.disconnect();
    endSession();
  }

  const ours = (/** @type {{chat_id: string}} */ event) => event.chat_id === undefined || event.chat_id === room;
  for (const event of /** @type {const} */ (["receive_message", "message_edited", "message_deleted", "message_reacted", "room_titled"])) {
    socket.on(event, (/** @type {Parameters<ServerEvents[typeof event]>[0]} */ entry) => ours(entry) && dispatch({ type: "received", entry, at: Date.now() }));
  }
  socket.on("show_typing", (t) => ours(t) && t.sender && dispatch({ type: "typing", person: t.sender, at: Date.now() }));
  socket.on("hide_typing", (t) => ours(t) && t.sender && dispatch({ type: "quiet", person: t.sender }));
  socket.on("member_joined", (m) => ours(m) && dispatch({ type: "came", person: m.member, at: Date.now() }));
  socket.on("member_left", (m) => ours(m) && dispatch({ type: "went", person: m.member, at: Date.now() }));
  socket.on("member_renamed", (m) => ours(m) && dispatch({ type: "renamed", person: m.member, at: Date.now() }));

  const wake = () => { if (!socket.connected && document.visibilityState === "visible") reconnect(); };
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);

  // What the socket did before anybody listened.
  if (socket.connected) join();
  else if (!socket.active) failed();

  return {
    put(name, { event, ...request }, done) {
      if (!socket.connected) return done({ kind: "unsure" });
      let settled = false;
      const settle = (/** @type {Outcome} */ outcome) => {
        clearTimeout(timer);
        socket.off("disconnect", unsure);
        if (!settled || outcome.kind === "sent") done(outcome);
        settled = true;
      };
      const unsure = () => settle({ kind: "unsure" });
      const timer = setTimeout(unsure, patience);
      socket.once("disconnect", unsure);
      socket.emit(event, { ...here, ...request, client_id: name }, (answer) => settle(outcomeOf(answer)));
    },
    history(part, done) {
      if (!socket.connected) return done(undefined);
      socket.timeout(patience).emit("history", { ...here, ...part }, (error, answer) => done(error || "error" in answer ? undefined : answer));
    },
    typing(on) {
      if (socket.connected) socket.volatile.emit(on ? "typing" : "stop_typing", here);
    },
    rejoin: join,
  };
}

/**
 * @param {SendAck | Refusal} answer
 * @returns {Outcome}
 */
function outcomeOf(answer) {
  if ("error" in answer) return { kind: "refused", ...answer.error };
  return { kind: "sent", id: answer.id, at: Date.parse(answer.timestamp) || Date.now() };
}

/**
 * Asks the server for this very page. Without a session it answers with a
 * redirect to the login, which fetch reports without following. When the
 * server cannot be asked, the session is presumed to live.
 */
async function sessionLives() {
  try {
    const answer = await fetch(location.href, { method: "HEAD", redirect: "manual", cache: "no-store" });
    return answer.type !== "opaqueredirect" && answer.status !== 401;
  } catch {
    return true;
  }
}

let leaving = false;
addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && event.target.action.endsWith("/logout")) leaving = true;
});

/** Goes to the login, which leads back here, unless the person is logging out. */
export function endSession() {
  if (!leaving) location.assign(`/auth?next=${encodeURIComponent(location.pathname)}`);
}
