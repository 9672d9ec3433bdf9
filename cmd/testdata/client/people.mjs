// What every script here needs: people with the official client, unmodified,
// and the patience to wait for what they hear. The test gives it by environment:
//
//   CHAT_URL      where the server is
//   CHAT_COOKIES  a session's Cookie header each for Ann and Bo, as JSON
//   CHAT_ROOM     a room that nobody else uses
//   TRANSPORT     polling, websocket, or default: polling and then the upgrade
//   CLIENT_FROM   a file whose neighbour node_modules has the client

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { io } = createRequire(process.env.CLIENT_FROM)("socket.io-client");

export const url = process.env.CHAT_URL;
export const cookies = JSON.parse(process.env.CHAT_COOKIES);
export const here = { chat_id: process.env.CHAT_ROOM };
export const transport = process.env.TRANSPORT;

const patience = 10_000; // milliseconds
const opened = [];

/** Keeps everything that one socket hears until somebody asks for it. */
class Person {
  constructor(cookie) {
    this.socket = io(url, {
      ...(transport !== "default" && { transports: [transport] }),
      ...(cookie && { extraHeaders: { cookie } }),
      forceNew: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 200,
    });
    this.heard = [];
    this.listeners = new Set();
    const hear = (event, payload) => {
      this.heard.push({ event, payload });
      for (const listener of this.listeners) listener();
    };
    this.socket.onAny(hear);
    for (const event of ["connect", "disconnect", "connect_error"]) {
      this.socket.on(event, (payload) => hear(event, payload));
    }
    opened.push(this.socket);
  }

  /** The payload of the next event of that name that was not asked for yet. */
  next(event) {
    return new Promise((resolve, reject) => {
      const take = () => {
        const at = this.heard.findIndex((h) => h.event === event);
        if (at < 0) return;
        clearTimeout(timer);
        this.listeners.delete(take);
        resolve(this.heard.splice(at, 1)[0].payload);
      };
      const timer = setTimeout(() => {
        reject(new Error(`no ${event} came, but ${this.heard.map((h) => h.event)}`));
      }, patience);
      this.listeners.add(take);
      take();
    });
  }

  /** How often an event came that nobody asked for. */
  unasked(event) {
    return this.heard.filter((h) => h.event === event).length;
  }

  /** The acknowledgement of an event. */
  ask(event, ...payload) {
    return this.socket.timeout(patience).emitWithAck(event, ...payload).catch((error) => {
      throw new Error(`${event} ${JSON.stringify(payload)}: ${error.message}`);
    });
  }

  tell(event, ...payload) {
    this.socket.emit(event, ...payload);
  }

  /** Waits until connected and, with the default transports, upgraded. */
  async connected() {
    await this.next("connect");
    const { engine } = this.socket.io;
    if (transport === "default" && engine.transport.name === "polling") {
      await new Promise((resolve) => engine.once("upgrade", resolve));
    }
    const want = transport === "default" ? "websocket" : transport;
    assert.equal(engine.transport.name, want);
    return this;
  }
}

/** Somebody whose connection is under way. */
export const dial = (cookie) => new Person(cookie);

/** Somebody connected. */
export const open = (cookie) => dial(cookie).connected();

/** Somebody in the room. */
export async function enter(cookie) {
  const person = await open(cookie);
  person.joined = await person.ask("join", here);
  return person;
}

/** Asserts that an acknowledgement is a refusal with that code, and a sentence. */
export function refused(answer, code, what) {
  assert.equal(answer?.error?.code, code, `${what} is answered ${JSON.stringify(answer)}`);
  assert.equal(typeof answer.error.message, "string");
}

/** An event's time: ISO 8601, UTC, milliseconds, and about now. */
export function aboutNow(timestamp) {
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000, `${timestamp} is not now`);
}

/** Ends the script: nothing that is still open keeps it alive. */
export function done() {
  for (const socket of opened) socket.disconnect();
}
