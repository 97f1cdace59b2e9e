// Two or three on one stage stand where the server puts them: tests/rigs/ensemble.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { frameOf, seenAt, shotsOf, viewUnder } from "../../socialapp/static/stage/framing.js";
import { restingFace } from "../../socialapp/static/stage/motion.js";
import {
  arrange, mirrored, moved, standings, withInFront,
} from "../../socialapp/static/stage/placing.js";

const STORED = JSON.parse(readFileSync(new URL("../rigs/ensemble.json", import.meta.url), "utf8"));
const near = (a, b, what) => assert.ok(Math.abs(a - b) <= 1e-6, `${what}: ${a}, not ${b}`);

for (const one of STORED) {
  test(`${one.name} in ${one.frame.shape} is laid out and filmed as by the server`, () => {
    const cast = Object.entries(one.rigs).map(([seat, rig]) => ({
      seat, rig, groundless: rig.style === "layers",
    }));
    const { placed, order } = arrange(cast, one.places, one.frame, one.background);
    assert.deepEqual(order, one.order);
    const how = standings(cast, one.background);
    for (const [seat, cutOut] of Object.entries(one.cut_out)) {
      assert.equal(how[seat] === "cut-out", cutOut, seat);
      const { x, y, scale } = placed[seat];
      [x, y, scale].forEach((v, i) => near(v, one.placed[seat][i], `${seat} [${i}]`));
    }
    const shots = shotsOf(one.camera, placed, one.frame);
    for (const { at, on, hides, views } of one.seen) {
      const found = seenAt(shots, at);
      assert.equal(found.on, on, `at ${at}`);
      assert.deepEqual(found.hides, hides, `hidden at ${at}`);
      for (const [seat, [x, y, width, height]] of Object.entries(views)) {
        const view = viewUnder(placed[seat], found.box);
        // A mirrored view is told by a negative width from its other side.
        near(Math.min(view.x, view.x + view.width), x, `${seat} x at ${at}`);
        near(view.y, y, `${seat} y at ${at}`);
        near(Math.abs(view.width), width, `${seat} width at ${at}`);
        near(view.height, height, `${seat} height at ${at}`);
        assert.equal(view.width < 0, placed[seat].mirrored);
      }
    }
  });
}

test("there are vectors for one, two and three", () => {
  assert.deepEqual(new Set(STORED.map((one) => one.order.length)), new Set([1, 2, 3]));
});

test("a canvas with the shape of a clip has the clip's frame", () => {
  assert.deepEqual(frameOf(512 / 912), { shape: "9:16", width: 512, height: 912 });
  assert.deepEqual(frameOf(1), { shape: "1:1", width: 512, height: 512 });
});

test("whom the camera looks at stands in front", () => {
  assert.deepEqual(withInFront(["b", "a"], "b"), ["a", "b"]);
  assert.deepEqual(withInFront(["b", "a"], ""), ["b", "a"]);
});

test("a mirrored face still turns to the viewer's right", () => {
  const face = mirrored({ ...restingFace(), yaw: 5, roll: 2, gaze_x: 0.5, lid_left: 1, lid_right: 0 });
  assert.deepEqual([face.yaw, face.roll, face.gaze_x, face.lid_left, face.lid_right], [-5, -2, -0.5, 0, 1]);
});

test("places for one shape of frame are scaled to another as the server would choose them", () => {
  const tall = { a: { x: 0.25, y: 0.5, scale: 0.5, facing: 1 }, b: { x: 0.75, y: 0.5, scale: 0.5, facing: 1 } };
  near(moved(tall, "9:16", "16:9").a.scale, 0.85, "a");
  near(moved(tall, "9:16", "1:1").b.scale, 0.6, "b");
  assert.equal(moved(tall, "9:16", "9:16"), tall);
  assert.equal(moved(tall, "", "16:9"), tall);
});
