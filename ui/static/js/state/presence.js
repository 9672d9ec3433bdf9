// Who is here and who is typing. Pure.

/** @import {Person} from "../wire/events.js" */

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
