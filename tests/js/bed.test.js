// Music on the live stage is mixed as in the film: avatarfx.bed.
import assert from "node:assert/strict";
import { test } from "node:test";

import { bedUrl, lay, turn } from "../../socialapp/static/stage/bed.js";
import { readPerformance } from "../../socialapp/static/stage/performance.js";

test("the end of a file is faded over into its beginning", () => {
  const rate = 100;
  const file = Float32Array.from({ length: 125 }, (_, i) => i);
  const once = turn(file, rate);
  assert.equal(once.length, 100);
  assert.equal(once[0], 100, "goes on where the end was");
  assert.equal(once[24], 24, "and is the beginning a quarter second later");
  assert.equal(once[60], 60);
});

test("gain lies on straight lines and the music goes round", () => {
  const out = new Float32Array(40);
  const bed = { name: "x", start: 0.05, levels: [{ at: 0, gain: 0 }, { at: 1, gain: 1 }, { at: 2, gain: 1 }] };
  lay(out, Float32Array.from([1, 2, 3, 4]), bed, 10);
  assert.ok(Math.abs(out[5] - 0.5 * 3) < 1e-6, String(out[5]));
  assert.equal(out[20], 2, "first key after the start is one sample on");
  assert.equal(out[39], 1);
});

test("a performance with music is read, and one without says nothing of it", () => {
  const plain = { format: "performance", version: 1, seconds: 1, parts: [] };
  assert.ok(!("bed" in readPerformance(plain)));
  const bed = { name: "matinee", levels: [{ at: 0, gain: 0.5 }] };
  assert.deepEqual(readPerformance({ ...plain, bed }).bed, { ...bed, start: 0 });
  assert.throws(() => readPerformance({ ...plain, bed: { ...bed, loud: 1 } }));
  assert.match(bedUrl("../x"), /beds\/\.\.%2Fx\.webm$/);
});
