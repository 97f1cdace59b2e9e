// The browser's twin gives the same faces as the Python side, on the same files.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { faceTrack, opening, restingFace } from "../../socialapp/static/stage/motion.js";
import { cameraAt, captionAt, readPerformance } from "../../socialapp/static/stage/performance.js";

const FOLDER = new URL("../performances/", import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
const load = (name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));

test("there are vectors", () => assert.ok(FILES.length >= 5));

for (const name of FILES) {
  test(`${name} gives the stored faces within 1e-6`, () => {
    const { performance, faces } = load(name);
    for (const part of readPerformance(performance).parts) {
      const track = faceTrack(part);
      assert.ok(faces[part.seat].length > 0);
      for (const sample of faces[part.seat]) {
        const face = track.at(sample.at);
        assert.deepEqual(Object.keys(face).sort(), Object.keys(sample.face).sort());
        for (const [key, expected] of Object.entries(sample.face)) {
          const where = `${part.seat} ${key} at ${sample.at}: ${face[key]}, not ${expected}`;
          if (typeof expected === "number") assert.ok(Math.abs(face[key] - expected) < 1e-6, where);
          else assert.equal(face[key], expected, where);
        }
        assert.ok(Math.abs(opening(face) - sample.opening) < 1e-6);
      }
    }
  });
}

test("a split frame is read with a stage for each of its panels", () => {
  const { performance } = load("bare.json");
  assert.ok(!("panels" in readPerformance(performance).stage));
  const panels = [
    { seats: ["a"], background: "velvet", places: { a: { x: 0.4 } }, camera: [{ at: 0 }] },
    { seats: ["b"] },
  ];
  const [first, last] = readPerformance({
    ...performance,
    stage: { ...performance.stage, panels },
  }).stage.panels;
  assert.deepEqual(first.places.a, { x: 0.4, y: 0.5, scale: 1, facing: 1 });
  assert.deepEqual(first.camera, [{ at: 0, on: "all", zoom: 1, ease: 0 }]);
  assert.deepEqual(last, { seats: ["b"], background: "", places: {}, camera: [] });
  const odd = { ...performance.stage, panels: [{ seats: [], odd: 1 }] };
  assert.throws(() => readPerformance({ ...performance, stage: odd }), /unknown odd/);
});

test("an unknown version, an unknown key and a missing key are refused", () => {
  const { performance } = load("bare.json");
  assert.throws(() => readPerformance({ ...performance, version: 2 }), /version 1/);
  assert.throws(() => readPerformance({ ...performance, odd: 1 }), /unknown odd/);
  assert.throws(() => readPerformance({ ...performance, parts: [{}] }), /missing seat/);
  assert.throws(() => readPerformance(null), /version 1/);
});

test("a resting face is shut and looks ahead", () => {
  const face = restingFace();
  assert.equal(face.jaw_open, 0);
  assert.equal(face.mouth, "X");
  assert.equal(face.gaze_x, 0);
});

test("the word being said is found, and silence has none", () => {
  const part = readPerformance(load("moods.json").performance).parts[0];
  assert.equal(captionAt(part, 0.1), null);
  assert.equal(captionAt(part, 0.5)?.caption.text, "Oh");
  assert.equal(captionAt(part, 0.95), null);
});

test("a camera key without easing is a cut, with easing a move", () => {
  const camera = [
    { at: 0, on: "a", zoom: 1, ease: 0 },
    { at: 1, on: "b", zoom: 1, ease: 0 },
    { at: 2, on: "all", zoom: 1, ease: 0.5 },
  ];
  const stage = { background: "", shape: "1:1", places: {}, camera };
  assert.equal(cameraAt(stage, 0.5).to.on, "a");
  assert.equal(cameraAt(stage, 1).mix, 1);
  assert.equal(cameraAt(stage, 1).to.on, "b");
  assert.ok(Math.abs(cameraAt(stage, 2.25).mix - 0.5) < 1e-9);
});
