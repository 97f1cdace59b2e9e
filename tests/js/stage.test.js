// What the live stage computes is what the server computes: tests/rigs/stage.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { gapOf } from "../../socialapp/static/stage/cavity.js";
import {
  Grids, GridsError, floats, lidWeight, refined, weightsOf,
} from "../../socialapp/static/stage/grids.js";
import { blinkAt, idleFace, rehearsalFace } from "../../socialapp/static/stage/idle.js";
import {
  chain, eyeOf, mouthOf, place, stand, turnOf,
} from "../../socialapp/static/stage/layers-motion.js";
import { lidLines } from "../../socialapp/static/stage/lid-lines.js";
import { restingFace } from "../../socialapp/static/stage/motion.js";
import { grow } from "../../socialapp/static/stage/plate.js";
import { RigError, readRig } from "../../socialapp/static/stage/rig.js";
import { lab } from "../../socialapp/static/stage/lab.js";
import { convexHull, oldMouth } from "../../socialapp/static/stage/skin.js";
import { lineAt, linesOf } from "../../socialapp/static/stage/surtitle.js";
import { viewOf } from "../../socialapp/static/stage/view.js";

const STORED = JSON.parse(readFileSync(new URL("../rigs/stage.json", import.meta.url), "utf8"));
const near = (a, b, most = 1e-6, what = "") =>
  assert.ok(Math.abs(a - b) <= most, `${what}: ${a}, not ${b}`);
const blob = () => Uint8Array.from(Buffer.from(STORED.grids.blob, "base64")).buffer;

test("a clip's framing is the server's", () => {
  for (const { name, shape, rig, width, height, view } of STORED.framing) {
    const found = viewOf(rig, width / height, "close");
    [found.x, found.y, found.width, found.height].forEach((v, i) =>
      near(v, view[i], 1e-6, `${name} ${shape} [${i}]`),
    );
  }
  assert.equal(STORED.framing.length, 12);
});

test("a bust stands on the foot of the stage, a cover leaves nothing empty", () => {
  const { rig } = STORED.framing[0];
  const ratio = rig.height / rig.width;
  for (const aspect of [0.5, 0.8, 1.6]) {
    const bust = viewOf(rig, aspect, "bust");
    near(bust.y + bust.height, ratio);
    assert.ok(bust.width >= 1 - 1e-9 && bust.height >= ratio - 1e-9);
    const cover = viewOf(rig, aspect, "cover");
    near(cover.width / cover.height, aspect);
    assert.ok(cover.x >= 0 && cover.y >= 0);
    assert.ok(cover.x + cover.width <= 1 + 1e-9 && cover.y + cover.height <= ratio + 1e-9);
  }
});

test("layers turn as far as the server's", () => {
  for (const { face, turn } of STORED.turns) {
    turnOf(face).forEach((v, i) => near(v, turn[i], 1e-9));
  }
});

test("what the face does reaches the layers in the server's measure", () => {
  const { BROW_UP, CHEEK_REST, SQUINT, BODY_SWAY, JAW_OF } = STORED.constants;
  const rig = {
    anchors: { eye_left: [0.4, 0.4], eye_right: [0.6, 0.4] },
    pivot: [0.5, 1], rest_tilt: 0, gaze_travel: [0.015, 0.01],
  };
  const thing = (name, head = true) => ({ name, centre: [0.4, 0.3], depth: 0, head });
  const face = { ...restingFace(), brow_raise: 1, x: 0.1 };
  const stands = stand(rig, face);
  const brow = place(thing("brow-left"), stands, face).matrix;
  near(brow[5], -BROW_UP);
  near(place(thing("body", false), stands, face).matrix[2], 0.1 * 0.2 * 2.1 * BODY_SWAY);
  near(place(thing("cheeks"), stands, face).weight, CHEEK_REST);
  near(place(thing("cheeks"), stands, { ...face, smile: 1 }).weight, 1);
  const eye = eyeOf("eye-left", rig, { ...restingFace(), cheek: 1, gaze_x: -1, gaze_y: 1 });
  near(eye.lid, Math.round(SQUINT * 16) / 16);
  assert.deepEqual(eye.iris, [-0.015, -0.01]);
  assert.deepEqual(Object.keys(JAW_OF).sort(), [..."ABCDEFGHX"].sort());
});

