// The browser plays scenes as Python does, on the same files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { draw, roll } from "../../socialapp/static/scenes/chance.js";
import { Machine, PlayError } from "../../socialapp/static/scenes/machine.js";
import { Play } from "../../socialapp/static/scenes/play.js";
import { SceneError } from "../../socialapp/static/scenes/scene.js";
import { check, evaluate } from "../scenes/agree.mjs";

const read = (name) => JSON.parse(
  readFileSync(new URL(`../scenes/${name}.json`, import.meta.url), "utf8"),
);
const features = () => read("features");

test("every expression has the value, or the refusal, that is written down", () => {
  const { declared, cases } = read("expressions");
  assert.ok(cases.length > 250);
  for (const written of cases) {
    assert.deepEqual(evaluate(written, declared), written.is ?? written.refused, written.text);
  }
});

test("dice fall as they are written down", () => {
  for (const { seed, bits, totals, state } of read("rolls")) {
    let now = seed;
    for (const expected of bits) {
      const [next, drawn] = draw(now);
      now = next;
      assert.equal(drawn, expected);
    }
    now = seed;
    for (const [i, [count, sides]] of [[1, 6], [2, 6], [20, 1000], [1, 2], [3, 7]].entries()) {
      const [next, total] = roll(now, count, sides);
      now = next;
      assert.equal(total, totals[i]);
    }
    assert.equal(now, state);
  }
});

for (const [i, { scene, plays }] of read("plays").entries()) {
  test(`scene ${i} is played as it is written down`, () => {
    const machine = new Machine(scene);
    for (const [j, written] of plays.entries()) check(machine, written, `play ${j}`);
  });
}

test("a position is never changed by what comes after it", () => {
  const play = new Play(new Machine(features()), { seed: 7 });
  const before = JSON.stringify(play.position);
  play.choose("in", 1).choose("drink").wait(30);
  assert.equal(JSON.stringify(play.position), before);
});

test("what leads nowhere is refused, with the place", () => {
  const broken = (change) => {
    const scene = features();
    change(scene);
    return () => new Machine(scene);
  };
  const at = (pointer) => (error) => error instanceof SceneError && error.pointer === pointer;
  assert.throws(broken((s) => { s.version = 2; }), at("/version"));
  assert.throws(broken((s) => { s.initial = "hall"; }), at("/initial"));
  assert.throws(
    broken((s) => { s.states.bag.choices[0].target = "nowhere"; }),
    at("/states/bag/choices/0/target"),
  );
  assert.throws(
    broken((s) => { s.states.bag.choices[0].guard = "constructor"; }),
    at("/states/bag/choices/0/guard"),
  );
  assert.throws(
    broken((s) => { s.states.house.entry[0].value = "0.5"; }),
    at("/states/house/entry/0/value"),
  );
  assert.throws(() => new Machine("{}"), at("/format"));
});

test("a seed, a clock and a choice that do not fit are refused", () => {
  const machine = new Machine(features());
  const code = (wanted) => (error) => error instanceof PlayError && error.code === wanted;
  assert.throws(() => machine.start(-1), code("unreadable"));
  assert.throws(() => machine.start(2 ** 32), code("unreadable"));
  assert.throws(() => machine.start(0, "toString"), code("unreadable"));
  assert.throws(() => machine.wait(machine.start(), NaN), code("clock"));
  assert.throws(() => machine.choose(machine.start(), "__proto__"), code("closed"));
});
