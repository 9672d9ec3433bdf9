// Makes the few coloured squares that stand in for a picture; see blur.js.

import { canvas, squares } from "./blur.js";

/**
 * @param {CanvasImageSource} picture
 * @param {number} width
 * @param {number} height
 */
export function pack(picture, width, height) {
  const scale = squares / Math.max(width, height);
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  if (!w || !h) return "";
  const pen = canvas(w, h).getContext("2d", { willReadFrequently: true });
  if (!pen) return "";
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "#888"; // behind what is transparent
  pen.fillRect(0, 0, w, h);
  pen.drawImage(picture, 0, 0, w, h);
  return text(w, pen.getImageData(0, 0, w, h).data);
}

/**
 * @param {number} width
 * @param {Uint8ClampedArray | number[]} pixels four bytes each
 */
export function text(width, pixels) {
  return btoa(String.fromCharCode(width, ...[...pixels].filter((_, i) => i % 4 < 3)));
}
