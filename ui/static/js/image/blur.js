// A few coloured squares that stand in for a picture until it is there. They
// travel in the message as base64 of one byte for the width and three for each
// square, red, green and blue, row by row. Nobody's decoder has to read them.

/** The longest side, in squares: few enough for the 400 characters that the server takes. */
export const squares = 8;

/**
 * The squares of a text, or undefined for anything else.
 *
 * @param {string | undefined} text
 * @returns {{width: number, height: number, pixels: Uint8ClampedArray<ArrayBuffer>} | undefined}
 */
export function unpack(text) {
  if (!text || text.length > 400 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4) return undefined;
  const bytes = atob(text);
  const width = bytes.charCodeAt(0);
  const height = (bytes.length - 1) / 3 / width;
  if (!(width > 0 && height > 0 && width <= squares && height <= squares && Number.isInteger(height))) return undefined;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height * 3; i++) pixels[i + Math.floor(i / 3)] = bytes.charCodeAt(i + 1);
  return { width, height, pixels };
}

/**
 * Draws them; the browser blurs them as it makes them large.
 *
 * @param {string | undefined} text
 */
export function blurred(text) {
  const found = unpack(text);
  if (!found) return undefined;
  const element = canvas(found.width, found.height);
  element.getContext("2d")?.putImageData(new ImageData(found.pixels, found.width, found.height), 0, 0);
  return element;
}

/**
 * @param {number} width
 * @param {number} height
 */
export const canvas = (width, height) => Object.assign(document.createElement("canvas"), { width, height });
