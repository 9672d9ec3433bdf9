// Fetches what somebody sent and decides by its bytes whether it is shown.

import { fromDataUrl, headBytes, sniff, tooLarge } from "./sniff.js";
import { words } from "./words.js";

/** @import {Picture} from "./state.js" */

/**
 * A picture that may be shown: a blob: address whose type we set ourselves.
 *
 * @typedef {{url: string, type: string, width: number, height: number}} Shown
 */

/** Why a picture is not shown. keep says that it can still be downloaded. */
export class NotShown extends Error {
  /**
   * @param {string} sentence
   * @param {boolean} [keep]
   */
  constructor(sentence, keep = false) {
    super(sentence);
    this.keep = keep;
  }
}

/** More than any upload limit one would set; the page holds what it shows in memory. */
const maxBytes = 64 << 20;

/**
 * @param {Picture} picture
 * @returns {Promise<Shown>}
 */
export async function load({ url, size }) {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new NotShown(words.notShown);
  if ((size ?? 0) > maxBytes) throw new NotShown(words.tooLarge, true);
  const answer = await fetch(address, { headers: { Accept: "application/octet-stream" } }).catch(() => undefined);
  if (!answer?.ok) throw new NotShown(words.loadFailed);
  if (Number(answer.headers.get("Content-Length")) > maxBytes) throw new NotShown(words.tooLarge, true);
  return checked(await answer.blob());
}

/**
 * The picture in a message that is a data: address; undefined when the message
 * is text after all, which it is unless its bytes begin like a picture.
 *
 * @param {string} text
 * @returns {{width: number, height: number, load: () => Promise<Shown>} | undefined}
 */
export function inText(text) {
  const bytes = fromDataUrl(text);
  const header = bytes && sniff(bytes);
  if (!bytes || !header) return undefined;
  return { width: header.width, height: header.height, load: () => checked(new Blob([bytes])) };
}

/**
 * @param {Blob} blob
 * @returns {Promise<Shown>}
 */
async function checked(blob) {
  const header = sniff(new Uint8Array(await blob.slice(0, headBytes).arrayBuffer()));
  if (!header) throw new NotShown(words.notShown, true);
  if (tooLarge(header)) throw new NotShown(words.tooLarge, true);
  return { ...header, url: URL.createObjectURL(new Blob([blob], { type: header.type })) };
}
