// Tells the others that the person is typing.

/** @import {Wire} from "../wire/wire.js" */

/** How often the others are told again, and when silence means a stop, in milliseconds. */
const [again, idle] = [3000, 4000];

/**
 * Tells the others, at most once in a while.
 *
 * @param {Pick<Wire, "typing">} wire
 * @returns {(text: string) => void} call with the text after each edit; empty means stop
 */
export function createTypist(wire) {
  let told = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function stop() {
    clearTimeout(timer);
    if (told) wire.typing(false);
    told = 0;
  }

  return (text) => {
    if (!text.trim()) return stop();
    clearTimeout(timer);
    timer = setTimeout(stop, idle);
    if (Date.now() - told < again) return;
    told = Date.now();
    wire.typing(true);
  };
}
