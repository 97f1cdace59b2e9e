import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, compact, counts } from "../../socialapp/static/app/watch.js";

test("two seconds are a view, or half of a shorter clip", () => {
  assert.equal(counts(1.9, 30), false);
  assert.equal(counts(2, 30), true);
  assert.equal(counts(0.9, 2), false);
  assert.equal(counts(1, 2), true);
  assert.equal(counts(5, Number.NaN), false);
});

test("times and counts read as the server prints them", () => {
  assert.deepEqual([0, 9.9, 64, Number.NaN].map(clock), ["0:00", "0:09", "1:04", "0:00"]);
  assert.deepEqual(
    [0, 4812, 9999, 12_900, 999_999, 1_000_000, 1_250_000].map(compact),
    ["0", "4,812", "9,999", "12k", "999k", "1M", "1.2M"],
  );
});
