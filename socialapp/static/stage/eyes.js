// @ts-check
/**
 * What a picture shows of an eye, looked for once: how far it is painted, where the line
 * above it ends and skin begins, and what lies before it, hair or the rim of glasses. The
 * twin of ``avatarfx/animators/warp/eyes.py``; change both.
 */

import { blurred, dilated, eroded, filledPolygon, hanging, labelled, opened } from "./masks.js";
import { lab } from "./lab.js";
import { between, each, linear, mean, middling, smooth, windows } from "./numbers.js";
import { GRID, LOWER, SIDE, Square, place } from "./square.js";

/** @import { Point } from "./rig.js" */
/** @import { Colour, Pixels } from "./numbers.js" */

/**
 * One eye of a picture, in its pixels. Curves go from the viewer's left to the right.
 * @typedef {object} Eye
 * @property {Point[]} line the upper lid's edge, wide open
 * @property {Point[]} lower the edge of the lower lid
 * @property {number[]} rise how far above its edge the lid's skin begins
 * @property {Colour[]} seam what lies there
 * @property {Colour[]} skin that of the lid, without the shadow along its line
 * @property {Colour} lash
 * @property {Float32Array | null} before SIDE x SIDE, 0 to 1: something hides the eye there
 * @property {(p: Point) => Point} place pixels of the picture from columns and rows of it
 */

const UNLIKE = 16;
const SHARP = 0.5;
/** @type {Record<string, number>} */
const WIDER = { photo: 0, paint: 0.14, flat: 0.3 };
const UNEVEN = 1.35;
/** @type {Record<string, number>} */
const RISE = { photo: 0.16, paint: 0.3, flat: 0.3 };
const LEAST_RISE = 0.04;
const CORNER = 0.4;
const SEAM_AT = 0.03;
const SKIN_AT = [0.06, 0.1, 0.14, 0.18, 0.22, 0.27, 0.32];
const BRIGHT = 0.75;
const SAME = 13;
const AROUND = 0.08;
const HIDING = 28;
const LOCK = 0.12;
const HAIR = 0.2;
const ROOM = 16;
const SMALLEST = 8;
const SIZE = { width: SIDE, height: SIDE };

/** @param {number} at */
const cell = (at) => Math.min(Math.max(Math.round((at + 1) * GRID), 0), SIDE - 1);

/** @param {number} i @param {number} count */
const bow = (i, count) => Math.sqrt(Math.max(0, Math.sin((Math.PI * i) / (count - 1))));

/**
 * Both eyes.
 * @param {Pixels} picture
 * @param {{upper: Point[], lower: Point[]}[]} lids in its pixels
 * @param {{style: string, skin: Colour}} look `skin`: the palette's, 0 to 255
 * @returns {Eye[]}
 */
export function look(picture, lids, { style, skin }) {
  const squares = lids.map(({ upper, lower }) => new Square(picture, upper, lower));
  const known = lab(...skin);
  const under = squares.map((square) => middleOf(square.lab, square.below()));
  const plain = squares.map((square, n) => agreed(square, under[n], under[1 - n], known));
  squares.forEach((square, n) => {
    if (style !== "photo" && square.width >= SMALLEST) widen(square, plain[n], WIDER[style]);
  });
  const tall = squares.map((square) => square.height * square.width);
  squares.forEach((square, n) => {
    const most = UNEVEN * tall[1 - n];
    if (tall[n] > most && most > 0) square.lift(most / tall[n]);
  });
  return squares.map((square, n) => eyeOf(square, style, plain[n]));
}

/**
 * Lab of the skin on this eye's side: see the server's.
 * @param {Square} square
 * @param {Colour | null} own
 * @param {Colour | null} other
 * @param {Colour} known
 * @returns {Colour}
 */
