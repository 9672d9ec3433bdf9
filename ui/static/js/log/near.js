// Tells when an element of the log comes near the screen, and when it is far
// away again.

/** Distances from the screen, in CSS pixels. */
const [near, far] = [600, 4000];

/** @param {number} margin @param {string} event */
function observer(margin, event) {
  return new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting === (event === "near")) target.dispatchEvent(new Event(event));
    }
  }, { root: document.getElementById("log"), rootMargin: `${margin}px` });
}

const observers = [observer(near, "near"), observer(far, "far")];

/**
 * @param {HTMLElement} element
 * @param {() => void} came
 * @param {() => void} went
 */
export function watch(element, came, went) {
  element.addEventListener("near", came);
  element.addEventListener("far", went);
  return {
    start() { for (const o of observers) o.observe(element); },
    stop() { for (const o of observers) o.unobserve(element); },
  };
}
