// The room: makes the parts and ties them together. State changes in one place,
// the store; every part of the screen follows it.

import "./wire/socket.js"; // It opens before all else runs.
import { createComposer, subjectOf } from "./compose/composer.js";
import { byId, sheet, tell } from "./page/dom.js";
import { later, loadAtFirstTouch } from "./page/later.js";
import { bringBack, keepUnsent, kept } from "./page/kept.js";
import { createLog } from "./log/log.js";
import { createStatus, createTitle } from "./side/bar.js";
import { createOutbox } from "./wire/outbox.js";
import { createPages } from "./wire/pages.js";
import { createScroll } from "./log/scroll.js";
import { lastEditable, possible, titleOf } from "./state/doing.js";
import { newName } from "./state/entries.js";
import { meet } from "./state/people.js";
import { reduce, start } from "./state/state.js";
import { createStore } from "./page/store.js";
import { createVisits } from "./page/rooms.js";
import { connect } from "./wire/wire.js";
import { say } from "./page/words.js";

const data = byId("room", HTMLElement).dataset;
const room = data.room ?? "";
const store = createStore(reduce, start({ id: data.visitor ?? "", name: data.name ?? "" }));
const wire = connect(room, store.dispatch, () => store.get().last);
/** @type {import("./wire/upload.js").Uploads | undefined} */
let uploads;
const loadUploads = async () => uploads ??= (await import("./wire/upload.js")).createUploads(store, room);

/** @param {string} key */
function retry(key) {
  const entry = store.get().entries.find((e) => e.key === key);
  if (entry?.kind !== "message") return;
  const upload = entry.picture && !entry.picture.name;
  store.dispatch({ type: "status", key, status: upload ? "uploading" : "queued" });
}

/**
 * @param {string} id
 * @param {string} emoji
 * @param {boolean} on
 */
const react = (id, emoji, on) => store.dispatch({ type: "does", doing: { key: newName(), event: "react", id, emoji, on } });

/** @param {string} key */
function remove(key) {
  uploads?.drop(key);
  store.dispatch({ type: "removed", key });
  byId("text", HTMLTextAreaElement).focus();
}

const pages = createPages(store, wire);
const log = createScroll({
  log: createLog({ retry, remove, react, me: () => store.get().me, load: pages.ask, seek: (id) => store.dispatch({ type: "sought", id }) }),
  moved(at, near) {
    store.dispatch({ type: "looking", ...at });
    pages.near(near);
  },
  latest: pages.latest,
});
later(async () => {
  await sheet("acts");
  (await import("./compose/complete.js")).completeEmoji(byId("text", HTMLTextAreaElement));
  (await import("./log/deeds.js")).createDeeds(store, compose, react);
});
const title = createTitle((title) => store.dispatch({ type: "does", doing: { key: newName(), event: "set_title", title } }));
const parts = [createStatus(), title, meet, log];
store.subscribe((state, before) => { for (const part of parts) part(state, before); });
const over = byId("over", HTMLElement);
store.subscribe(({ problem, sought }, before) => {
  if (problem !== before.problem) tell(over, problem);
  if (sought !== before.sought) tell(over, sought?.end && sought.end !== "found" ? say(`sought.${sought.end}`) : "");
});
createOutbox(store, wire);
createVisits(room, store, titleOf);

const maxUpload = Number(data.maxUpload) || Infinity;
const typist = later(async () => (await import("./compose/typist.js")).createTypist(wire));
const compose = createComposer({
  room,
  maxText: Number(data.maxText),
  send: (text, replyTo) => store.dispatch({ type: "wrote", key: newName(), text, replyTo, at: Date.now() }),
  amend: (id, message) => store.dispatch({ type: "does", doing: { key: newName(), event: "edit_message", id, message } }),
  last() {
    const { entries, me } = store.get();
    const said = lastEditable(entries, me, Date.now());
    return said && subjectOf(said, me, "edit");
  },
  edited: (text) => void typist().then((tell) => tell(text), () => {}),
});
// The answer that was begun before a reload goes on once its message is here.
let answered = kept(`reply:${room}`);
store.subscribe(({ entries, last, me }) => {
  if (!answered || !last) return;
  const [id, said] = [answered, entries.find((e) => e.kind === "message" && e.id === answered)];
  answered = "";
  if (said?.kind !== "message") compose({ kind: "reply", id, name: "", gist: say("quote.unknown"), text: "", picture: false });
  else if (possible(said, me, 0).has("reply")) compose(subjectOf(said, me, "reply"));
});
const preview = later(async () => {
  await sheet("dialogs");
  const { createPreview } = await import("./compose/preview.js");
  const { add } = await loadUploads();
  return createPreview(maxUpload, (pictures, caption) => {
    pictures.forEach(({ blob, url, width, height, blur }, i) => {
      const key = newName();
      add(key, blob);
      const picture = { url, width, height, blur, own: true };
      store.dispatch({ type: "wrote", key, text: i === 0 ? caption : "", picture, at: Date.now() });
    });
  });
});
const add = (/** @type {File[]} */ files) => void preview().then((show) => show(files), () => tell(over, say("app.not_loaded")));

const lightbox = later(async () => {
  await sheet("dialogs");
  return (await import("./log/lightbox.js")).createLightbox();
});
byId("log", HTMLElement).addEventListener("click", async ({ target }) => {
  const picture = target instanceof Element && target.closest("button.picture");
  if (picture instanceof HTMLElement) (await lightbox())(picture);
});
later(() => import("./image/load.js"));
const rest = later(async () => {
  const since = store.get();
  (await import("./side/rest.js")).createRest({ room, store, since, add, wire });
  performance.mark("whole");
});
loadAtFirstTouch();

store.subscribe(({ connection }) => {
  if (connection === "joined" && !performance.getEntriesByName("interactive").length) performance.mark("interactive");
  if (connection !== "connecting") rest().catch(() => {}); // again with the next change
});

// Somebody looks at the page when its window has the focus.
const look = () => store.dispatch({ type: "away", value: document.hidden || !document.hasFocus() });
for (const event of ["focus", "blur"]) addEventListener(event, look);
document.addEventListener("visibilitychange", look);
look();

setInterval(() => store.dispatch({ type: "tick", at: Date.now() }), 1000);

// Over a reload a picture is kept, if there is room for it. With the tab it goes.
addEventListener("beforeunload", (event) => {
  if (store.get().entries.some((e) => e.kind === "message" && e.status !== "sent" && e.picture)) event.preventDefault();
});
bringBack(store, room, loadUploads).then(() => store.subscribe((state, before) => {
  if (state.entries !== before.entries || state.doing !== before.doing) keepUnsent(room, state);
}));