function agreed(square, own, other, known) {
  if (!own || apart(own, known) < SAME) return own ?? known;
  if (!other || apart(own, other) >= SAME) return other && apart(other, known) < SAME ? other : known;
  let alike = 0;
  for (let i = 0; i < SIDE; i++) {
    for (const at of [i, (SIDE - 1) * SIDE + i, i * SIDE, i * SIDE + SIDE - 1]) {
      alike += Number(apart(colourAt(square.lab, at), own) < SAME);
    }
  }
  return alike / (4 * SIDE) > AROUND ? own : known;
}

/** @param {Colour} a @param {Colour} b Lab */
const apart = (a, b) => Math.hypot((a[0] - b[0]) / 2, a[1] - b[1], a[2] - b[2]);

/**
 * @param {Square} square
 * @param {string} style
 * @param {Colour} skin
 * @returns {Eye}
 */
function eyeOf(square, style, skin) {
  const columns = square.top.map((p) => cell(p[0]));
  const rows = square.top.map((p) => cell(p[1]));
  const dark = darkest(square.rgb, rows, columns);
  const away = square.apart(skin);
  const toLash = lab(...dark).map((v, c) => v - skin[c]);
  const like = Math.max(UNLIKE, 0.5 * Math.hypot(...toLash));
  const rise = riseOf(away, like, rows, columns, RISE[style]);
  const found = skinOf(square, away, rows, columns, rise);
  const shade = each((c) => middling(found.skin.map((v) => v[c])));
  return {
    line: square.top.map((p) => square.back(p)),
    lower: square.bottom.map((p) => square.back(p)),
    rise: rise.map((v) => v * square.width),
    ...found,
    lash: each((c) => Math.min(dark[c], 0.55 * shade[c])),
    before: before(square, away),
    place: ([x, y]) => square.back([place(x), place(y)]),
  };
}

/**
 * The darkest fifth around each point of the lid's edge, in the middle of them.
 * @param {Uint8Array} rgb
 * @param {number[]} rows
 * @param {number[]} columns
 * @returns {Colour}
 */
function darkest(rgb, rows, columns) {
  const reach = Math.round(0.05 * GRID);
  const clip = (/** @type {number} */ v) => Math.min(Math.max(v, 0), SIDE - 1);
  const found = rows.map((row, n) => {
    /** @type {Colour[]} */
    const patch = [];
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        patch.push(colourAt(rgb, clip(row + dy) * SIDE + clip(columns[n] + dx)));
      }
    }
    patch.sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2]);
    const some = patch.slice(0, Math.floor(patch.length / 5));
    return each((c) => some.reduce((sum, v) => sum + v[c], 0) / some.length);
  });
  return each((c) => middling(found.map((v) => v[c])));
}

/**
 * Eye widths above each point of the lid's edge at which skin begins.
 * @param {Float32Array} away
 * @param {number} like
 * @param {number[]} rows
 * @param {number[]} columns
 * @param {number} most
 */
function riseOf(away, like, rows, columns, most) {
  const steps = Math.round(most * GRID);
  const found = rows.map((row, n) => {
    for (let step = 0; step < steps && row - step >= 1; step++) {
      const at = (row - step) * SIDE + columns[n];
      if (away[at] < like && away[at - SIDE] < like) return step / GRID;
    }
    return NaN;
  });
  if (found.every(Number.isNaN)) return rows.map(() => LEAST_RISE);
  // A strand of the line that goes on is not the line.
  const middle = windows(between(found), 2).map(middling);
  return windows(middle, 1).map(
    // In its corners an eye is closed.
    (near, i) => (mean(near) + LEAST_RISE) * (CORNER + (1 - CORNER) * bow(i, rows.length)),
  );
}

/**
 * What lies just above the lid's line, and the skin there.
 * @param {Square} square
 * @param {Float32Array} away
 * @param {number[]} rows
 * @param {number[]} columns
 * @param {number[]} rise
 * @returns {{seam: Colour[], skin: Colour[]}}
 */
