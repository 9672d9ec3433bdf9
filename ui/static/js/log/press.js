// A finger that stays where it is. Some browsers tell of it by asking for a menu,
// some do not tell; it is measured here for all.

/** How long it has to stay, in milliseconds, and how far it may stray, in CSS pixels. */
const [long, astray] = [500, 10];

/**
 * @param {HTMLElement} element
 * @param {(event: Event) => Element | null} below what lies under the finger, if it is anything
 * @param {(at: Element) => void} pressed
 */
export function longPresses(element, below, pressed) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let done = false;
  let [x, y] = [0, 0];

  element.addEventListener("pointerdown", (event) => {
    const at = below(event);
    clearTimeout(timer);
    done = false;
    if (!at || !event.isPrimary) return;
    [x, y] = [event.clientX, event.clientY];
    timer = setTimeout(() => {
      done = true;
      pressed(at);
    }, long);
  });
  element.addEventListener("pointermove", (event) => {
    if (Math.hypot(event.clientX - x, event.clientY - y) > astray) clearTimeout(timer);
  });
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, () => clearTimeout(timer));
  element.addEventListener("contextmenu", (event) => { if (below(event)) event.preventDefault(); });
  // The finger that goes is no tap.
  element.addEventListener("click", (event) => {
    if (done) event.stopPropagation();
    done = false;
  }, true);
}