test("a matrix chained with another does first the one, then the other", () => {
  const move = [1, 0, 2, 0, 1, 3];
  const turn = [0, -1, 0, 1, 0, 0];
  assert.deepEqual(chain(turn, move), [0, -1, -3, 1, 0, 2]);
});

test("a pressed mouth is the closed one, and easing shows one whole mouth at each end", () => {
  const sizes = Object.fromEntries([..."XABCDEFGH"].map((l, i) => [l, { width: 0.5, height: 0.1 + i / 50 }]));
  const face = { ...restingFace(), mouth: "D", mouth_from: "X", mouth_mix: 0.5 };
  assert.equal(mouthOf({ ...face, mouth_press: 0.9 }, sizes).second.letter, "A");
  const half = mouthOf(face, sizes);
  assert.deepEqual([half.first.letter, half.second.letter], ["X", "D"]);
  near(half.seen, 0.5);
  assert.equal(mouthOf({ ...face, mouth_mix: 0.1 }, sizes).seen, 0);
  assert.equal(mouthOf({ ...face, mouth_mix: 0.9 }, sizes).seen, 1);
  assert.equal(mouthOf({ ...face, mouth: "?" }, sizes).second.letter, "X");
});

test("every field has the server's weight", () => {
  for (const { face, speaking, flat } of STORED.weights) {
    const own = weightsOf(face);
    assert.deepEqual(Object.keys(own).sort(), Object.keys(speaking).sort());
    for (const [name, weight] of Object.entries(speaking)) near(own[name], weight, 1e-9, name);
    const drawn = weightsOf(face, true);
    for (const [name, weight] of Object.entries(flat)) near(drawn[name] ?? 0, weight, 1e-9, name);
  }
});

test("the grids file is read, and its sums are the server's", () => {
  const grids = new Grids(blob());
  near(grids.unit, 0.2);
  assert.equal(grids.face.columns, 4);
  for (const { face, layer, sum } of STORED.grids.sums) {
    const own = grids.sum(layer, face, grids.makeSum());
    sum.forEach((v, i) => near(own[i], v, 2e-4, `${layer} [${i}]`));
  }
});

test("a face at rest stands still, and a turned one follows only where it should", () => {
  const grids = new Grids(blob());
  const still = grids.lean(restingFace());
  const [x, y] = grids.moved([0.5, 0.5], null, still);
  near(x, 0.5, 1e-9);
  near(y, 0.5, 1e-9);
  grids.follow.fill(0);
  const turned = grids.lean({ ...restingFace(), yaw: 20, x: 0.2 });
  near(grids.moved([0.5, 0.5], null, turned)[0], 0.5, 1e-9);
  grids.follow.fill(1);
  assert.ok(grids.moved([0.5, 0.5], null, turned)[0] > 0.52);
});

test("what is no grids file is refused", () => {
  assert.throws(() => new Grids(new ArrayBuffer(16)), GridsError);
  const bytes = new Uint8Array(blob());
  assert.throws(() => new Grids(bytes.slice(0, bytes.length - 20).buffer), GridsError);
});

test("half-precision numbers are read exactly", () => {
  const read = [...floats(new Uint16Array([0x0000, 0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff]))];
  assert.deepEqual(read.slice(0, 3), [0, 1, -2]);
  near(read[3], 1 / 3, 1e-4);
  near(read[4], 2 ** -24, 1e-12);
  assert.equal(read[5], 65504);
});

test("lids close between 0 and 1", () => {
  assert.deepEqual([-0.4, 0.3, 2].map((v) => lidWeight("lid_left", { lid_left: v })), [0, 0.3, 1]);
});

test("a refined curve keeps its ends and its points", () => {
  const curve = refined([[0, 0], [1, 1], [2, 0]]);
  assert.equal(curve.length, 25);
  assert.deepEqual([curve[0], curve[12], curve[24]], [[0, 0], [1, 1], [2, 0]]);
});

test("the gap between lips is measured down the face", () => {
  near(gapOf([[0, 0], [1, 0]], [[0, 0.1], [1, 0.3]], [0, 1]), 0.3);
});