function skinOf(square, away, rows, columns, rise) {
  const above = (/** @type {number} */ n, /** @type {number} */ by) =>
    Math.min(Math.max(rows[n] - Math.round((rise[n] + by) * GRID), 0), SIDE - 1) * SIDE + columns[n];
  const like = (/** @type {number} */ at) => away[at] < 1.5 * UNLIKE;
  /** @type {(Colour | null)[]} */
  const skin = rows.map((row, n) => {
    const seen = SKIN_AT.map((by) => above(n, by)).filter(like).map((at) => soft(square.rgb, at));
    if (!seen.length) return null;
    const line = mean(soft(square.rgb, row * SIDE + columns[n]));
    const best = Math.max(...seen.map(mean));
    return seen.find((colour) => mean(colour) >= line + BRIGHT * (best - line)) ?? seen[0];
  });
  const seam = rows.map((_, n) => {
    const at = above(n, SEAM_AT);
    return like(at) ? soft(square.rgb, at) : null;
  });
  return { seam: filled(seam, square), skin: filled(skin, square) };
}

/**
 * Colours along a lid, softly; what is not known lies between what is.
 * @param {(Colour | null)[]} colours
 * @param {Square} square
 * @returns {Colour[]}
 */
function filled(colours, square) {
  if (colours.every((colour) => !colour)) {
    const plain = middleOf(square.rgb, square.below()) ?? /** @type {Colour} */ ([128, 128, 128]);
    return colours.map(() => plain);
  }
  const channels = [0, 1, 2].map((c) => {
    const full = between(colours.map((colour) => colour?.[c] ?? NaN));
    const middle = windows(full, 4).map(middling);
    return windows(windows(middle, 4).map(mean), 4).map(mean);
  });
  return colours.map((_, i) => each((c) => channels[c][i]));
}

/**
 * Where what comes from beyond the square goes on over the eye; null: nowhere.
 * @param {Square} square
 * @param {Float32Array} away
 */
function before(square, away) {
  if (square.width < SMALLEST) return null;
  const own = dilated(polygon(square), SIZE, brush(0.16));
  const thick = opened(Uint8Array.from(away, (v) => Number(v > HIDING)), SIZE, brush(LOCK));
  const labels = labelled(thick.map((v, i) => Number(v && !own[i])), SIZE);
  const crossing = new Set();
  for (let i = 0; i < SIDE; i++) {
    for (const at of [i, (SIDE - 1) * SIDE + i, i * SIDE, i * SIDE + SIDE - 1]) crossing.add(labels[at]);
  }
  crossing.delete(0);
  const found = new Uint8Array(SIDE * SIDE);
  for (const number of crossing) {
    const part = Uint8Array.from(labels, (label) => Number(label === number));
    const sum = [0, 0, 0];
    let count = 0;
    part.forEach((v, i) => {
      if (!v) return;
      found[i] = 1;
      count++;
      for (let c = 0; c < 3; c++) sum[c] += square.lab[3 * i + c];
    });
    // What is like hair must hang together with it: an iris only looks like it.
    const alike = part.map((v, i) =>
      Number(v || (thick[i] && sum.every((s, c) => Math.abs(square.lab[3 * i + c] - s / count) < ROOM))),
    );
    hanging(opened(alike, SIZE, brush(HAIR)), part, SIZE).forEach((v, i) => {
      if (v) found[i] = 1;
    });
  }
  if (!found.some((v, i) => v && own[i])) return null;
  return blurred(Float32Array.from(dilated(found, SIZE, brush(0.04))), SIZE, 1);
}

/**
 * Bring the square's curves to the edge of the eye that is painted there, if one is.
 * @param {Square} square
 * @param {Colour} skin
 * @param {number} wider
 */
