// @ts-check
/** Rows of numbers, and colours between the pixels of a picture, as numpy has them. */

/** @import { Point } from "./rig.js" */

/** @typedef {[number, number, number]} Colour */

/**
 * @typedef {object} Pixels
 * @property {Uint8ClampedArray} data RGBA
 * @property {number} width
 * @property {number} height
 */

/**
 * A picture between its pixels.
 * @param {Pixels} picture
 * @param {Point} at
 * @returns {Colour}
 */
export function sampled({ data, width, height }, [x, y]) {
  const u = Math.min(Math.max(x, 0), width - 1);
  const v = Math.min(Math.max(y, 0), height - 1);
  const [i, j] = [Math.floor(u), Math.floor(v)];
  const [f, g] = [u - i, v - j];
  const right = i + 1 < width ? 4 : 0;
  const below = j + 1 < height ? 4 * width : 0;
  const at = 4 * (j * width + i);
  const [a, b, c, d] = [(1 - f) * (1 - g), f * (1 - g), (1 - f) * g, f * g];
  const mixed = (/** @type {number} */ n) =>
    a * data[n] + b * data[n + right] + c * data[n + below] + d * data[n + right + below];
  return [mixed(at), mixed(at + 1), mixed(at + 2)];
}

/** @param {(c: number) => number} value @returns {Colour} */
export function each(value) {
  return [value(0), value(1), value(2)];
}

/** @param {number[]} values */
export function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** @param {number[]} values */
export function middling(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
}

/** Each with those beside it; the ends repeat. @param {number[]} values @param {number} reach */
export function windows(values, reach) {
  const at = (/** @type {number} */ i) => values[Math.min(Math.max(i, 0), values.length - 1)];
  return values.map((_, i) => Array.from({ length: 2 * reach + 1 }, (_v, d) => at(i + d - reach)));
}

/** What is NaN, from what is not. @param {number[]} values */
export function between(values) {
  const known = values.flatMap((v, i) => (Number.isNaN(v) ? [] : [i]));
  return values.map((_, i) => linear(i, known, known.map((k) => values[k])));
}

/**
 * As numpy.interp.
 * @param {number} x
 * @param {number[]} xs rising
 * @param {number[]} ys
 */
export function linear(x, xs, ys) {
  if (x <= xs[0]) return ys[0];
  for (let i = 1; i < xs.length; i++) {
    if (x <= xs[i]) return ys[i - 1] + ((x - xs[i - 1]) / (xs[i] - xs[i - 1])) * (ys[i] - ys[i - 1]);
  }
  return ys[ys.length - 1];
}

/** @param {number[]} line @param {number} sigma */
export function smooth(line, sigma) {
  const reach = Math.ceil(3 * sigma);
  return windows(line, reach).map((near) => {
    let [sum, total] = [0, 0];
    near.forEach((v, i) => {
      const weight = Math.exp(-0.5 * ((i - reach) / sigma) ** 2);
      sum += weight * v;
      total += weight;
    });
    return sum / total;
  });
}
