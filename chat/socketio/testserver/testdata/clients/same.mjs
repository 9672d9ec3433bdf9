// What the checks compare by, in Node and in a browser.

// bytes are those of a value that is binary, however the client hands it over.
function bytes(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function isSame(got, want) {
  const [a, b] = [bytes(got), bytes(want)];
  if (a && b) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (a || b || typeof got !== "object" || typeof want !== "object" || !got || !want) return Object.is(got, want);
  const [keys, others] = [Object.keys(got), Object.keys(want)];
  return Array.isArray(got) === Array.isArray(want) && keys.length === others.length
    && keys.every((key) => Object.hasOwn(want, key) && isSame(got[key], want[key]));
}

const shown = (value) => (JSON.stringify(value, (_, v) => (bytes(v) ? `${bytes(v).length} bytes` : v)) ?? "undefined").slice(0, 300);

export function check(ok, message) {
  if (!ok) throw new Error(message);
}

// same fails unless both are equal, deeply; what is binary is equal by its bytes.
export function same(got, want, what = "it") {
  check(isSame(got, want), `${what} is ${shown(got)}, not ${shown(want)}`);
}

export const upTo = (n) => Array.from({ length: n }, (_, i) => i);