function widen(square, skin, wider) {
  const { top, bottom } = square;
  const { eye, sharp } = eyeSeen(square, skin, Math.max(wider, LOWER));
  const ends = [bottom[0][0], bottom[bottom.length - 1][0]];
  /** @type {number[]} */
  const columns = [];
  /** @type {number[]} */
  const lowest = [];
  for (let x = 0; x < SIDE; x++) {
    let y = SIDE - 1;
    while (y >= 0 && !eye[y * SIDE + x]) y--;
    if (y < 0 || !sharp[x]) continue;
    columns.push(place(x));
    lowest.push(place(y + 1));
  }
  const within = columns.filter((u) => u > ends[0] && u < ends[1]).length;
  if (within < Math.max(1, SHARP * GRID * (ends[1] - ends[0]))) return;
  const left = Math.min(Math.max(columns[0], ends[0] - wider), ends[0]);
  const right = Math.max(Math.min(columns[columns.length - 1], ends[1] + wider), ends[1]);
  const stretch = (/** @type {Point} */ [u, v]) =>
    /** @type {Point} */ ([left + ((u - ends[0]) / (ends[1] - ends[0])) * (right - left), v]);
  square.top = top.map(stretch);
  const wide = bottom.map(stretch);
  const more = wide.map(([u, v]) => Math.min(Math.max(linear(u, columns, lowest) - v, 0), LOWER));
  // A lid's edge is one soft curve, whatever the strokes below it look like.
  const most = windows(more, 2).map((near) => Math.max(...near));
  const curve = smooth(most, 2.5);
  square.bottom = wide.map(([u, v], i) => [u, v + curve[i] * bow(i, wide.length)]);
}

/**
 * Which of the square is unlike the skin and hangs together with the eye, and in which
 * columns that ends at once, as paint does. A shadow fades.
 * @param {Square} square
 * @param {Colour} skin
 * @param {number} reach
 */
function eyeSeen(square, skin, reach) {
  const away = square.apart(skin);
  const known = polygon(square);
  const near = dilated(known, SIZE, brush(2 * reach));
  const unlike = near.map((v, i) => Number(v && away[i] > UNLIKE));
  // A stroke's breadth of skin parts the eye from what is beside it.
  const solid = opened(unlike, SIZE, brush(0.05));
  const eye = hanging(solid, eroded(known, SIZE, brush(0.06)), SIZE, true);
  const sharp = new Uint8Array(SIDE);
  const step = Math.max(2, Math.floor(GRID / 20));
  for (let x = 0; x < SIDE; x++) {
    // Above the outline are lashes and brows.
    let first = 0;
    while (first < SIDE && !known[first * SIDE + x]) first++;
    if (first < SIDE) for (let y = 0; y < first; y++) eye[y * SIDE + x] = 0;
    let edge = SIDE - 1;
    while (edge >= 0 && !eye[edge * SIDE + x]) edge--;
    const at = (/** @type {number} */ y) => away[Math.min(Math.max(y, 0), SIDE - 1) * SIDE + x];
    sharp[x] = Number(edge >= 0 && at(edge - step) - at(edge + step) > UNLIKE);
  }
  return { eye, sharp };
}

/** Pixels across of a brush, odd, from eye widths. @param {number} across */
const brush = (across) => Math.max(1, Math.round(across * GRID)) | 1;

/** @param {Square} square */
function polygon(square) {
  return filledPolygon(square.outline.map(([u, v]) => [(u + 1) * GRID, (v + 1) * GRID]), SIZE);
}

/** @param {ArrayLike<number>} triples @param {number} at @returns {Colour} */
function colourAt(triples, at) {
  return [triples[3 * at], triples[3 * at + 1], triples[3 * at + 2]];
}

/** The mean of 5 x 3 pixels. @param {Uint8Array} rgb @param {number} at @returns {Colour} */
function soft(rgb, at) {
  const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
  const clip = (/** @type {number} */ v) => Math.min(Math.max(v, 0), SIDE - 1);
  return each((c) => {
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -2; dx <= 2; dx++) sum += rgb[3 * (clip(y + dy) * SIDE + clip(x + dx)) + c];
    }
    return Math.round(sum / 15);
  });
}

/** @param {ArrayLike<number>} triples @param {number[]} cells @returns {Colour | null} */
function middleOf(triples, cells) {
  return cells.length ? each((c) => middling(cells.map((i) => triples[3 * i + c]))) : null;
}
