// A picture alone, over the page. The dialog gives Escape, keeps the focus
// inside and returns it; the arrows walk through what the log shows.

import { byId } from "../page/dom.js";

/** @returns {(picture: HTMLElement) => void} opens one of the log's pictures */
export function createLightbox() {
  const log = byId("log", HTMLElement);
  const dialog = byId("lightbox", HTMLDialogElement);
  const image = byId("lightbox-picture", HTMLImageElement);
  const save = byId("lightbox-save", HTMLAnchorElement);
  const back = byId("lightbox-back", HTMLButtonElement);
  const forward = byId("lightbox-forward", HTMLButtonElement);
  /** @type {HTMLElement[]} */
  let pictures = [];
  let [from, at] = [0, 0];

  /** @param {number} to */
  function show(to) {
    const picture = pictures[to];
    const url = picture?.dataset.url;
    if (!picture || !url) return;
    at = to;
    image.src = save.href = url;
    image.alt = picture.querySelector("img")?.alt ?? "";
    save.download = `picture-${to + 1}`;
    byId("lightbox-caption", HTMLElement).textContent = picture.parentElement?.dataset.caption ?? "";
    back.disabled = to === 0;
    forward.disabled = to === pictures.length - 1;
    back.hidden = forward.hidden = pictures.length === 1;
  }

  back.addEventListener("click", () => show(at - 1));
  forward.addEventListener("click", () => show(at + 1));
  byId("lightbox-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target === image) dialog.close();
  });
  dialog.addEventListener("close", () => {
    image.removeAttribute("src");
    // The browser returns to where one came from; with arrows that has moved.
    pictures[at]?.focus({ preventScroll: at === from });
  });

  return (picture) => {
    pictures = [...log.querySelectorAll("button.picture[data-url]")].filter((p) => p instanceof HTMLElement);
    from = pictures.indexOf(picture);
    show(from);
    dialog.showModal();
  };
}
