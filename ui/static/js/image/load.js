// Fetches what somebody sent and decides by its bytes whether it is shown.

import { say } from "../page/words.js";
import { fromDataUrl, headBytes, sniff, tooLarge } from "./sniff.js";

/** @import {Picture} from "../state/entries.js" */

/**
 * A picture that may be shown: a blob: address whose type we set ourselves.
 *
 * @typedef {{url: string, type: string, width: number, height: number}} Shown
 */

/** Why a picture is not shown. */
export class NotShown extends Error {
  /**
   * @param {string} sentence
   * @param {{keep?: boolean, retry?: boolean}} [ways] it can still be downloaded; it may go better another time
   */
  constructor(sentence, { keep = false, retry = false } = {}) {
    super(sentence);
    this.keep = keep;
    this.retry = retry;
  }
}

/**
 * How many pixels a picture may have here, in millions, as the server says. One
 * with more is refused unread: it could take the page down.
 */
export const megapixels = () => Number(document.getElementById("room")?.dataset.maxPixels) || 24;

/** More than any upload limit one would set; the page holds what it shows in memory. */
const maxBytes = 64 << 20;

/**
 * @param {Picture} picture
 * @returns {Promise<Shown>}
 */
export async function load({ url, size }) {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new NotShown(say("picture.not_shown"));
  if ((size ?? 0) > maxBytes) throw new NotShown(say("picture.too_large"), { keep: true });
  const answer = await fetch(address, { headers: { Accept: "application/octet-stream" } }).catch(() => undefined);
  if (answer?.status === 404) throw new NotShown(say("picture.gone"));
  if (!answer?.ok) throw new NotShown(say("picture.load_failed"), { retry: true });
  if (Number(answer.headers.get("Content-Length")) > maxBytes) throw new NotShown(say("picture.too_large"), { keep: true });
  return checked(await answer.blob());
}

/**
 * The picture in a message that is a data: address, as older clients send.
 *
 * @param {string} text
 * @returns {Promise<Shown>}
 */
export async function loadInline(text) {
  const bytes = fromDataUrl(text);
  if (!bytes) throw new NotShown(say("picture.not_shown"));
  return checked(new Blob([bytes]));
}

/**
 * @param {Blob} blob
 * @returns {Promise<Shown>}
 */
async function checked(blob) {
  const header = sniff(new Uint8Array(await blob.slice(0, headBytes).arrayBuffer()));
  if (!header) throw new NotShown(say("picture.not_shown"), { keep: true });
  if (tooLarge(header, megapixels())) throw new NotShown(say("picture.too_large"), { keep: true });
  return { ...header, url: URL.createObjectURL(new Blob([blob], { type: header.type })) };
}
