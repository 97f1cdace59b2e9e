// What a browser sees of eyes, moustaches and turned mouths, on pictures made of a few shapes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../../socialapp/static/stage/eyes.js";
import { skullOf } from "../../socialapp/static/stage/features.js";
import { closed, dilated, eroded, filledPolygon, hanging, opened } from "../../socialapp/static/stage/masks.js";
import { SIDE } from "../../socialapp/static/stage/square.js";

const SKIN = [205, 160, 130];
const HAIR = [60, 40, 28];
const WIDE = 300;

/** @param {(x: number, y: number) => number[]} colour */
function drawn(colour) {
  const data = new Uint8ClampedArray(4 * WIDE * WIDE);
  for (let y = 0; y < WIDE; y++) {
    for (let x = 0; x < WIDE; x++) data.set([...colour(x, y), 255], 4 * (y * WIDE + x));
  }
  return { data, width: WIDE, height: WIDE };
}

const EYES = [[90, 150], [210, 150]];

/** Two white eyes, 30 to each side and 16 up and down, with a dark line above. */
function face(x, y) {
  for (const [cx, cy] of EYES) {
    const at = ((x - cx) / 30) ** 2 + ((y - cy) / 16) ** 2;
    if (at < 1) return Math.hypot(x - cx, y - cy) < 11 ? [70, 90, 120] : [250, 250, 245];
    if (at < 1.35 && y < cy) return [30, 22, 20];
  }
  return SKIN;
}

/** Lids as a network sees them that knows smaller eyes: 24 by 10. */
const lids = EYES.map(([cx, cy]) => {
  const curve = (sign) =>
    Array.from({ length: 25 }, (_, i) => {
      const turn = Math.PI * (1 - i / 24);
      return [cx + 24 * Math.cos(turn), cy - sign * 10 * Math.sin(turn)];
    });
  return { upper: curve(1), lower: curve(-1) };
});

test("a lid reaches over all of a painted eye, and begins above its line", () => {
  const eyes = look(drawn(face), lids, { style: "paint", skin: SKIN });
  eyes.forEach((eye, n) => {
    const [cx, cy] = EYES[n];
    assert.ok(eye.lower[12][1] > cy + 13, `${eye.lower[12][1]}`);
    assert.ok(eye.line[12][1] - eye.rise[12] < cy - 18, `${eye.rise[12]}`);
    assert.ok(eye.line[0][0] < cx - 26 && eye.line[24][0] > cx + 26);
    // In the corners the line goes on to where the lid begins.
    for (const colour of [...eye.skin.slice(6, 19), ...eye.seam.slice(6, 19)]) {
      assert.ok(colour.every((v, c) => Math.abs(v - SKIN[c]) < 16), `${colour}`);
    }
    assert.equal(eye.before, null);
  });
});

test("a photograph's eye is as large as it was seen", () => {
  const [left] = look(drawn(face), lids, { style: "photo", skin: SKIN });
  assert.ok(Math.abs(left.lower[12][1] - lids[0].lower[12][1]) < 0.01);
});

test("hair that hangs over one eye hides its lid, and only that", () => {
  const picture = drawn((x, y) => (x < 130 - 0.3 * y ? HAIR : face(x, y)));
  const [left, right] = look(picture, lids, { style: "paint", skin: SKIN });
  assert.equal(right.before, null);
  assert.ok(left.before);
  const seen = (u, v) => left.before[Math.round((v + 1) * 64) * SIDE + Math.round((u + 1) * 64)];
  assert.ok(seen(-0.35, 0) > 0.9);
  assert.ok(seen(0.35, 0) < 0.1);
});

test("the middle line of a turned mouth lies on its far side", () => {
  const grids = (x) => ({
    mouth: { centre: [0.5, 0.6], half_width: 0.1, teeth: 0.01 },
    axis: [1, 0],
    lips: { upper: [[0.4, 0.6], [x, 0.59], [0.6, 0.6]], lower: [] },
  });
  assert.deepEqual(skullOf(grids(0.503))[1], [0.5, 0.6]);
  assert.ok(Math.abs(skullOf(grids(0.53))[1][0] - 0.53) < 1e-9);
  assert.ok(Math.abs(skullOf(grids(0.59))[1][0] - 0.55) < 1e-9);
});

test("brushes grow, shrink and part what they should", () => {
  const size = { width: 24, height: 16 };
  const shape = filledPolygon([[4, 4], [12, 4], [12, 12], [4, 12]], size);
  assert.equal(shape.reduce((a, b) => a + b), 81);
  const count = (mask) => mask.reduce((a, b) => a + b, 0);
  assert.equal(count(eroded(shape, size, 3)), 81 - count(shape.map((v, i) =>
    Number(v && [1, -1, 24, -24].some((d) => !shape[i + d])))));
  assert.ok(count(dilated(shape, size, 5)) > 81);
  assert.equal(count(dilated(shape, size, 1)), 81);
  const bridged = Uint8Array.from(shape);
  for (let x = 12; x < 20; x++) bridged[8 * 24 + x] = 1;
  for (let y = 6; y < 12; y++) bridged.fill(1, y * 24 + 18, y * 24 + 23);
  const parted = opened(bridged, size, 5);
  assert.equal(parted[8 * 24 + 15], 0);
  assert.equal(hanging(parted, shape, size)[8 * 24 + 20], 0);
  assert.equal(hanging(bridged, shape, size)[8 * 24 + 20], 1);
  assert.equal(closed(opened(bridged, size, 5), size, 13)[8 * 24 + 15], 1);
});
