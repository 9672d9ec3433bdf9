// The look before the leap: pictures with a caption, before anything is sent.

import { byId, icon, make, tell } from "../page/dom.js";
import { grow } from "./composer.js";
import { prepare } from "../image/prepare.js";
import { say } from "../page/words.js";

/** @import {Prepared} from "../image/prepare.js" */

/**
 * @param {number} maxBytes
 * @param {(pictures: Prepared[], caption: string) => void} send
 * @returns {(files: File[]) => Promise<void>} shows the dialog with more files in it
 */
export function createPreview(maxBytes, send) {
  const dialog = byId("preview", HTMLDialogElement);
  const thumbs = byId("thumbs", HTMLUListElement);
  const problem = byId("preview-problem", HTMLElement);
  const caption = byId("caption", HTMLTextAreaElement);
  const button = byId("preview-send", HTMLButtonElement);
  /** @type {Prepared[]} */
  let pictures = [];
  let preparing = 0;
  /** Which opening of the dialog this is: what was picked for another one is of no use. */
  let opening = 0;

  function show() {
    thumbs.replaceChildren(...pictures.map(thumb));
    if (preparing) thumbs.append(make("li", { class: "tile", role: "status" }, icon("clock"), say("preview.preparing")));
    button.disabled = preparing > 0 || pictures.length === 0;
    byId("preview-title", HTMLElement).textContent = say("preview.title", { n: pictures.length || 1 });
  }

  /** @param {Prepared} picture */
  function thumb(picture) {
    const drop = make("button", { type: "button", class: "icon-button", "aria-label": say("sent.remove") }, icon("close"));
    drop.addEventListener("click", () => {
      pictures = pictures.filter((p) => p !== picture);
      URL.revokeObjectURL(picture.url);
      if (pictures.length || preparing) show();
      else dialog.close();
    });
    return make("li", {}, make("img", { src: picture.url, alt: say("picture.name") }), drop);
  }

  function submit() {
    if (button.disabled) return;
    const [sent, text] = [pictures, caption.value.trim()];
    pictures = []; // they are the receiver's now; closing must not revoke them
    dialog.close();
    send(sent, text);
  }

  function clear() {
    for (const { url } of pictures) URL.revokeObjectURL(url);
    pictures = [];
    preparing = 0;
    opening++;
    caption.value = "";
    grow(caption);
  }

  dialog.addEventListener("close", () => {
    if (dialog.open) return; // It comes late, when the next pictures may be here already.
    clear();
    byId("text", HTMLTextAreaElement).focus();
  });
  dialog.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("preview-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());
  caption.addEventListener("input", () => grow(caption));
  caption.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });

  return async (files) => {
    if (!files.length) return;
    if (!dialog.open) {
      clear();
      tell(problem, "");
      dialog.showModal();
      caption.focus();
    }
    const mine = opening;
    for (const file of files) { // one after the other: each may take a hundred megabytes while it is decoded
      preparing++;
      show();
      const result = await prepare(file, maxBytes);
      if (opening !== mine) return typeof result === "string" ? undefined : URL.revokeObjectURL(result.url);
      preparing--;
      if (typeof result === "string") {
        problem.append(make("p", {}, result));
        problem.hidden = false;
      }
      else pictures.push(result);
      show();
    }
  };
}
