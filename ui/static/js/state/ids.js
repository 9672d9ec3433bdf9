// The ids of what a room's log holds. They are hexadecimal and of one length,
// and sort as text in the order of the room. Pure.

/** Before all that a room's log can have. */
export const beginning = "0".repeat(20);

/**
 * @param {string} a
 * @param {string} b
 */
export const later = (a, b) => (a > b ? a : b);

/**
 * The id that comes right after another, whether there is such an entry or not.
 *
 * @param {string} id
 */
export const next = (id) => (BigInt(`0x${id}`) + 1n).toString(16).padStart(id.length, "0");

/**
 * A name for something that this page sends, so that it is stored once however
 * often it has to be sent: 128 random bits.
 */
export function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
