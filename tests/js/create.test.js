import assert from "node:assert/strict";
import { test } from "node:test";

import { cardObjection, objection } from "../../socialapp/static/app/objection.js";
import { carried, cropOf, crossPath, guess, mouthPercent, moved, withMouth } from "../../socialapp/static/app/fit.js";
import { History } from "../../socialapp/static/app/history.js";

const FACE = {
  eye_left: [0.4, 0.4], eye_right: [0.6, 0.4], mouth: [0.5, 0.6], chin: [0.5, 0.72], mouth_width: 0.16,
};
const RIG = { width: 800, height: 1000, anchors: FACE };

test("files that would be refused do not travel", () => {
  const file = (size, type = "image/png") => ({ size, type });
  assert.equal(objection(file(1000), 12 * 1024 ** 2), "");
  assert.equal(objection(file(1000, ""), 12 * 1024 ** 2), "", "the server looks at what has no type");
  assert.match(objection(file(0), 12 * 1024 ** 2), /empty/);
  assert.match(objection(file(200 * 1024 ** 2), 12 * 1024 ** 2), /200 MB; we take up to 12 MB/);
  assert.match(objection(file(10, "image/gif"), 12 * 1024 ** 2), /PNG, JPEG or WebP/);
});

test("cards that would be refused do not travel", () => {
  const most = 20 * 1024 ** 2;
  assert.equal(cardObjection({ name: "Mira.PNG", size: 1000 }, most), "");
  assert.equal(cardObjection({ name: "mira.charx", size: 1000 }, most), "");
  assert.match(cardObjection({ name: "mira.exe", size: 10 }, most), /PNG, JSON or CHARX/);
  assert.match(cardObjection({ name: "mira.json", size: 0 }, most), /empty/);
  assert.match(cardObjection({ name: "mira.json", size: 21 * 1024 ** 2 }, most), /21 MB; we take up to 20 MB/);
});

test("a handle stays on the picture", () => {
  assert.deepEqual(moved(FACE, "chin", [0.5, 9], 1.25).chin, [0.5, 1.25]);
  assert.deepEqual(moved(FACE, "eye_left", [-1, -1], 1.25).eye_left, [0, 0]);
});

test("a mouth keeps its share of the face while the eyes move apart", () => {
  assert.equal(mouthPercent(FACE), 80);
  const wider = moved(FACE, "eye_left", [0.2, 0.4], 1.25);
  assert.equal(mouthPercent(wider), 80);
  assert.ok(Math.abs(wider.mouth_width - 0.32) < 1e-9);
  assert.equal(mouthPercent(withMouth(FACE, 120)), 120);
  assert.equal(mouthPercent({ ...FACE, mouth_width: 0 }), 80, "judged from the eyes");
});

test("handles wait in a plausible place when nobody knows the face", () => {
  for (const ratio of [0.6, 1, 1.4, 3]) {
    const { eye_left: l, eye_right: r, mouth, chin } = guess(ratio);
    assert.ok(l[0] < r[0] && l[1] < mouth[1] && mouth[1] < chin[1] && chin[1] < ratio);
  }
});

test("handles that nobody has touched come along with the first", () => {
  const first = carried(FACE, "eye_left", [0.3, 0.5], 1.25, new Set());
  const by = ([x, y]) => [Number((x - 0.1).toFixed(6)), Number((y + 0.1).toFixed(6))];
  const rounded = ([x, y]) => [Number(x.toFixed(6)), Number(y.toFixed(6))];
  for (const name of ["eye_right", "mouth", "chin"]) assert.deepEqual(rounded(first[name]), by(FACE[name]));
});

test("the second eye turns and stretches the rest about the first", () => {
  const wider = carried(FACE, "eye_right", [0.8, 0.4], 1.25, new Set(["eye_left"]));
  assert.deepEqual(wider.eye_left, FACE.eye_left);
  assert.ok(Math.abs(wider.mouth[0] - 0.6) < 1e-9 && Math.abs(wider.mouth[1] - 0.8) < 1e-9);
  const turned = carried(FACE, "eye_right", [0.4, 0.6], 1.25, new Set(["eye_left"]));
  assert.ok(Math.abs(turned.mouth[0] - 0.2) < 1e-9 && Math.abs(turned.mouth[1] - 0.5) < 1e-9);
});

test("a handle that a person has put somewhere stays there", () => {
  const after = carried(FACE, "mouth", [0.52, 0.64], 1.25, new Set(["eye_left", "eye_right"]));
  assert.deepEqual(after.eye_left, FACE.eye_left);
  assert.ok(Math.abs(after.chin[1] - 0.76) < 1e-9, "the chin follows the mouth");
  const chin = carried(after, "chin", [0.5, 0.9], 1.25, new Set(["eye_left", "eye_right", "mouth"]));
  assert.deepEqual(chin.mouth, after.mouth);
});

test("the board shows the face, or all of the picture", () => {
  const crop = cropOf(RIG, false);
  assert.ok(crop.width < 1);
  for (const [x, y] of [FACE.eye_left, FACE.eye_right, FACE.mouth, FACE.chin]) {
    assert.ok(x > crop.x && x < crop.x + crop.width && y > crop.y && y < crop.y + crop.height);
  }
  const whole = cropOf(RIG, true);
  assert.ok(whole.x <= 0 && whole.y <= 0 && whole.x + whole.width >= 1 && whole.y + whole.height >= 1.25);
  assert.deepEqual(cropOf({ ...RIG, anchors: null }, false), whole);
});

test("the cross goes through the handles", () => {
  const path = crossPath(FACE, ([x, y]) => [x * 100, y * 100]);
  for (const place of ["40.0 40.0", "60.0 40.0", "50.0 60.0", "50.0 72.0"]) assert.ok(path.includes(place));
});

test("what was undone is forgotten when something new is chosen", () => {
  const history = new History("a");
  assert.equal(history.undo(), false);
  history.add("b");
  history.add("c");
  assert.ok(history.undo());
  assert.equal(history.now, "b");
  assert.ok(history.future);
  history.add("d");
  assert.equal(history.redo(), false);
  assert.ok(history.undo() && history.undo());
  assert.equal(history.now, "a");
});
