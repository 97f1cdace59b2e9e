// @ts-check
/**
 * Moustaches: hair above the mouth that hangs over it, and keeps its shape while the lips
 * beneath it part and stretch. The twin of ``avatarfx/animators/warp/whiskers.py``.
 */

import { blurred, closed, dilated, filledPolygon, hanging, opened } from "./masks.js";
import { each, linear, middling, sampled } from "./numbers.js";
import { lab } from "./lab.js";

/** @import { Grids } from "./grids.js" */
/** @import { Point } from "./rig.js" */
/** @import { Colour, Pixels } from "./numbers.js" */

const GRID = 96;
const [LEFT, TOP] = [-0.6, -0.42];
export const COLUMNS = 116;
export const ROWS = 72;
const SIZE = { width: COLUMNS, height: ROWS };
const DIM = 0.35;
const CHEEKS = [50, 280, 205, 425, 101, 330];
const NOSE = 2;
const UNDER = [37, 267, 39, 269];
const LOWER_LIP = [14, 17];
const SEAT = [0.1, 0.75];
const UNLIKE = 11;
const GROWN = 0.6;
const APART = 10;
const CLOSE = 19;
const OVER = 0.11;
const STIFF = 0.9;
const SOFT = 0.045;

/**
 * @typedef {object} Moustache
 * @property {Float32Array} mask ROWS x COLUMNS, 0 to 1: where its hair is
 * @property {Colour} hair Lab of its colour
 * @property {(p: Point) => Point} place units of the portrait's width, from columns and rows
 * @property {(p: Point) => Point} cell the other way
 */

/**
 * @param {Pixels} picture
 * @param {Point[]} landmarks 478, in units of the portrait's width
 * @param {Grids} grids
 * @returns {Moustache | null}
 */
export function findMoustache(picture, landmarks, { axis: [ax, ay], unit }) {
  const step = unit / GRID;
  const [mx, my] = [0, 1].map((k) => (landmarks[78][k] + landmarks[308][k]) / 2);
  const start = [
    mx + unit * (LEFT * ax - TOP * ay),
    my + unit * (LEFT * ay + TOP * ax),
  ];
  const place = (/** @type {Point} */ [x, y]) =>
    /** @type {Point} */ ([start[0] + step * (x * ax - y * ay), start[1] + step * (x * ay + y * ax)]);
  const cell = (/** @type {Point} */ [x, y]) => {
    const [dx, dy] = [(x - start[0]) / step, (y - start[1]) / step];
    return /** @type {Point} */ ([dx * ax + dy * ay, dy * ax - dx * ay]);
  };
  const labAt = (/** @type {Point} */ [x, y]) => {
    const seen = sampled(picture, [x * picture.width - 0.5, y * picture.width - 0.5]);
    const [l, a, b] = lab(...seen);
    return /** @type {Colour} */ ([DIM * l, a, b]);
  };
  const far = (/** @type {Colour} */ a, /** @type {Colour} */ b) =>
    Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  const local = (/** @type {number[]} */ ...numbers) => numbers.map((n) => cell(landmarks[n]));
  const cheeks = CHEEKS.map((n) => labAt(landmarks[n]));
  const skin = each((c) => middling(cheeks.map((v) => v[c])));
  const [l0, l1] = LOWER_LIP.map((n) => landmarks[n]);
  const lip = labAt([(l0[0] + l1[0]) / 2, (l0[1] + l1[1]) / 2]);
  const seen = Array.from({ length: COLUMNS * ROWS }, (_, i) =>
    labAt(place([i % COLUMNS, Math.floor(i / COLUMNS)])),
  );
  const edge = local(...UNDER);
  const nose = local(NOSE)[0][1];
  const seat = new Uint8Array(COLUMNS * ROWS);
  for (const pair of [[2, 0], [1, 3]]) {
    const [low, high] = SEAT.map((s) =>
      pair.map((n) => /** @type {Point} */ ([edge[n][0], edge[n][1] + s * (nose - edge[n][1])])),
    );
    filledPolygon([...low, ...high.reverse()], SIZE).forEach((v, i) => {
      if (v) seat[i] = 1;
    });
  }
  const hair = seat.map((v, i) => Number(v && far(seen[i], skin) > UNLIKE));
  const sum = (/** @type {Uint8Array} */ mask) => mask.reduce((a, b) => a + b, 0);
  if (!sum(seat) || sum(hair) < GROWN * sum(seat)) return null;
  const grown = seen.filter((_, i) => hair[i]);
  const own = each((c) => middling(grown.map((v) => v[c])));
  if (far(own, lip) < APART) return null;
  const room = roomFor(local, nose);
  const alike = Uint8Array.from(seen, (v, i) => {
    const near = far(v, own);
    return Number(near < CLOSE && near < 0.8 * far(v, skin) && near < far(v, lip) && room[i] > 0);
  });
  // What gleams between the lips, teeth or spit, is thinner than hair that hangs.
  const thick = opened(closed(alike, SIZE, brush(0.03)), SIZE, brush(0.075));
  const mask = hanging(thick, hair, SIZE);
  const bare = bareOf(mask, local(61, 39, 0, 269, 291), local(78, 80, 13, 310, 308));
  const full = dilated(mask.map((v, i) => Number(v && !bare[i])), SIZE, brush(0.02));
  const soft = blurred(Float32Array.from(full), SIZE, 0.7).map((v, i) => v * room[i]);
  return { mask: soft, hair: [own[0] / DIM, own[1], own[2]], place, cell };
}

