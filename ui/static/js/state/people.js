// The people of a room: who is here and who is typing, and how they are told
// apart: by a colour, and those whose names look alike by the end of their id, of
// whom the first keeps the name bare. Pure but for whom it met first.

/** @import {Person} from "../wire/events.js" */
/** @import {State} from "./state.js" */

/** @typedef {Map<string, {person: Person, until: number}>} Typing by person */

/** How long a typist is shown without news, in milliseconds. */
export const typingFor = 6000;

/**
 * @param {Typing} typing
 * @param {Person} person
 * @param {number} at
 */
export const typist = (typing, person, at) => new Map(typing).set(person.id, { person, until: at + typingFor });

/**
 * @param {Typing} typing
 * @param {string} id of somebody who stopped
 * @returns {Typing}
 */
export function quiet(typing, id) {
  return typing.has(id) ? new Map([...typing].filter(([other]) => other !== id)) : typing;
}

/**
 * @param {Typing} typing
 * @param {number} now
 * @returns {Typing}
 */
export function stillTyping(typing, now) {
  const left = [...typing].filter(([, t]) => t.until > now);
  return left.length < typing.size ? new Map(left) : typing;
}

/**
 * @param {Person[]} people
 * @param {Person} person
 */
export const withPerson = (people, person) => [...people.filter((p) => p.id !== person.id), person];

/**
 * @param {Person[]} people
 * @param {string} id
 */
export const find = (people, id) => people.find((p) => p.id === id);

/** Letters of other scripts, each before the one it passes for. */
const twins = "аaеeоoрpсcуyхxіiјjѕsкkмmтtвbнhαaοoρpνvιiκkτtυuχxβb0o1l|lıi";

/** @param {string} name */
export function look(name) {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[\p{M}\p{C}\p{Z}]/gu, "");
  return plain.replace(/./gu, (c) => {
    const i = twins.indexOf(c);
    return i < 0 || i % 2 ? c : twins.charAt(i + 1);
  }).replaceAll("i", "l");
}

/** @type {Map<string, string>} */
const owners = new Map();

/** @param {{id: string, name: string}} person */
export function tag({ id, name }) {
  const key = look(name);
  if (!owners.has(key)) owners.set(key, id);
  return owners.get(key) === id ? "" : id.slice(-4);
}

/**
 * Who is here is told apart before who only wrote, and oneself first of all: so
 * nobody who left a message takes the bare name from its owner. Those whom a page
 * meets first get their colours in the order of their ids, so that they have the
 * same on every page and after a reload.
 *
 * @param {Pick<State, "me" | "people" | "entries" | "connection">} state
 * @param {Pick<State, "me" | "people" | "connection">} before
 */
export function meet({ me, people, entries, connection }, before) {
  if (people === before.people && me === before.me && connection === before.connection) return;
  for (const person of [me, ...people]) tag(person);
  if (connection === "connecting") return; // Nobody knows yet who is here.
  const writers = entries.flatMap((e) => (e.kind === "message" ? e.sender : []));
  for (const id of [...people, ...writers].map((p) => p.id).sort()) hue(id);
}

const hues = 10;

/** @type {Map<string, number>} */
const colours = new Map();

/**
 * One of the palette's colours, the same for a person after a change of name
 * and nearly always in another room: it is made of the id, but if somebody has
 * it already, the next free one is taken. Beyond ten people some share.
 *
 * @param {string} id
 */
export function hue(id) {
  const known = colours.get(id);
  if (known !== undefined) return known;
  let found = 0;
  for (const c of id) found = (found * 31 + c.charCodeAt(0)) % 9973;
  found %= hues;
  const taken = new Set(colours.values());
  // Three steps on the wheel: neighbours look most alike.
  for (let tries = 0; tries < hues && taken.has(found); tries++) found = (found + 3) % hues;
  colours.set(id, found);
  return found;
}
