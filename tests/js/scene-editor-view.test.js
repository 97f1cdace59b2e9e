// What the editor shows: the part of the map in sight, captions, finds, the heat map.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { captionOf, counted, cut, stepOf } from "../../socialapp/static/scenes/editor/captions.js";
import { find } from "../../socialapp/static/scenes/editor/find.js";
import { heatOf } from "../../socialapp/static/scenes/editor/heat.js";
import { NODE } from "../../socialapp/static/scenes/editor/layout.js";
import { Grid, boundsOf, curve, neighbour } from "../../socialapp/static/scenes/editor/viewport.js";

const scene = JSON.parse(readFileSync(new URL("../../scenes/content/table_nine.json", import.meta.url), "utf8"));

/** Forty columns of ten. */
const places = new Map(Array.from({ length: 400 }, (_, i) => (
  [`n${i}`, { x: Math.floor(i / 10) * 220, y: (i % 10) * 100 }]
)));

test("the grid finds exactly what a box touches, near and far", () => {
  const grid = new Grid(places);
  for (const box of [
    { x: 0, y: 0, width: 1, height: 1 }, { x: 300, y: 120, width: 900, height: 400 },
    { x: -900, y: -900, width: 100, height: 100 }, { x: -1e6, y: -1e6, width: 3e6, height: 3e6 },
  ]) {
    const wanted = [...places].filter(([, { x, y }]) => (
      x + NODE.width >= box.x && x <= box.x + box.width && y + NODE.height >= box.y && y <= box.y + box.height
    )).map(([id]) => id);
    assert.deepEqual(grid.within(box).sort(), wanted.sort());
  }
});

test("the bounds hold every node, and nothing has some too", () => {
  const { x, y, width, height } = boundsOf(places);
  for (const at of places.values()) {
    assert.ok(at.x >= x && at.y >= y && at.x + NODE.width <= x + width && at.y + NODE.height <= y + height);
  }
  assert.ok(boundsOf(new Map()).width > 0);
});

test("arrows lead to the nearest node ahead, and stop at the rim", () => {
  assert.equal(neighbour(places, "n0", "right"), "n10");
  assert.equal(neighbour(places, "n0", "down"), "n1");
  assert.equal(neighbour(places, "n15", "left"), "n5");
  assert.equal(neighbour(places, "n15", "up"), "n14");
  assert.equal(neighbour(places, "n0", "left"), "");
  assert.equal(neighbour(places, "nobody", "left"), "");
});

test("a link begins at the right edge of a node and ends at the left one of another", () => {
  const [from, to] = [{ x: 0, y: 0 }, { x: 400, y: 200 }];
  assert.ok(curve(from, to).startsWith(`M${NODE.width} ${NODE.height / 2} C`));
  assert.ok(curve(from, to).endsWith(`400 ${200 + NODE.height / 2 - 6}`));
  assert.ok(curve(to, from).endsWith(` 0 ${NODE.height / 2 - 6}`));
  assert.match(curve(from, from), /^M122 0 C/);
});

test("captions tell lines, what changes, and what is empty", () => {
  const line = { type: "line", role: "a", text: "x" };
  const step = { type: "assign", variable: "trust", value: "trust + 1" };
  assert.equal(captionOf({ beats: [line, line], entry: [step] }), "2 lines, trust +1");
  assert.equal(captionOf({ beats: [line], choices: [{}, {}, {}] }), "1 line, 3 choices");
  assert.equal(captionOf({}), "Empty so far");
  assert.equal(captionOf({ type: "final" }), "An ending");
  assert.equal(captionOf({ states: { a: {} } }), "Holds 1 node");
  assert.equal(stepOf({ variable: "trust", value: "luck + 1" }), "trust = luck + 1");
  assert.equal(cut("The map room of the old house", 12), "The map roo…");
  assert.equal(cut("😀😀😀", 3), "😀😀😀");
  assert.equal(counted(1, "node"), "1 node");
});

test("words are found wherever an author wrote them, and not in what programs wrote", () => {
  const own = { ...scene, states: { ...scene.states, arrive: { ...scene.states.arrive, extensions: { x: "zebra" } } } };
  const [hit] = find(own, "UPHOLSTERY?");
  assert.equal(hit.id, "arrive");
  assert.match(hit.said, /^….*bride, groom or upholstery\?$/);
  assert.ok(find(own, "warmth + 1").length > 1);
  assert.deepEqual(find(own, "zebra"), []);
  assert.equal(find(own, "").length, Object.keys(scene.states).length);
  assert.equal(find(own, "", 3).length, 3);
});

test("the heat map tells shares where they may be told, and few people as few", () => {
  const crowd = (people, share) => ({ people, share, told: people === null ? "fewer than 5" : String(people) });
  const heat = heatOf({
    plays: 100,
    endings: [{ state: "end_a", crowd: crowd(40, 80) }, { state: "end_b", crowd: crowd(null, null) }],
    crossings: [
      { state: "arrive", choices: [{ id: "a", crowd: crowd(30, 75) }, { id: "b", crowd: crowd(10, 25) }] },
      { state: "swan", choices: [{ id: "c", crowd: crowd(20, null) }, { id: "d", crowd: crowd(null, null) }] },
    ],
  });
  assert.equal(heat.nodes.get("end_a"), "Reached by 80 %");
  assert.equal(heat.nodes.get("end_b"), "Reached by fewer than 5");
  assert.deepEqual(heat.links.get("arrive/b"), { strength: 0.25, words: "by 25 %" });
  assert.deepEqual(heat.links.get("swan/c"), { strength: 1, words: "by 20" });
  assert.deepEqual(heat.links.get("swan/d"), { strength: 0, words: "by fewer than 5" });
  assert.equal(heatOf({ plays: 0, endings: [], crossings: [] }), null);
  assert.equal(heatOf(null), null);
});
