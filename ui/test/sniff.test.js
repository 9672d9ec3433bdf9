// Only real headers of the four types pass, whatever a file is called.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromDataUrl, sniff, tooLarge } from "../static/js/image/sniff.js";

/** @param {string} hex */
const bytes = (hex) => new Uint8Array(Buffer.from(hex.replace(/\s/g, ""), "hex"));

const png = "89504e470d0a1a0a 0000000d 49484452 00000280 000001e0 0806000000";
const jpeg = "ffd8 ffe0 0010 4a46494600010100000100010000 ffc0 0011 08 01e0 0280 03 012200 021101 031101";

const good = [
  { name: "png", hex: png, want: ["image/png", 640, 480] },
  { name: "gif", hex: "474946383961 8002 e001 f70000", want: ["image/gif", 640, 480] },
  { name: "jpeg", hex: jpeg, want: ["image/jpeg", 640, 480] },
  { name: "jpeg with fill bytes", hex: jpeg.replace("ffc0", "ffffffc0"), want: ["image/jpeg", 640, 480] },
  { name: "webp lossy", hex: "52494646 00000000 57454250 56503820 00000000 000000 9d012a 8002 e001 0000", want: ["image/webp", 640, 480] },
  { name: "webp lossless", hex: "52494646 00000000 57454250 5650384c 00000000 2f 7fc27700 0000000000", want: ["image/webp", 640, 480] },
  { name: "webp extended", hex: "52494646 00000000 57454250 56503858 0a000000 10000000 7f0200 df0100", want: ["image/webp", 640, 480] },
];

for (const { name, hex, want } of good) {
  test(`reads ${name}`, () => {
    const header = sniff(bytes(hex));
    assert.deepEqual([header?.type, header?.width, header?.height], want);
  });
  test(`a ${name} cut anywhere is refused or read, never an exception`, () => {
    const whole = bytes(hex);
    for (let n = 0; n < whole.length; n++) sniff(whole.subarray(0, n));
  });
}

const bad = [
  { name: "empty", hex: "" },
  { name: "svg", hex: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>").toString("hex") },
  { name: "html after a gif-like word", hex: Buffer.from("GIF<script>alert(1)</script>").toString("hex") },
  { name: "pdf", hex: Buffer.from("%PDF-1.7 and so on and so on and so on").toString("hex") },
  { name: "png without IHDR", hex: png.replace("49484452", "49484453") },
  { name: "png of no width", hex: png.replace("00000280", "00000000") },
  { name: "jpeg that starts its pixels at once", hex: "ffd8 ffda 0008 0101 0000 3f00 00000000" },
  { name: "jpeg with a segment of no length", hex: "ffd8 ffe0 0000 4a46494600010100000100010000" },
];

for (const { name, hex } of bad) {
  test(`refuses ${name}`, () => assert.equal(sniff(bytes(hex)), undefined));
}

test("24 megapixels pass, more do not", () => {
  assert.equal(tooLarge({ width: 6000, height: 4000 }, 24), false);
  assert.equal(tooLarge({ width: 6000, height: 4001 }, 24), true);
  assert.equal(tooLarge({ width: 0xffffffff, height: 1 }, 24), true);
});

test("text that only begins like a picture stays text", () => {
  for (const text of ["data:image/png;base64,???", "data:image/svg+xml;base64,PHN2Zz4=", "data:image/png,abc", "data:image/png;base64,", "data:image/png;base64,A"]) {
    assert.equal(fromDataUrl(text), undefined, text);
  }
  assert.deepEqual(fromDataUrl("data:image/png;base64,iVBO"), bytes("89504e"));
});
