import assert from "node:assert/strict";
import test from "node:test";
import { Wheel } from "../../socialapp/static/app/wheel.js";

/** @returns {number[]} the steps of these [milliseconds since the last, pixels] */
function steps(turns) {
  const wheel = new Wheel();
  let at = 1000;
  return turns.map(([after, delta]) => wheel.turn(delta, (at += after))).filter(Boolean);
}

/** A flick on a trackpad: a quick start that runs out over more than a second. */
const flick = (size, way = 1) =>
  Array.from({ length: 80 }, (_, n) => [16, way * size * 0.94 ** n]).filter(
    ([, delta]) => Math.abs(delta) >= 1,
  );

test("one notch of a wheel is one step", () => {
  assert.deepEqual(steps([[0, 100]]), [1]);
  assert.deepEqual(steps([[0, -120]]), [-1]);
});

test("two notches with a pause between them are two steps", () => {
  assert.deepEqual(steps([[0, 100], [300, 100], [300, 100]]), [1, 1, 1]);
});

test("a flick is one step, however long it runs out", () => {
  assert.deepEqual(steps(flick(90)), [1]);
  assert.deepEqual(steps(flick(12)), [1]);
  assert.deepEqual(steps(flick(300, -1)), [-1]);
});

test("a second flick while the first runs out is a second step", () => {
  assert.deepEqual(steps([...flick(90).slice(0, 40), ...flick(90)]), [1, 1]);
});

test("turning back counts at once", () => {
  assert.deepEqual(steps([...flick(90).slice(0, 10), ...flick(90, -1)]), [1, -1]);
});

test("a finger that rests moves nothing", () => {
  assert.deepEqual(steps([[0, 1], [16, 2], [16, -1], [16, 1]]), []);
});
