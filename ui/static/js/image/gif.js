// A GIF is sent as it is, or it would lose its motion; but what does not move
// stays at home: comments, and whatever a program wrote beside the frames.

/**
 * The same GIF with its frames, colours and repetition, and nothing else. One
 * that is not well-formed is not taken.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Uint8Array<ArrayBuffer>[] | undefined} its pieces
 */
export function stripped(bytes) {
  const byte = (/** @type {number} */ i) => bytes[i] ?? 0;
  const table = (/** @type {number} */ flags) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  /** @param {number} at the end of a row of sub-blocks */
  const after = (at) => {
    while (byte(at) !== 0) at += byte(at) + 1;
    return at + 1;
  };
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const kept = [];
  let at = 13 + table(byte(10));
  kept.push(bytes.subarray(0, at));
  while (at < bytes.length) {
    const from = at;
    const kind = byte(at);
    if (kind === 0x3b) return [...kept, bytes.subarray(at, at + 1)]; // the end; what follows it is no picture
    if (kind === 0x2c) at = after(at + 11 + table(byte(at + 9))); // a frame
    else if (kind === 0x21) at = after(at + 2);
    else return undefined;
    if (kind === 0x2c || byte(from + 1) === 0xf9 || repeats(bytes, from)) kept.push(bytes.subarray(from, at));
  }
  return undefined;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at an extension
 */
function repeats(bytes, at) {
  const name = String.fromCharCode(...bytes.subarray(at + 3, at + 14));
  return bytes[at + 1] === 0xff && (name === "NETSCAPE2.0" || name === "ANIMEXTS1.0");
}
