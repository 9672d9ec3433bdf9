// Uploads prepared pictures, one at a time and only while the room is joined.
// An upload that broke off does no harm, so a lost connection starts it again,
// and so does the page when it was reloaded.

import { drop, put, sweep } from "../page/album.js";
import { endSession } from "./wire.js";
import { say } from "../page/words.js";

/** @import {Store} from "../page/store.js" */
/** @import {State, Action} from "../state/state.js" */

/** How long nothing of an upload may move, in milliseconds. */
const patience = 30_000;

/**
 * @typedef {object} Uploads
 * @property {(key: string, blob: Blob) => void} add call before the entry is written
 * @property {(key: string) => void} drop stops an upload and forgets its bytes
 */

/**
 * @param {Store<State, Action>} store
 * @param {string} room
 * @returns {Uploads}
 */
export function createUploads(store, room) {
  /** @type {Map<string, Blob>} */
  const blobs = new Map();
  /** @type {{key: string, request: XMLHttpRequest} | undefined} */
  let current;

  function next() {
    const { entries, connection } = store.get();
    if (current || connection !== "joined") return;
    const entry = entries.find((e) => e.kind === "message" && e.status === "uploading" && blobs.has(e.key));
    const blob = entry && blobs.get(entry.key);
    if (entry && blob) upload(entry.key, blob);
  }

  /**
   * @param {string} key
   * @param {Blob} blob
   */
  function upload(key, blob) {
    const request = new XMLHttpRequest(); // fetch reports no progress of what it sends
    current = { key, request };
    request.open("POST", `/chat/${room}/files`);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", blob.type);
    request.responseType = "json";
    // A slow line may take as long as it takes, if only something moves.
    let idle = setTimeout(() => request.abort(), patience);
    request.upload.onprogress = (e) => {
      clearTimeout(idle);
      idle = setTimeout(() => request.abort(), patience);
      store.dispatch({ type: "progress", key, progress: e.total ? e.loaded / e.total : 0 });
    };
    request.onloadend = () => {
      clearTimeout(idle);
      current = undefined;
      settle(key, request);
      next();
    };
    request.send(blob);
  }

  /**
   * @param {string} key
   * @param {XMLHttpRequest} request
   */
  function settle(key, request) {
    const name = request.response?.name;
    if (request.status === 201 && typeof name === "string") return store.dispatch({ type: "uploaded", key, name });
    if (!blobs.has(key)) return; // dropped
    if (request.status === 401) return endSession();
    if (request.status === 0 && store.get().connection !== "joined") return; // goes on after the next join
    const problem = request.response?.error?.message ?? say("picture.upload_failed");
    store.dispatch({ type: "status", key, status: "failed", problem });
  }

  /** @param {string} key */
  function forget(key) {
    if (blobs.delete(key)) void drop(key);
  }

  void sweep();
  store.subscribe(({ entries }) => {
    // What the server has is not kept twice.
    if (blobs.size) for (const e of entries) if (e.kind === "message" && e.id) forget(e.key);
    next();
  });
  return {
    add(key, blob) {
      blobs.set(key, blob);
      void put(key, blob);
    },
    drop(key) {
      forget(key);
      if (current?.key === key) current.request.abort();
    },
  };
}
