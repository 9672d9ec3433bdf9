// Draws a picture anew and encodes that, so that place, camera and owner stay
// at home, and nobody uploads ten megabytes for a screen.

import { canvas as newCanvas } from "./blur.js";
import { pack } from "./pack.js";

/** The longest side of what is sent, in pixels. */
const longest = 2560;

/**
 * @param {Blob} source
 * @returns {Promise<{blob: Blob, width: number, height: number, blur: string} | undefined>} nothing when the browser cannot decode it
 */
export async function encode(source) {
  const bitmap = await createImageBitmap(source, { imageOrientation: "from-image" }).catch(() => undefined);
  if (!bitmap) return undefined;
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  if (!width || !height) return undefined;
  const canvas = newCanvas(width, height);
  const drawn = source.type !== "image/jpeg"; // a screenshot or a drawing, perhaps
  const pen = canvas.getContext("2d", { willReadFrequently: drawn });
  if (!pen) return undefined;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await smallest(canvas, drawn && transparent(pen, width, height), source.type === "image/png");
  const blur = pack(canvas, width, height);
  canvas.width = canvas.height = 0; // gives back its memory now
  return blob ? { blob, width, height, blur } : undefined;
}

/**
 * WebP where the browser encodes it, which others answer with a PNG; else JPEG,
 * or PNG where something is transparent. A drawing stays a PNG, which keeps its
 * edges, if it does not get much larger by that.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {boolean} clear something is transparent
 * @param {boolean} drawing
 */
async function smallest(canvas, clear, drawing) {
  let best = await toBlob(canvas, "image/webp", 0.84);
  if (best?.type !== "image/webp" && !clear) best = await toBlob(canvas, "image/jpeg", 0.86);
  const png = drawing ? await toBlob(canvas, "image/png") : null;
  return png && best && png.size < best.size * 1.5 ? png : best;
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
