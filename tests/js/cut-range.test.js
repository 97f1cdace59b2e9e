import assert from "node:assert/strict";
import test from "node:test";
import { moved, snapped, suggested, wordsIn } from "../../socialapp/static/app/cut-range.js";

const LIMITS = { least: 15, most: 60, from: 0, to: 100 };
const LINES = [
  { line: 1, seat: "a", at: 2, seconds: 4, text: "One." },
  { line: 2, seat: "b", at: 71, seconds: 5, text: "Two." },
  { line: 3, seat: "a", at: 80, seconds: 10, text: "Three." },
];

test("an end that comes too near pushes the other along", () => {
  assert.deepEqual(moved({ start: 20, end: 40 }, "start", 30, LIMITS), { start: 30, end: 45 });
  assert.deepEqual(moved({ start: 20, end: 40 }, "end", 30, LIMITS), { start: 15, end: 30 });
});

test("an end that goes too far pulls the other", () => {
  assert.deepEqual(moved({ start: 30, end: 80 }, "start", 10, LIMITS), { start: 10, end: 70 });
  assert.deepEqual(moved({ start: 10, end: 60 }, "end", 95, LIMITS), { start: 35, end: 95 });
});

test("nothing leaves the show, whatever is asked", () => {
  for (const what of /** @type {const} */ (["start", "end", "both"])) {
    for (let to = -50; to <= 150; to += 7) {
      const { start, end } = moved({ start: 40, end: 70 }, what, to, LIMITS);
      assert.ok(start >= 0 && end <= 100, `${what} ${to}`);
      assert.ok(end - start >= 15 && end - start <= 60, `${what} ${to}: ${start} to ${end}`);
    }
  }
});

test("both move together and keep their length", () => {
  assert.deepEqual(moved({ start: 20, end: 45 }, "both", 90, LIMITS), { start: 75, end: 100 });
});

test("of a show that is shorter than the shortest clip all is chosen", () => {
  const short = { ...LIMITS, to: 8.4 };
  assert.deepEqual(moved({ start: 0, end: 8.4 }, "start", 5, short), { start: 0, end: 8.4 });
});

test("the last half minute is suggested, from the beginning of a line", () => {
  assert.deepEqual(suggested(LINES, LIMITS), { start: 70.8, end: 100 });
  assert.deepEqual(suggested([], LIMITS), { start: 70, end: 100 });
});

test("the edge of a line that is near attracts", () => {
  assert.equal(snapped(71.2, LINES, 0.5), 70.9);
  assert.equal(snapped(73, LINES, 0.5), 73);
  assert.equal(snapped(76, LINES, 0.5), 76.1);
});

test("words of lines that are heard in part are known as such", () => {
  assert.deepEqual(wordsIn(LINES, { start: 74, end: 95 }), [
    { seat: "b", text: "Two.", whole: false },
    { seat: "a", text: "Three.", whole: true },
  ]);
});
