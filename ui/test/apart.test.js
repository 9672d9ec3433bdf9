// Who looks like whom.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hue, look, meet, tag } from "../static/js/state/people.js";
import { start } from "../static/js/state/state.js";

for (const [a, b] of [["Ann", "ann"], ["Ann", "Аnn"], ["Ann", "𝕬𝖓𝖓"], ["Ann", "A n\u200dn"], ["Bill", "BiIl"], ["Zoe", "Zo\u0308e\u0301"], ["Bob", "B0b"]]) {
  test(`${a} looks like ${b}`, () => assert.equal(look(a ?? ""), look(b ?? "")));
}

test("others do not", () => assert.notEqual(look("Ann"), look("Anna")));

test("the second with a look is told apart, whoever asks again", () => {
  assert.equal(tag({ id: "aaaa1111", name: "Dee" }), "");
  assert.equal(tag({ id: "bbbb2222", name: "dee" }), "2222");
  assert.equal(tag({ id: "aaaa1111", name: "Dee" }), "");
  assert.equal(tag({ id: "bbbb2222", name: "Somebody else" }), "");
});

test("ten people have ten colours, and keep them", () => {
  const ids = Array.from({ length: 10 }, (_, i) => `person-${i}`);
  const colours = ids.map(hue);
  assert.equal(new Set(colours).size, 10);
  assert.ok(Number.isInteger(hue("one more")), "and the eleventh shares one");
  assert.deepEqual(ids.map(hue), colours);
});

test("whoever a page meets first has the same colour on every page", async () => {
  const people = Array.from({ length: 8 }, (_, i) => ({ id: `guest-${i * 7919}`, name: `Guest ${i}` }));
  const colours = await Promise.all([people, people.toReversed()].map(async (order, page) => {
    const { hue, meet } = await import(`../static/js/state/people.js?${page}`);
    const state = start({ id: "me", name: "Me" });
    meet({ ...state, people: order, connection: "joined" }, state);
    return people.map(({ id }) => hue(id));
  }));
  assert.deepEqual(colours[0], colours[1]);
});

test("who is here comes before who only wrote", () => {
  const [me, bo] = [{ id: "cccc3333", name: "Eve" }, { id: "dddd4444", name: "Finn" }];
  const state = start(me);
  meet({ ...state, people: [bo, me], connection: "joined" }, state);
  assert.equal(tag({ id: "eeee5555", name: "eve" }), "5555");
  assert.equal(tag({ id: "ffff6666", name: "finn" }), "6666");
  assert.equal(tag(me), "");
});
