// Pictures of this browser's that are not sent yet. Over a reload they are kept
// here, since they are too large for where words are. While there may be one,
// this browser is told so: other pages need not look else.

import { wish } from "./wish.js";

/** @import {Entry} from "../state/entries.js" */

/** How long a picture waits for a tab that may have been closed, in milliseconds. */
const patience = 86_400_000;

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("unsent", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("pictures");
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
  });
}

/**
 * Without storage, or with a full one, a picture lives as long as the page: what
 * is asked of it then is undefined.
 *
 * @param {IDBTransactionMode} mode
 * @param {(pictures: IDBObjectStore) => IDBRequest} question
 * @returns {Promise<any>} its answer, once that is on the disk
 */
async function ask(mode, question) {
  try {
    const album = await open();
    return await new Promise((resolve, reject) => {
      const work = album.transaction("pictures", mode);
      const request = question(work.objectStore("pictures"));
      work.oncomplete = () => resolve(request.result);
      work.onabort = reject;
    }).finally(() => album.close());
  } catch {
    return undefined;
  }
}

/**
 * @param {string} key
 * @param {Blob} blob
 */
export function put(key, blob) {
  wish("album", true);
  return ask("readwrite", (pictures) => pictures.put({ blob, at: Date.now() }, key));
}

/**
 * @param {string} key
 * @returns {Promise<Blob | undefined>}
 */
export const get = async (key) => (await ask("readonly", (pictures) => pictures.get(key)))?.blob;

/** @param {string} key */
export const drop = (key) => ask("readwrite", (pictures) => pictures.delete(key));

/**
 * Drops what the room has. The page that sent it may have been left before it
 * knew.
 *
 * @param {Entry[]} entries
 */
export const arrived = (entries) => ask("readwrite", (pictures) => {
  for (const e of entries) if (e.kind === "message" && e.picture && e.id) pictures.delete(e.sentAs ?? e.key);
  const left = pictures.count();
  left.onsuccess = () => wish("album", left.result > 0);
  return left;
});

/** Drops what nobody came back for. */
export const sweep = () => ask("readwrite", (pictures) => {
  const request = pictures.openCursor();
  request.onsuccess = () => {
    const cursor = request.result;
    if (cursor?.value.at < Date.now() - patience) cursor?.delete();
    cursor?.continue();
  };
  return request;
});
