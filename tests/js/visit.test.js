import assert from "node:assert/strict";
import { test } from "node:test";

import { GAP, HOUR, due, seen, words } from "../../socialapp/static/app/visit-clock.js";

/** Looks every quarter of a minute for so many seconds; the moments that were told. */
function stay(seconds, teen = false) {
  let visit = seen(null, 0);
  const told = [];
  for (let now = 15; now <= seconds; now += 15) {
    visit = seen(visit, now);
    const moment = due(visit, teen);
    if (moment) {
      told.push(moment);
      visit = { ...visit, told: moment };
    }
  }
  return told;
}

test("an hour is told once, and three", () => {
  assert.deepEqual(stay(HOUR - 15), []);
  assert.deepEqual(stay(2 * HOUR), [HOUR]);
  assert.deepEqual(stay(10 * HOUR), [HOUR, 3 * HOUR]);
});

test("people under 18 are told every three hours", () => {
  assert.deepEqual(stay(9 * HOUR, true), [HOUR, 3 * HOUR, 6 * HOUR, 9 * HOUR]);
});

test("who was away for half an hour begins anew", () => {
  const visit = { seconds: HOUR - 1, seen: 1000, told: 0 };
  assert.equal(seen(visit, 1000 + GAP + 1).seconds, 0);
  assert.ok(seen(visit, 1000 + GAP).seconds > HOUR - 1);
});

test("a laptop that slept was not watched", () => {
  assert.equal(seen({ seconds: 10, seen: 0, told: 0 }, 20 * 60).seconds, 70);
});

test("a clock that was set back begins anew", () => {
  assert.deepEqual(seen({ seconds: 10, seen: 500, told: 0 }, 400), {
    seconds: 0, seen: 400, told: 0,
  });
});

test("the words name the hours, and for the young that it is AI", () => {
  assert.equal(words(HOUR, true), "You have been here an hour. The characters will keep.");
  assert.match(words(3 * HOUR, false), /three hours\. The characters will keep/);
  assert.match(words(6 * HOUR, true), /6 hours\. Everyone on this stage is made with AI/);
});
