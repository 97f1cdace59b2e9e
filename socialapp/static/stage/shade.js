// @ts-check
/**
 * Light on a face that moves: the fold beside a smile, and what an open jaw throws into
 * shade. The twin of ``avatarfx/animators/warp/shade.py``; change both.
 */

import { linear, middling, sampled } from "./numbers.js";
import { blurred, dilated } from "./masks.js";
import { lab } from "./lab.js";

/** @import { Face } from "./performance.js" */
/** @import { Grids } from "./grids.js" */
/** @import { Point } from "./rig.js" */
/** @import { Colour, Pixels } from "./numbers.js" */

/** By MediaPipe's numbers. */
const FOLDS = [[129, 203, 206, 216, 212], [358, 423, 426, 436, 432]];
const CHIN = [172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397];
const UNDER_LIP = [204, 194, 201, 200, 421, 418, 424];
const CHEEKS = [50, 280, 205, 425, 101, 330];
const DEEPEST = { fold: 0.17, cheek: 0.06, neck: 0.24, furrow: 0.1 };
const WIDE = { fold: 0.045, cheek: 0.13, neck: 0.22, furrow: 0.06 };
const EDGE = 0.12;
const LEAST = 0.05;
const SKIN = 14;
const OTHER = 26;

/** Places of the field along each side of the face's lattice. */
const SIDE = 96;

/**
 * How much of both shades a face throws.
 * @param {Face} face
 * @returns {[smiling: number, open: number]}
 */
export function sharesOf(face) {
  const smiling = Math.min(1, Math.max(face.smile, 0.6 * face.cheek, 0));
  const open = Math.min(1, face.jaw_open * (1 - face.mouth_press));
  return [smiling < LEAST ? 0 : smiling, open < LEAST ? 0 : open];
}

/**
 * What is added to the light over the face's lattice, at SIDE x SIDE places: with a smile
 * and with an open mouth, in turn.
 * @param {Pixels} picture
 * @param {Grids} grids
 * @param {Point[]} landmarks 478, in units of the portrait's width
 * @param {Colour | null} hair Lab of the moustache, if one grows
 */
export function shadeField(picture, grids, landmarks, hair) {
  const { face, unit, zone, lips } = grids;
  const nodes = Array.from({ length: SIDE * SIDE }, (_, i) =>
    /** @type {Point} */ ([
      face.x + (face.width * (i % SIDE)) / (SIDE - 1),
      face.y + (face.height * Math.floor(i / SIDE)) / (SIDE - 1),
    ]),
  );
  const top = Math.min(...lips.lower.map((p) => p[1])) - 0.3 * unit;
  const bottom = zone[1] + zone[3] + 0.3 * unit;
  const smiling = smilingLight(nodes, landmarks, unit);
  const open = openLight(nodes, landmarks, unit);
  const step = face.width / (SIDE - 1);
  const lit = Uint8Array.from(nodes, (_, i) => Number(Math.abs(smiling[i]) + Math.abs(open[i]) > 0.004));
  const near = dilated(lit, { width: SIDE, height: SIDE }, 9);
  const skin = skinness(picture, nodes, near, { cheeks: CHEEKS.map((n) => landmarks[n]), unit, hair, step });
  const out = new Float32Array(2 * SIDE * SIDE);
  nodes.forEach(([, y], i) => {
    const share = Math.min(Math.max((bottom - EDGE * unit - y) / (0.35 * (bottom - top)), 0), 1);
    out[2 * i] = smiling[i] * skin[i];
    out[2 * i + 1] = open[i] * skin[i] * share * share * (3 - 2 * share);
  });
  return out;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Float32Array} field
 */
export function shadeTexture(gl, field) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG16F, SIDE, SIDE, 0, gl.RG, gl.FLOAT, field);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
  }
  for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
    gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
  }
  return texture;
}

/**
 * How much of what lies around a node is like the skin of the cheeks, and not like hair.
 * @param {Pixels} picture
 * @param {Point[]} nodes
 * @param {Uint8Array} asked of which nodes
 * @param {{cheeks: Point[], unit: number, hair: Colour | null, step: number}} what `step`:
 *   between nodes
 */
