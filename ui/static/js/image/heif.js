// What phones write: HEIC, and AVIF of the same family. Some browsers decode
// them. They are read here only to be encoded as something else.

/** @typedef {{type: "image/heic" | "image/avif", width: number, height: number}} HeifHeader */

/** Brands of the family, as the first box names them. */
const brands = /^(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)$/;

/**
 * Reads the size from the boxes "ispe", of which a picture that is made of
 * tiles has several: the largest counts.
 *
 * @param {Uint8Array} bytes
 * @returns {HeifHeader | undefined}
 */
export function heif(bytes) {
  const text = (/** @type {number} */ at) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (text(4) !== "ftyp" || !brands.test(text(8))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [width, height] = [0, 0];
  for (let at = 12; at + 16 <= bytes.length; at++) {
    if (view.getUint32(at) !== 0x69737065) continue; // "ispe"
    const [w, h] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (w * h > width * height) [width, height] = [w, h];
  }
  if (!width) return undefined;
  return { type: text(8).startsWith("av") ? "image/avif" : "image/heic", width, height };
}
