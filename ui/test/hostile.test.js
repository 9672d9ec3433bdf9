// E02. Pictures made to take the page down, and damaged ones: the header is
// enough to refuse them, and reading it never throws.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sniff, tooLarge } from "../static/js/image/sniff.js";

/** @param {string} hex */
const bytes = (hex) => new Uint8Array(Buffer.from(hex.replace(/\s/g, ""), "hex"));

const hostile = [
  { name: "png of 50,000 x 50,000", hex: "89504e470d0a1a0a 0000000d 49484452 0000c350 0000c350 0806000000" },
  { name: "png of 1 x 2^31", hex: "89504e470d0a1a0a 0000000d 49484452 00000001 80000000 0806000000" },
  { name: "gif of 65,535 x 65,535", hex: "474946383961 ffff ffff f70000" },
  { name: "jpeg of 65,535 x 65,535", hex: "ffd8 ffe0 0010 4a46494600010100000100010000 ffc0 0011 08 ffff ffff 03 012200 021101 031101" },
  { name: "webp of 2^24 x 2^24", hex: "52494646 00000000 57454250 56503858 0a000000 10000000 ffffff ffffff" },
  { name: "webp lossless of 16,384 x 16,384", hex: "52494646 00000000 57454250 5650384c 00000000 2f ffffff0f 0000000000" },
];

for (const { name, hex } of hostile) {
  test(`refuses a ${name}`, () => {
    const header = sniff(bytes(hex));
    assert.ok(header && tooLarge(header, 24), JSON.stringify(header));
  });
}

test("a jpeg whose size stands behind megabytes of metadata is not read", () => {
  const segment = Buffer.concat([Buffer.from("ffe1ffff", "hex"), Buffer.alloc(0xfffd)]);
  const head = Buffer.concat([Buffer.from("ffd8", "hex"), ...Array.from({ length: 20 }, () => segment)]).subarray(0, 512 * 1024);
  assert.equal(sniff(new Uint8Array(head)), undefined);
});

test("damaged headers are read or refused, never more", () => {
  let seed = 42;
  const random = (/** @type {number} */ n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const types = ["image/png", "image/gif", "image/jpeg", "image/webp"];
  for (const { hex } of hostile) {
    for (let round = 0; round < 5000; round++) {
      const damaged = bytes(hex);
      for (let n = random(4); n >= 0; n--) damaged[random(damaged.length)] = random(256);
      const header = sniff(damaged.subarray(0, random(damaged.length + 1)));
      if (header) assert.ok(types.includes(header.type) && header.width > 0 && header.height > 0, JSON.stringify(header));
    }
  }
});