function skinness(picture, nodes, asked, { cheeks, unit, hair, step }) {
  const reach = step / 3;
  const at = (/** @type {Point} */ [x, y]) => {
    const sum = [0, 0, 0];
    for (const dy of [-reach, 0, reach]) {
      for (const dx of [-reach, 0, reach]) {
        sampled(picture, [(x + dx) * picture.width - 0.5, (y + dy) * picture.width - 0.5]).forEach((v, c) => {
          sum[c] += v / 9;
        });
      }
    }
    const [l, a, b] = lab(sum[0], sum[1], sum[2]);
    return [l / 2, a, b];
  };
  const seen = cheeks.map(at);
  const plain = [0, 1, 2].map((c) => middling(seen.map((v) => v[c])));
  const far = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
    Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  const like = Float32Array.from(nodes, (node, i) => {
    if (!asked[i]) return 0;
    const here = at(node);
    const away = far(here, plain);
    const share = Math.min(Math.max((OTHER - away) / (OTHER - SKIN), 0), 1);
    if (!hair) return share;
    const near = far(here, [hair[0] / 2, hair[1], hair[2]]);
    return share * Math.min(Math.max((near / (near + away + 1e-3) - 0.4) / 0.2, 0), 1);
  });
  return blurred(like, { width: SIDE, height: SIDE }, Math.max(0.5, (0.04 * unit) / step));
}

/**
 * @param {Point[]} nodes
 * @param {Point[]} landmarks
 * @param {number} unit
 */
function smilingLight(nodes, landmarks, unit) {
  const light = new Float32Array(nodes.length);
  const all = FOLDS.flat().map((n) => landmarks[n]);
  const middle = [0, 1].map((k) => all.reduce((sum, p) => sum + p[k], 0) / all.length);
  for (const fold of FOLDS) {
    const curve = fold.map((n) => landmarks[n]);
    add(light, nodes, curve, WIDE.fold * unit, -DEEPEST.fold);
    const beside = curve.slice(0, 3).map(([x, y]) => {
      const long = Math.max(Math.hypot(x - middle[0], y - middle[1]), 1e-6);
      const by = (0.16 * unit) / long;
      return /** @type {Point} */ ([x + by * (x - middle[0]), y + by * (y - middle[1])]);
    });
    add(light, nodes, beside, WIDE.cheek * unit, DEEPEST.cheek);
  }
  return light;
}

/**
 * @param {Point[]} nodes
 * @param {Point[]} landmarks
 * @param {number} unit
 */
function openLight(nodes, landmarks, unit) {
  const light = new Float32Array(nodes.length);
  const chin = CHIN.map((n) => landmarks[n]);
  const [[x0, y0], [x1, y1]] = [chin[0], chin[chin.length - 1]];
  const long = Math.max(Math.hypot(x1 - x0, y1 - y0), 1e-6);
  const [ax, ay] = [(x1 - x0) / long, (y1 - y0) / long];
  const along = (/** @type {Point} */ [x, y]) => (x - x0) * ax + (y - y0) * ay;
  const down = (/** @type {Point} */ [x, y]) => (y - y0) * ax - (x - x0) * ay;
  const [places, heights] = [chin.map(along), chin.map(down)];
  const under = (/** @type {Point} */ p) => down(p) > linear(along(p), places, heights);
  add(light, nodes, chin, WIDE.neck * unit, -DEEPEST.neck, (p) => (under(p) ? 1 : 0.25));
  add(light, nodes, UNDER_LIP.map((n) => landmarks[n]), WIDE.furrow * unit, -DEEPEST.furrow);
  return light;
}

/**
 * A bell on both sides of a curve, which falls to nothing at its ends.
 * @param {Float32Array} light
 * @param {Point[]} nodes
 * @param {Point[]} curve
 * @param {number} reach
 * @param {number} by
 * @param {(p: Point) => number} [narrower]
 */
function add(light, nodes, curve, reach, by, narrower = () => 1) {
  const fine = Array.from({ length: 25 }, (_, n) => {
    const at = (n * (curve.length - 1)) / 24;
    const i = Math.min(Math.floor(at), curve.length - 2);
    return [0, 1].map((k) => curve[i][k] + (at - i) * (curve[i + 1][k] - curve[i][k]));
  });
  const lows = [0, 1].map((k) => Math.min(...fine.map((p) => p[k])) - 3 * reach);
  const highs = [0, 1].map((k) => Math.max(...fine.map((p) => p[k])) + 3 * reach);
  nodes.forEach((p, i) => {
    if (p.some((v, k) => v < lows[k] || v > highs[k])) return;
    let [least, nearest] = [Infinity, 0];
    fine.forEach(([x, y], n) => {
      const apart = (p[0] - x) ** 2 + (p[1] - y) ** 2;
      if (apart < least) [least, nearest] = [apart, n];
    });
    const ends = Math.sqrt(Math.max(0, Math.sin((Math.PI * nearest) / 24)));
    const away = Math.sqrt(least) / (narrower(p) * reach);
    light[i] += by * Math.exp(-away * away) * ends;
  });
}
