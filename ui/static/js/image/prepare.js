// Makes of a picked file what is sent: turned upright, at most 2560 px, and
// encoded anew, so that place, camera and owner stay at home.

import { headBytes, sniff, tooLarge } from "./sniff.js";
import { say, size } from "../page/words.js";

/** @import {Header} from "./sniff.js" */

/** @typedef {{blob: Blob, width: number, height: number, url: string}} Prepared */

/** The longest side of what is sent, in pixels. */
const longest = 2560;

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
  const header = sniff(new Uint8Array(await file.slice(0, headBytes).arrayBuffer()));
  if (!header) return say("picture.not_picture", { name });
  if (tooLarge(header)) return say("picture.too_many_pixels", { name });
  const made = header.type === "image/gif" ? asItIs(file, header) : await encoded(file, header);
  if (!made) return say("picture.undecodable", { name });
  if (made.blob.size > maxBytes) return say("picture.too_heavy", { name, size: size(maxBytes) });
  return { ...made, url: URL.createObjectURL(made.blob) };
}

/**
 * A GIF would lose its motion.
 *
 * @param {File} file
 * @param {Header} header
 */
function asItIs(file, { type, width, height }) {
  return { blob: new Blob([file], { type }), width, height };
}

/**
 * @param {File} file
 * @param {Header} header
 */
async function encoded(file, header) {
  // The declared type may be wrong, and a decoder may trust it.
  const source = new Blob([file], { type: header.type });
  const bitmap = await createImageBitmap(source, { imageOrientation: "from-image" }).catch(() => undefined);
  if (!bitmap) return undefined;
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: header.type === "image/png" });
  if (!pen) return undefined;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const clear = header.type === "image/png" && transparent(pen, width, height);
  const blob = clear ? await toBlob(canvas, "image/png") : await smallest(canvas);
  return blob && { blob, width, height };
}

/**
 * WebP where the browser encodes it; others answer such a wish with a PNG.
 *
 * @param {HTMLCanvasElement} canvas
 */
async function smallest(canvas) {
  const webp = await toBlob(canvas, "image/webp", 0.84);
  return webp?.type === "image/webp" ? webp : toBlob(canvas, "image/jpeg", 0.86);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} type
 * @param {number} [quality]
 * @returns {Promise<Blob | null>}
 */
function toBlob(canvas, type, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

/**
 * Reads the picture in bands, to keep the copy small.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {number} width
 * @param {number} height
 */
function transparent(pen, width, height) {
  const band = 256;
  for (let y = 0; y < height; y += band) {
    const { data } = pen.getImageData(0, y, width, Math.min(band, height - y));
    for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  }
  return false;
}
