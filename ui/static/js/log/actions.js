// What one can do to a message: a bar of buttons that comes to the message below
// the pointer, or that has the focus, or was tapped. There is one for the whole
// log, and one stop of Tab in it: arrows walk along it, and from message to
// message.

import { matching } from "../compose/emoji.js";
import { byId, icon, make } from "../page/dom.js";
import { say } from "../page/words.js";
import { possible } from "../state/doing.js";
import { longPresses } from "./press.js";
import { gist } from "./text.js";
import { standing } from "../state/fates.js";

/** @import {Act} from "../state/doing.js" */
/** @import {Said} from "../state/entries.js" */
/** @import {State} from "../state/state.js" */

/** What most people say with one sign. */
const usual = ["👍", "❤️", "😂", "😮", "😢", "🎉"];
/** How far from the edge of the log the bar stays, in CSS pixels. */
const inset = 4;

/** @type {[Act, string][]} */
const order = [["react", "smile"], ["reply", "reply"], ["copy", "copy"], ["edit", "pencil"], ["remove", "trash"]];

/**
 * @param {() => State} get
 * @param {Record<Exclude<Act, "react">, (said: Said, button: HTMLButtonElement) => void> & {react: (id: string, emoji: string, on: boolean) => void}} deeds
 * @returns {(state: State, before: State) => void}
 */
