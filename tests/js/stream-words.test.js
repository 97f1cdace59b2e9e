// What the page of a stream counts and says.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  closing, countdown, percentages, refusal, worded,
} from "../../socialapp/static/app/stream-words.js";

test("votes are whole percentages that add up", () => {
  assert.deepEqual(percentages([1, 1, 1]), [34, 33, 33]);
  assert.deepEqual(percentages([2, 1]), [67, 33]);
  assert.deepEqual(percentages([0, 0]), [0, 0]);
  assert.deepEqual(percentages([]), []);
  for (const votes of [[7, 3, 11, 2], [1, 999], [5, 5, 5, 5, 5, 5, 5]]) {
    assert.equal(percentages(votes).reduce((sum, share) => sum + share), 100);
  }
});

test("a countdown is as exact as one needs it", () => {
  assert.equal(countdown(3 * 86_400 + 5), "Begins in 3 days.");
  assert.equal(countdown(47 * 3600), "Begins in 47 hours.");
  assert.equal(countdown(3600 + 60), "Begins in 1 hour 1 minute.");
  assert.equal(countdown(2 * 3600 + 5 * 60 + 59), "Begins in 2 hours 5 minutes.");
  assert.equal(countdown(249.7), "Begins in 4:09.");
  assert.match(countdown(0), /any moment/);
  assert.match(countdown(-500), /any moment/);
});

test("a refusal is read from a socket, a request or nothing at all", () => {
  const slow = { code: "too-much", detail: "Wait 4 seconds." };
  assert.deepEqual(refusal(slow), slow);
  assert.deepEqual(refusal({ status: 429, data: slow, message: "other" }), slow);
  assert.equal(refusal(new TypeError("Failed to fetch")).code, "lost");
  assert.match(refusal(null).detail, /Try again/);
});

test("only those who are sent out for good are told so", () => {
  assert.match(closing(4404).title, /not open any more/);
  assert.match(closing(4401).title, /signed out/);
  for (const code of [1000, 1012, 4408, 4429, 4503]) assert.equal(closing(code), null);
});

test("the host reads who words the lines, and why it changed", () => {
  assert.equal(worded({ engine: "local", note: "" }), "The language model on this machine words their lines.");
  assert.equal(
    worded({ engine: "authored", note: "The endpoint did not answer." }),
    "They say what was written for them. The endpoint did not answer.",
  );
  assert.equal(worded({ engine: "new", note: "" }), "new words their lines.");
  assert.equal(worded(undefined), "");
  assert.equal(worded({ engine: "", note: "" }), "");
});
