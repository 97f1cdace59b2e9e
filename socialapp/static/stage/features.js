// @ts-check
/** What is looked for in a face before it is drawn: its eyes, a moustache, where light falls. */

import { look } from "./eyes.js";
import { Front } from "./front.js";
import { refined } from "./grids.js";
import { shadeField, shadeTexture } from "./shade.js";
import { pixelsOf, without } from "./skin.js";
import { SIDE } from "./square.js";
import { COLUMNS, ROWS, findMoustache, maskAt, stiffen } from "./whiskers.js";

/** @import { Eye } from "./eyes.js" */
/** @import { Grids } from "./grids.js" */
/** @import { Colour } from "./numbers.js" */
/** @import { Point, Rig } from "./rig.js" */
/** @import { Moustache } from "./whiskers.js" */

/** Landmarks of a face, in MediaPipe's canonical order. */
const LANDMARKS = 478;

/** Of the mouth's half width: a middle line nearer to its middle is that of a face seen
 * from the front; none is farther. */
const FACING = 0.08;
const MOST_TURNED = 0.5;

/**
 * @typedef {object} Lid lengths in units of the portrait's width
 * @property {"lid_left" | "lid_right"} layer
 * @property {Point[]} line
 * @property {Point[]} lower
 * @property {Point[]} above how the lid's beginning lies to its line
 * @property {Eye} eye
 * @property {number} width from corner to corner
 * @property {Front | null} front what hides it
 */

/**
 * @typedef {object} Features
 * @property {Lid[]} lids
 * @property {Front | null} moustache
 * @property {HTMLCanvasElement | null} lip the picture without what hangs over the lip
 * @property {WebGLTexture | null} light
 */

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Rig} rig
 * @param {Grids} grids its fields lose what stretches a moustache
 * @param {HTMLCanvasElement} picture
 * @returns {Features}
 */
export function featuresOf(gl, rig, grids, picture) {
  const pixels = pixelsOf(picture);
  /** @type {Features} */
  const found = { lids: lidsOf(gl, rig, grids, pixels), moustache: null, lip: null, light: null };
  if (rig.style === "flat" || rig.landmarks.length !== LANDMARKS) return found;
  const points = rig.landmarks.map(([x, y]) => /** @type {Point} */ ([x, y]));
  const hair = findMoustache(pixels, points, grids);
  if (hair) {
    stiffen(grids, hair);
    found.moustache = new Front(gl, grids, { mask: hair.mask, columns: COLUMNS, rows: ROWS, place: hair.place });
    found.lip = shaven(picture, grids, hair);
  }
  found.light = shadeTexture(gl, shadeField(pixels, grids, points, hair?.hair ?? null));
  return found;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Rig} rig
 * @param {Grids} grids
 * @param {ImageData} pixels
 * @returns {Lid[]}
 */
function lidsOf(gl, rig, grids, pixels) {
  const wide = pixels.width;
  const there = (/** @type {Point} */ [x, y]) => /** @type {Point} */ ([x * wide - 0.5, y * wide - 0.5]);
  const back = (/** @type {Point} */ [x, y]) => /** @type {Point} */ ([(x + 0.5) / wide, (y + 0.5) / wide]);
  const sides = /** @type {const} */ (["left", "right"]);
  const curves = sides.map((side) => {
    const { upper, lower } = grids.lids[side];
    return { upper: refined(upper).map(there), lower: refined(lower).map(there) };
  });
  const eyes = look(pixels, curves, { style: rig.style, skin: bytes(rig.palette.skin) });
  return eyes.map((eye, n) => {
    const line = eye.line.map(back);
    const [first, last] = [line[0], line[line.length - 1]];
    const width = Math.hypot(last[0] - first[0], last[1] - first[1]);
    const [ax, ay] = [(last[0] - first[0]) / (width || 1), (last[1] - first[1]) / (width || 1)];
    const place = (/** @type {Point} */ p) => back(eye.place(p));
    return {
      layer: /** @type {"lid_left" | "lid_right"} */ (`lid_${sides[n]}`),
      line,
      lower: eye.lower.map(back),
      above: eye.rise.map((rise) => [(ay * rise) / wide, (-ax * rise) / wide]),
      eye,
      width,
      front: eye.before && new Front(gl, grids, { mask: eye.before, columns: SIDE, rows: SIDE, place }),
    };
  });
}

/**
 * The picture without what hangs over the lower lip.
 * @param {HTMLCanvasElement} picture
 * @param {Grids} grids
 * @param {Moustache} hair
 */
function shaven(picture, { zone, lips }, { mask, cell }) {
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  const wide = picture.width;
  const line = refined(lips.lower);
  const [x, y] = [Math.max(0, Math.floor(zone[0] * wide)), Math.max(0, Math.floor(zone[1] * wide))];
  const width = Math.min(wide, Math.ceil((zone[0] + zone[2]) * wide)) - x;
  const height = Math.min(picture.height, Math.ceil((zone[1] + zone[3]) * wide)) - y;
  if (width < 2 || height < 2) return null;
  without(canvas, { x, y, width, height }, (u, v) => {
    const at = /** @type {Point} */ ([(u + 0.5) / wide, (v + 0.5) / wide]);
    return { hidden: maskAt(mask, cell(at)) > 0.05, own: at[1] > heightOf(line, at[0]) };
  });
  return canvas;
}

/** @param {Point[]} line @param {number} x */
function heightOf(line, x) {
  const after = line.findIndex((p) => p[0] >= x);
  if (after <= 0) return line[after ? line.length - 1 : 0][1];
  const [[x0, y0], [x1, y1]] = [line[after - 1], line[after]];
  return y0 + ((x - x0) / Math.max(x1 - x0, 1e-6)) * (y1 - y0);
}

/**
 * Corner, middle line of the face and corner of the closed mouth. Where a face is turned,
 * the middle point of the upper lip knows its middle line.
 * @param {Grids} grids
 * @returns {Point[]}
 */
export function skullOf({ mouth, axis: [ax, ay], lips }) {
  const { centre, half_width: half } = mouth;
  const [x, y] = lips.upper[lips.upper.length >> 1];
  const off = ((x - centre[0]) * ax + (y - centre[1]) * ay) / Math.max(half, 1e-6);
  const middle = Math.abs(off) < FACING ? 0 : Math.min(Math.max(off, -MOST_TURNED), MOST_TURNED);
  return [-1, middle, 1].map((s) => [centre[0] + s * half * ax, centre[1] + s * half * ay]);
}

/** @param {string | undefined} hex @returns {Colour} 0 to 255 */
export function bytes(hex) {
  const text = /^#[0-9a-f]{6}$/i.test(hex ?? "") ? /** @type {string} */ (hex) : "#d9a68a";
  const part = (/** @type {number} */ i) => parseInt(text.slice(i, i + 2), 16);
  return [part(1), part(3), part(5)];
}
