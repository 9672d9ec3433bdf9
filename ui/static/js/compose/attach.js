// The ways a picture gets into the page: picked, pasted, dropped.

import { byId } from "../page/dom.js";

/** @param {(files: File[]) => void} add */
export function createAttach(add) {
  const input = byId("files", HTMLInputElement);
  byId("attach", HTMLButtonElement).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add([...(input.files ?? [])]);
    input.value = ""; // the same file may be picked again
  });

  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Cells of a sheet bring a picture of themselves; their words are meant.
    if (!files.length || event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    add(files);
  });

  dropZone(add);
}

/** @param {(files: File[]) => void} add */
function dropZone(add) {
  const zone = byId("drop", HTMLElement);
  let depth = 0; // enter and leave fire for each element below the pointer

  const carries = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  /** @param {number} to */
  const set = (to) => {
    depth = Math.max(0, to);
    zone.hidden = depth === 0;
  };

  addEventListener("dragenter", (event) => { if (carries(event)) set(depth + 1); });
  addEventListener("dragleave", (event) => { if (carries(event)) set(depth - 1); });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault(); // or the browser would open the file and leave the room
    set(0);
    add([...(event.dataTransfer?.files ?? [])]);
  });
}
