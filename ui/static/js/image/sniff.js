// What a file really is, from its first bytes: its name and declared type are
// somebody's claim. Only the four types below are ever shown, and only when the
// header says they are small enough to decode.

/** @typedef {{type: "image/png" | "image/jpeg" | "image/gif" | "image/webp", width: number, height: number}} Header */

/** How much of a file sniff() may need; JPEG metadata comes before the size. */
export const headBytes = 512 * 1024;

/**
 * Reads type and size, or answers undefined for everything that is not a
 * well-formed header of an allowed type.
 *
 * @param {Uint8Array} bytes
 * @returns {Header | undefined}
 */
export function sniff(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = [png, gif, webp, jpeg];
  for (const reader of read) {
    const header = reader(bytes, view);
    if (header) return header.width > 0 && header.height > 0 ? header : undefined;
  }
  return undefined;
}

/**
 * @param {{width: number, height: number}} header
 * @param {number} most millions of pixels
 */
export const tooLarge = (header, most) => header.width * header.height > most * 1e6;

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {string} text
 */
function has(bytes, at, text) {
  if (bytes.length < at + text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** @param {Uint8Array} bytes @param {DataView} view @returns {Header | undefined} */
function png(bytes, view) {
  if (!has(bytes, 0, "\x89PNG\r\n\x1a\n") || !has(bytes, 12, "IHDR") || bytes.length < 24) return undefined;
  return { type: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
}

/** @param {Uint8Array} bytes @param {DataView} view @returns {Header | undefined} */
function gif(bytes, view) {
  if (!(has(bytes, 0, "GIF87a") || has(bytes, 0, "GIF89a")) || bytes.length < 10) return undefined;
  return { type: "image/gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** @param {Uint8Array} bytes @param {DataView} view @returns {Header | undefined} */
function webp(bytes, view) {
  if (!has(bytes, 0, "RIFF") || !has(bytes, 8, "WEBP") || bytes.length < 30) return undefined;
  const type = "image/webp";
  if (has(bytes, 12, "VP8 ")) return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (has(bytes, 12, "VP8L")) {
    const bits = view.getUint32(21, true);
    return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (!has(bytes, 12, "VP8X")) return undefined;
  const uint24 = (/** @type {number} */ at) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  return { type, width: uint24(24) + 1, height: uint24(27) + 1 };
}

/** @param {Uint8Array} bytes @param {DataView} view @returns {Header | undefined} */
function jpeg(bytes, view) {
  if (!has(bytes, 0, "\xff\xd8\xff")) return undefined;
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) { at++; continue; } // fill byte
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (frame) return { type: "image/jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    if (marker === 0xd9 || marker === 0xda) return undefined; // pixels before any size
    const length = view.getUint16(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}

const dataUrl = /^data:image\/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/]+={0,2})$/;

/**
 * The bytes of a message that is a picture as a data: address, as older
 * clients send. Anything else is text, whatever it begins with.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer> | undefined}
 */
export function fromDataUrl(text) {
  const match = text.startsWith("data:image/") ? dataUrl.exec(text.trim()) : null;
  if (!match) return undefined;
  try {
    return Uint8Array.from(atob(match[1] ?? ""), (c) => c.charCodeAt(0));
  } catch {
    return undefined; // base64 of no whole number of bytes
  }
}
