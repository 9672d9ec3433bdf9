// What is read of pictures before anything decodes them, and what stands in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack } from "../static/js/image/blur.js";
import { stripped } from "../static/js/image/gif.js";
import { heif } from "../static/js/image/heif.js";
import { text } from "../static/js/image/pack.js";

/** @param {(string | number[])[]} parts */
const bytes = (...parts) => Uint8Array.from(parts.flatMap((p) => (typeof p === "string" ? [...p].map((c) => c.charCodeAt(0)) : p)));

test("a blur is packed and unpacked", () => {
  const pixels = [255, 0, 0, 255, 0, 255, 0, 255, 1, 2, 3, 255, 9, 9, 9, 255, 5, 6, 7, 255, 8, 8, 8, 255];
  const packed = text(3, pixels);
  assert.ok(packed.length <= 400, `${packed.length} characters`);
  const found = unpack(packed);
  assert.deepEqual([found?.width, found?.height, [...(found?.pixels ?? [])]], [3, 2, pixels]);
  assert.ok(text(8, new Array(8 * 8 * 4).fill(7)).length <= 400);
});

for (const wrong of [undefined, "", "x", "<b>", "AAAA", btoa("\x00abc"), btoa("\x02abc"), btoa("\x02abcde"), btoa("\x09".padEnd(28, "x")), "A".repeat(404), "data:image/png;base64,AAAA"]) {
  test(`no blur is ${JSON.stringify(wrong)?.slice(0, 30)}`, () => assert.equal(unpack(wrong), undefined));
}

test("the size of a HEIC photo is that of its largest part", () => {
  const ispe = (/** @type {number} */ w, /** @type {number} */ h) => [0, 0, 0, 20, 0x69, 0x73, 0x70, 0x65, 0, 0, 0, 0, 0, 0, w >> 8, w & 255, 0, 0, h >> 8, h & 255];
  const head = (/** @type {string} */ brand) => bytes([0, 0, 0, 16], "ftyp", brand, [0, 0, 0, 0], ispe(512, 512), ispe(4032, 3024), ispe(512, 512));
  assert.deepEqual(heif(head("heic")), { type: "image/heic", width: 4032, height: 3024 });
  assert.deepEqual(heif(head("avif")), { type: "image/avif", width: 4032, height: 3024 });
  assert.equal(heif(head("mp42")), undefined);
  assert.equal(heif(bytes([0, 0, 0, 16], "ftypheic")), undefined);
});

test("a GIF leaves at home what does not move", () => {
  const screen = bytes("GIF89a", [2, 0, 2, 0, 0x80, 0, 0], [0, 0, 0, 255, 255, 255]);
  const frame = bytes([0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 2, 0x44, 1, 0]);
  const control = bytes([0x21, 0xf9, 4, 0, 10, 0, 0, 0]);
  const loop = bytes([0x21, 0xff, 11], "NETSCAPE2.0", [3, 1, 0, 0, 0]);
  const comment = bytes([0x21, 0xfe, 4], "home", [0]);
  const xmp = bytes([0x21, 0xff, 11], "XMP DataXMP", [3], "gps", [0]);
  const end = bytes([0x3b]);
  const join = (/** @type {Uint8Array[]} */ ...list) => bytes(...list.map((b) => [...b]));
  const found = stripped(join(screen, comment, loop, xmp, control, frame, comment, control, frame, end, comment));
  assert.deepEqual(found && join(...found), join(screen, loop, control, frame, control, frame, end));
  assert.equal(stripped(join(screen, frame)), undefined, "without an end");
  assert.equal(stripped(join(screen, bytes([7]))), undefined, "with a block of no kind");
});