/**
 * Take back most of what stretches the moustache in the upper layer's fields.
 * @param {Grids} grids
 * @param {Moustache} found
 */
export function stiffen(grids, { mask, cell }) {
  const { face } = grids;
  const soft = blurred(mask, SIZE, (SOFT * GRID) / 2);
  /** @type {{i: number, x: number, y: number, share: number}[]} */
  const nodes = [];
  for (let j = 0; j < face.rows; j++) {
    for (let i = 0; i < face.columns; i++) {
      const x = face.x + (face.width * i) / (face.columns - 1);
      const y = face.y + (face.height * j) / (face.rows - 1);
      const share = maskAt(soft, cell([x, y]));
      if (share > 0.01) nodes.push({ i: j * face.columns + i, x, y, share });
    }
  }
  if (!nodes.some((node) => node.share > 0.5)) return;
  const total = nodes.reduce((sum, { share }) => sum + share, 0);
  const mean = (/** @type {(n: typeof nodes[0]) => number} */ of) =>
    nodes.reduce((sum, node) => sum + node.share * of(node), 0) / total;
  const [cx, cy] = [mean((n) => n.x), mean((n) => n.y)];
  const lever = mean((n) => (n.x - cx) ** 2 + (n.y - cy) ** 2);
  for (const field of grids.fieldsOf("upper")) {
    const [sx, sy] = [mean((n) => field[2 * n.i]), mean((n) => field[2 * n.i + 1])];
    const angle =
      mean((n) => (n.x - cx) * field[2 * n.i + 1] - (n.y - cy) * field[2 * n.i]) / lever;
    for (const { i, x, y, share } of nodes) {
      const by = STIFF * share;
      field[2 * i] += by * (sx - angle * (y - cy) - field[2 * i]);
      field[2 * i + 1] += by * (sy + angle * (x - cx) - field[2 * i + 1]);
    }
  }
}

/**
 * The mask between its places; 0 outside.
 * @param {Float32Array} mask
 * @param {Point} at column and row
 */
export function maskAt(mask, [x, y]) {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [f, g] = [x - i, y - j];
  const at = (/** @type {number} */ u, /** @type {number} */ v) =>
    u < 0 || v < 0 || u >= COLUMNS || v >= ROWS ? 0 : mask[v * COLUMNS + u];
  return (
    (at(i, j) * (1 - f) + at(i + 1, j) * f) * (1 - g) +
    (at(i, j + 1) * (1 - f) + at(i + 1, j + 1) * f) * g
  );
}

/**
 * Where a moustache may be: from the nose to a little below the line of the lips, and less
 * far down and out where a beard may begin.
 * @param {(...numbers: number[]) => Point[]} local
 * @param {number} nose
 */
function roomFor(local, nose) {
  const [left, right] = local(61, 291);
  const line = local(78, 80, 13, 310, 308);
  const [xs, ys] = [line.map((p) => p[0]), line.map((p) => p[1])];
  const half = Math.max((right[0] - left[0]) / 2, 1);
  const clip = (/** @type {number} */ v, low = 0) => Math.min(Math.max(v, low), 1);
  return Float32Array.from({ length: COLUMNS * ROWS }, (_, i) => {
    const [x, y] = [i % COLUMNS, Math.floor(i / COLUMNS)];
    if (y <= nose - 0.03 * GRID) return 0;
    const aside = Math.abs(x - (left[0] + right[0]) / 2) / half;
    const lowest = linear(x, xs, ys) + OVER * clip((1.6 - aside) / 0.8, 0.3) * GRID;
    return clip((lowest - y) / (0.04 * GRID)) * clip((1.6 - aside) / 0.25);
  });
}

/**
 * What lies lower than an upper lip that can be seen: nothing hangs there.
 * @param {Uint8Array} mask
 * @param {Point[]} outer
 * @param {Point[]} inner
 */
function bareOf(mask, outer, inner) {
  const height = (/** @type {Point[]} */ edge, /** @type {number} */ x) =>
    linear(x, edge.map((p) => p[0]), edge.map((p) => p[1]));
  const out = new Uint8Array(mask.length);
  for (let x = 0; x < COLUMNS; x++) {
    const [top, line] = [height(outer, x), height(inner, x)];
    let [hidden, all] = [0, 0];
    for (let y = 0; y < ROWS; y++) {
      if (y < top || y > Math.max(line, top + 2)) continue;
      all++;
      hidden += mask[y * COLUMNS + x];
    }
    if (hidden >= 0.5 * all) continue;
    for (let y = 0; y < ROWS; y++) if (y > (top + line) / 2) out[y * COLUMNS + x] = 1;
  }
  return out;
}

/** Pixels across of a brush, odd, from eye distances. @param {number} across */
const brush = (across) => Math.max(1, Math.round(across * GRID)) | 1;
