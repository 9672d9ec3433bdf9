// Parts of the page that are loaded when somebody first does something, so
// that a page that was only just opened is light.

/** @type {(() => Promise<unknown>)[]} */
const all = [];
let touched = false;

/**
 * Answers a function that makes a part once, when it is first asked for. After
 * a failure the next call tries again.
 *
 * @template T
 * @param {() => Promise<T>} make imports the part's module and makes it
 * @returns {() => Promise<T>}
 */
export function later(make) {
  /** @type {Promise<T> | undefined} */
  let made;
  const get = () => made ??= make().catch((reason) => {
    made = undefined;
    throw reason;
  });
  all.push(get);
  if (touched) load(get);
  return get;
}

/**
 * Loads all of them at the first sign of a person, so that they are there when
 * they are needed, if need be without a connection.
 */
export function loadAtFirstTouch() {
  const touch = () => {
    for (const event of signs) removeEventListener(event, touch);
    touched = true;
    all.forEach(load);
  };
  const signs = ["pointermove", "pointerdown", "keydown", "dragenter"];
  for (const event of signs) addEventListener(event, touch, { passive: true });
}

/** @param {() => Promise<unknown>} get asked for again when it is needed */
const load = (get) => void get().catch(() => {});