test("idling blinks 8 to 30 times a minute and never for long", () => {
  for (const seed of [0, 1, 7]) {
    let blinks = 0;
    let shut = false;
    for (let t = 0; t < 120; t += 0.01) {
      const now = blinkAt(t, seed) > 0.5;
      if (now && !shut) blinks += 1;
      shut = now;
    }
    assert.ok(blinks / 2 >= 8 && blinks / 2 <= 30, `${blinks / 2} a minute`);
  }
  assert.equal(idleFace(1).jaw_open, undefined);
});

test("a rehearsal opens the mouth and ends shut", () => {
  assert.ok(rehearsalFace(0.475).jaw_open > 0.8);
  assert.deepEqual(rehearsalFace(5), {});
  assert.deepEqual(rehearsalFace(-Infinity), {});
});

test("lines end with a sentence, at a pause, or where they are full", () => {
  const say = (text, at, until) => ({ text, at, until });
  const words = [
    say("Good", 0, 0.3), say("evening,", 0.3, 0.7), say("everybody", 0.8, 1.2), say("here.", 1.2, 1.5),
    say("Sit", 1.6, 1.8), say("down", 3, 3.2),
  ];
  const lines = linesOf(words);
  assert.deepEqual(lines.map((l) => l.map((w) => w.text).join(" ")), [
    "Good evening, everybody here.", "Sit", "down",
  ]);
  assert.equal(lineAt(lines, 0.5).word, 1);
  assert.equal(lineAt(lines, 1.9).word, -1);
  assert.equal(lineAt(lines, 1.9).line[0].text, "Sit");
  assert.equal(lineAt(lines, -1), null);
  assert.equal(lineAt(lines, 9), null);
});

test("a hole is filled with the colours around it", () => {
  const [width, height] = [16, 16];
  const rgba = new Uint8ClampedArray(width * height * 4).fill(200);
  const known = new Uint8Array(width * height).fill(1);
  for (let i = 0; i < 40; i++) {
    known[100 + i] = 0;
    rgba.set([0, 0, 0, 255], 4 * (100 + i));
  }
  for (const v of grow(rgba, known, width, height)) near(v, 200, 0.5);
});

test("an old mouth is what stands out and touches the lips", () => {
  const [width, height] = [80, 60];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const paint = (x, y, colour) => data.set([...colour, 255], 4 * (y * width + x));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) paint(x, y, [230, 180, 150]);
  for (let x = 30; x < 56; x++) for (const y of [30, 31]) paint(x, y, [60, 20, 20]);
  for (let x = 30; x < 50; x++) paint(x, 8, [60, 20, 20]);
  const lips = [[32, 29], [48, 29], [48, 33], [32, 33]];
  const { mask } = oldMouth({ data, width, height }, lips, 80, [220, 180, 150]);
  assert.equal(mask[30 * width + 40], 1);
  assert.equal(mask[30 * width + 54], 1, "the part that reaches beyond the lips");
  assert.equal(mask[8 * width + 40], 0, "the line that does not touch them");
});

test("Lab and hulls", () => {
  near(lab(255, 255, 255)[0], 100, 0.01);
  near(Math.hypot(...lab(128, 128, 128).slice(1)), 0, 0.05);
  assert.equal(convexHull([[0, 0], [2, 0], [2, 2], [0, 2], [1, 1]]).length, 4);
});

test("a lid's lines lie where its drawing ends and the white ends", () => {
  const alpha = (last) => ({ width: 40, height: 50, solid: (x, y) => x > 4 && x < 35 && y >= 10 && y <= last });
  const lines = lidLines(alpha(20), alpha(40));
  near(lines[2 * 20], 20 / 50, 1e-6);
  near(lines[2 * 20 + 1], 40 / 50, 1e-6);
  assert.equal(lidLines(alpha(20), { ...alpha(40), solid: () => false }), null);
});

test("what is no rig is refused", () => {
  const good = { format: "rig", version: 1, width: 2, height: 2, style: "photo", layers: [] };
  assert.equal(readRig(good).style, "photo");
  for (const odd of [null, 3, { ...good, version: 2 }, { ...good, width: 0 }, { ...good, style: "x" }]) {
    assert.throws(() => readRig(odd), RigError);
  }
  assert.throws(() => readRig({ ...good, style: "layers" }), RigError);
});
