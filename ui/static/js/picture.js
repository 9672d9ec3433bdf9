// One picture in the log: its space is reserved before it is there, it loads
// when it comes near the screen, and what cannot be shown is a tile that says so.

import { icon, make } from "./dom.js";
import { load, NotShown } from "./load.js";
import { words } from "./words.js";

/** @import {Picture} from "./state.js" */
/** @import {Shown} from "./load.js" */

/** The largest and smallest side on the screen, in CSS pixels. */
const [largest, smallest] = [352, 112];

/**
 * @typedef {object} PictureView
 * @property {HTMLElement} element
 * @property {(picture: Picture, status: string) => void} update
 */

const nearby = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    nearby.unobserve(target);
    target.dispatchEvent(new Event("near"));
  }
}, { rootMargin: "600px" });

/**
 * @param {Picture} picture
 * @param {string} label who sent it
 * @param {() => void} cancel stops the upload
 * @param {() => Promise<Shown>} [get] where the picture comes from, when not from its address
 * @returns {PictureView}
 */
export function pictureView(picture, label, cancel, get = () => load(picture)) {
  const button = make("button", { type: "button", class: "picture", disabled: true, "aria-label": `${words.open}: ${label}` });
  const element = make("div", { class: "frame" }, button);
  reserve(element, button, picture.width, picture.height);

  const bar = make("progress", { max: 1, value: 0, "aria-label": words.uploading });
  const stop = make("button", { type: "button", "aria-label": words.cancel }, icon("close"));
  const upload = make("div", { class: "upload" }, bar, stop);
  stop.addEventListener("click", cancel);

  /** @param {Shown | Picture} shown */
  function show(shown) {
    const img = make("img", { alt: label, src: shown.url, decoding: "async" });
    img.addEventListener("error", () => fail(new NotShown(words.loadFailed)));
    button.replaceChildren(img);
    button.disabled = false;
    button.dataset.url = shown.url;
  }

  /** @param {unknown} reason */
  function fail(reason) {
    const known = reason instanceof NotShown ? reason : new NotShown(words.loadFailed);
    const tile = make("div", { class: "tile" }, icon("picture"), make("span", {}, known.message));
    if (known.keep && !picture.own && picture.url) tile.append(make("a", { href: picture.url, download: "file" }, words.download));
    element.replaceChildren(tile);
    element.classList.add("gone");
    element.closest(".bubble")?.classList.remove("bare");
  }

  if (picture.own) {
    show(picture);
  } else {
    element.addEventListener("near", () => get().then(show, fail));
    nearby.observe(element);
  }

  return {
    element,
    update(now, status) {
      const busy = status === "uploading";
      if (busy) bar.value = now.progress ?? 0;
      if (busy !== upload.isConnected) {
        if (busy) element.append(upload);
        else upload.remove();
      }
    },
  };
}

/**
 * The size on the screen follows from what the sender said, within limits: a
 * wrong claim may make an ugly frame and no more. The picture keeps its own
 * proportions inside.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement} button
 * @param {number} width
 * @param {number} height
 */
function reserve(element, button, width, height) {
  const sane = width > 0 && height > 0 && Number.isFinite(width / height);
  const ratio = sane ? Math.min(4, Math.max(1 / 3, width / height)) : 4 / 3;
  const fit = Math.min(largest, sane ? width : largest, largest * ratio);
  element.style.width = `${Math.max(smallest, Math.round(fit))}px`;
  button.style.aspectRatio = String(ratio);
}
