// Makes of a picked file what is sent, or says why not.

import { say, size } from "../page/words.js";
import { encode } from "./encode.js";
import { stripped } from "./gif.js";
import { heif } from "./heif.js";
import { megapixels } from "./load.js";
import { pack } from "./pack.js";
import { headBytes, sniff, tooLarge } from "./sniff.js";

/** @typedef {{blob: Blob, width: number, height: number, blur: string, url: string}} Prepared */

/**
 * Answers the prepared picture, or the sentence that says why there is none.
 * The header is read before anything is decoded.
 *
 * @param {File} file
 * @param {number} maxBytes
 * @returns {Promise<Prepared | string>}
 */
export async function prepare(file, maxBytes) {
  const name = file.name || say("picture.name");
  const head = new Uint8Array(await file.slice(0, headBytes).arrayBuffer());
  const header = sniff(head) ?? heif(head);
  if (!header) return say("picture.not_picture", { name });
  const most = megapixels();
  if (tooLarge(header, most)) return say("picture.too_many_pixels", { name, most });
  // The declared type may be wrong, and a decoder may trust it.
  const source = new Blob([file], { type: header.type });
  const made = header.type === "image/gif" ? await asItIs(source, header) : await encode(source);
  if (!made) return say(header.type === "image/heic" ? "picture.heic" : "picture.undecodable", { name });
  if (made.blob.size > maxBytes) return say("picture.too_heavy", { name, size: size(maxBytes) });
  return { ...made, url: URL.createObjectURL(made.blob) };
}

/**
 * A GIF moves. Its first frame is decoded for the sake of what stands in for
 * it, and to see that it can be.
 *
 * @param {Blob} source
 * @param {{width: number, height: number}} header
 */
async function asItIs(source, { width, height }) {
  const pieces = stripped(new Uint8Array(await source.arrayBuffer()));
  const first = await createImageBitmap(source).catch(() => undefined);
  if (!pieces || !first) return undefined;
  const blur = pack(first, width, height);
  first.close();
  return { blob: new Blob(pieces, { type: source.type }), width, height, blur };
}