export function createActions(get, deeds) {
  const log = byId("log", HTMLElement);
  const rows = byId("rows", HTMLOListElement);
  const buttons = order.map(([act, name]) => {
    const label = say(`acts.${act}`);
    const button = make("button", { type: "button", "aria-label": label, title: label }, icon(name));
    button.addEventListener("click", () => {
      const said = entry();
      if (act === "react") pick(true);
      else if (said) deeds[act](said, button);
      if (act !== "react" && act !== "copy") rest();
    });
    return { act, button };
  });
  const signs = usual.map((emoji) => {
    const sign = { emoji, button: make("button", { type: "button" }) };
    sign.button.addEventListener("click", () => mark(sign.emoji));
    return sign;
  });
  const find = make("input", { class: "field", placeholder: say("emoji.find"), "aria-label": say("emoji.find"), autocomplete: "off", autocapitalize: "off", enterkeyhint: "done" });
  find.addEventListener("input", () => offer());
  const all = [...[...buttons, ...signs].map((b) => b.button), find];
  const bar = make("div", { class: "actions", role: "toolbar" }, ...all);
  let picking = false;

  const line = () => bar.closest("li");
  const busy = () => bar.contains(document.activeElement);
  const shown = () => all.filter((b) => !b.hidden);

  /** @returns {Said | undefined} */
  function entry() {
    const id = line()?.id.slice(2);
    const found = get().entries.find((e) => e.id === id && e.kind === "message");
    return found?.kind === "message" ? found : undefined;
  }

  /** Shows what can be done now, or nothing. */
  function follow() {
    const said = entry();
    const { me } = get();
    const acts = possible(said, me, Date.now());
    if (!said || !acts.size) return leave();
    bar.ariaLabel = `${say("acts.label")}: ${said.mine ? say("room.you") : said.sender.name}: ${gist({ ...standing(said, me), picture: said.picture })}`;
    for (const { act, button } of buttons) button.hidden = picking || !acts.has(act);
    const { tallies } = standing(said, me);
    for (const { emoji, button } of signs) {
      button.hidden = !picking || !emoji;
      button.ariaPressed = String(tallies.some((t) => t.mine && t.emoji === emoji));
    }
    find.hidden = !picking;
    place();
    stop(shown().find((b) => b.tabIndex === 0) ?? shown()[0]);
  }

  /** Brings the bar back into what can be seen of the log, from where its message has it. */
  function place() {
    bar.style.translate = "";
    const [at, frame] = [bar.getBoundingClientRect(), log.getBoundingClientRect()];
    const [x, y] = [Math.min(0, frame.right - inset - at.right), Math.max(0, frame.top + inset - at.top)];
    const most = (line()?.getBoundingClientRect().bottom ?? 0) - at.bottom;
    bar.style.translate = `${x || Math.max(0, frame.left + inset - at.left)}px ${Math.max(0, Math.min(y, most))}px`;
  }

  /** Shows the usual signs, or those with the name that is looked for. */
  function offer() {
    const name = find.value.replaceAll(":", "").trim();
    const found = name ? matching(name, usual.length).map((m) => m.emoji) : usual;
    signs.forEach((sign, i) => { sign.button.textContent = sign.emoji = found[i] ?? ""; });
    follow();
  }

  function leave() {
    if (busy()) log.focus({ preventScroll: true });
    bar.remove();
  }

  /** @param {Element | undefined} one where Tab stops */
  function stop(one) {
    for (const b of all) b.tabIndex = b === one ? 0 : -1;
  }

  /** @param {Element | null | undefined} to */
  function goTo(to) {
    const hold = to?.querySelector(".hold");
    if (!hold) return;
    if (bar.parentElement !== hold) {
      line()?.classList.remove("acting");
      const focused = busy() ? document.activeElement : undefined;
      if (picking) pick(false);
      hold.append(bar);
      if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
      else stop(undefined);
    }
    follow();
  }

  /** @param {boolean} on the bar shows what to react with */
  function pick(on) {
    const inside = busy();
    picking = on;
    bar.classList.toggle("picking", on);
    find.value = "";
    stop(undefined);
    for (const b of all) b.hidden = false; // or the focus has nowhere to go
    const to = on ? signs[0]?.button : buttons[0]?.button;
    stop(to);
    if (inside) to?.focus();
    offer();
  }

  /** @param {string} emoji */
  function mark(emoji) {
    const said = entry();
    if (!said?.id) return;
    const mine = standing(said, get().me).tallies.some((t) => t.mine && t.emoji === emoji);
    deeds.react(said.id, emoji, !mine);
    pick(false);
    rest();
  }

  /** What was tapped is done with. */
  function rest() {
    line()?.classList.remove("acting");
    if (picking) pick(false);
  }

  /** @param {Element} from @param {boolean} up */
  function neighbour(from, up) {
    let to = from;
    do {
      const next = up ? to.previousElementSibling : to.nextElementSibling;
      if (!next) return from;
      to = next;
    } while (!possible(get().entries.find((e) => e.id && `m-${e.id}` === to.id), get().me, 0).size);
    return to;
  }

  /** The last message that can be seen, which is where one begins. */
  function lastSeen() {
    const { bottom } = log.getBoundingClientRect();
    const last = [...rows.querySelectorAll("li[id]")].findLast((l) => l.getBoundingClientRect().top < bottom - 24);
    return last && possibleAt(last) ? last : last && neighbour(last, true);
  }

  /** @param {Element} at */
  const possibleAt = (at) => possible(get().entries.find((e) => e.id && `m-${e.id}` === at.id), get().me, 0).size > 0;

  bar.addEventListener("keydown", (event) => {
    if (event.target === find && event.key !== "Escape") {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (find.value && signs[0]?.emoji) mark(signs[0].emoji);
      return;
    }
    const items = shown();
    const i = items.findIndex((b) => b === event.target);
    const at = line();
    const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      const item = items.at(to % items.length);
      stop(item);
      item?.focus();
    } else if (event.key === "Escape") {
      if (picking) pick(false);
      else byId("text", HTMLTextAreaElement).focus();
    } else if (event.key === "ArrowDown" && picking) {
      find.focus();
    } else if (at && !picking && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      goTo(neighbour(at, event.key === "ArrowUp"));
      line()?.scrollIntoView({ block: "nearest" });
    } else return;
    event.preventDefault();
  });

  const lineOf = (/** @type {Event} */ { target }) => (target instanceof Element ? target.closest("li.message") : null);
  rows.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    bar.classList.toggle("near", lineOf(event) !== null);
    if (!busy() && !picking) goTo(lineOf(event));
  });
  rows.addEventListener("pointerleave", () => bar.classList.remove("near"));
  rows.addEventListener("focusin", (event) => { if (!busy()) goTo(lineOf(event)); });
  // From the log it is one step to the bar, past what stands in messages.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || rows.contains(document.activeElement)) return;
    goTo(lastSeen());
    if (event.shiftKey || document.activeElement !== log || !bar.isConnected) return;
    event.preventDefault();
    shown().find((b) => b.tabIndex === 0)?.focus({ preventScroll: true });
  });

  /** @param {Element} at @param {boolean} on */
  function act(at, on) {
    rest();
    goTo(at);
    at.classList.toggle("acting", on);
  }

  /** The message under a finger that is on nothing that does something else. */
  function below(/** @type {Event} */ event) {
    const finger = event instanceof PointerEvent && event.pointerType !== "mouse" && event.pointerType !== "";
    const plain = event.target instanceof Element && !event.target.closest("a, button, input");
    return finger && plain ? lineOf(event) : null;
  }

  longPresses(rows, below, (at) => act(at, true));
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && bar.contains(event.target)) return;
    const at = below(event);
    if (at) act(at, !at.classList.contains("acting"));
    else rest();
  });

  log.addEventListener("scroll", () => { if (bar.isConnected) place(); }, { passive: true });
  addEventListener("resize", () => { if (bar.isConnected) place(); });

  // This part may come after the pointer.
  const hovered = rows.querySelector("li.message:hover");
  bar.classList.toggle("near", hovered !== null);
  goTo(hovered);

  return (state, before) => {
    if (state.entries !== before.entries && bar.isConnected) follow();
  };
}
