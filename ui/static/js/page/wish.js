// What this browser was asked to do, in all its tabs and until it is told
// otherwise: switches, kept as "1".

/** @param {string} key */
export function wished(key) {
  try {
    return localStorage.getItem(key) === "1";
  } catch {
    return false; // storage may be forbidden
  }
}

/**
 * @param {string} key
 * @param {boolean} on
 */
export function wish(key, on) {
  try {
    if (on) localStorage.setItem(key, "1");
    else localStorage.removeItem(key);
  } catch {
    // The switch is good for this page only, which is what it then shows.
  }
}

/**
 * Whether a room may make itself noticed.
 *
 * @param {string} room
 */
export const muted = (room) => wished(`mute:${room}`);
