// @ts-check
/** What an eye is looked for in: the twin of ``Square`` in ``animators/warp/eyes.py``. */

import { lab } from "./lab.js";
import { sampled } from "./numbers.js";

/** @import { Point } from "./rig.js" */
/** @import { Colour, Pixels } from "./numbers.js" */

/** Of the eye's width: how far a painted eye may reach down. */
export const LOWER = 0.22;

/** Places looked at for the eye's width. */
export const GRID = 64;
export const SIDE = 2 * GRID;

/** Of a row or column of the square, in eye widths from its middle. @param {number} n */
export const place = (n) => n / GRID - 1;

/** The surroundings of one eye, and its curves there, in eye widths from its middle. */
export class Square {
  /**
   * @param {Pixels} picture
   * @param {Point[]} upper
   * @param {Point[]} lower
   */
  constructor(picture, upper, lower) {
    const [first, last] = [upper[0], upper[upper.length - 1]];
    this.width = Math.hypot(last[0] - first[0], last[1] - first[1]);
    const scale = Math.max(this.width, 1e-6);
    /** @type {Point} */
    this.across = [(last[0] - first[0]) / scale, (last[1] - first[1]) / scale];
    /** @type {Point} */
    this.middle = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
    const [top, bottom] = [upper, lower].map((curve) =>
      curve.map(([x, y]) => {
        const [dx, dy] = [(x - this.middle[0]) / scale, (y - this.middle[1]) / scale];
        const [ax, ay] = this.across;
        return /** @type {Point} */ ([dx * ax + dy * ay, dy * ax - dx * ay]);
      }),
    );
    this.top = top;
    this.bottom = bottom;
    this.rgb = new Uint8Array(3 * SIDE * SIDE);
    this.lab = new Float32Array(3 * SIDE * SIDE);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const seen = sampled(picture, this.back([place(i % SIDE), place(Math.floor(i / SIDE))]));
      this.rgb.set(seen.map(Math.round), 3 * i);
      this.lab.set(lab(this.rgb[3 * i], this.rgb[3 * i + 1], this.rgb[3 * i + 2]), 3 * i);
    }
  }

  /** @returns {Point[]} */
  get outline() {
    return [...this.top, ...this.bottom.slice().reverse()];
  }

  /** Of the eye between its lids, in eye widths. */
  get height() {
    return Math.max(...this.top.map((p, i) => this.bottom[i][1] - p[1]));
  }

  /** Pixels of the picture. @param {Point} p @returns {Point} */
  back([u, v]) {
    const [ax, ay] = this.across;
    return [
      this.middle[0] + this.width * (u * ax - v * ay),
      this.middle[1] + this.width * (u * ay + v * ax),
    ];
  }

  /** Bring the lower lid nearer to the upper one. @param {number} share */
  lift(share) {
    this.bottom = this.bottom.map(
      ([x, y], i) => /** @type {Point} */ ([x, y - (1 - share) * Math.max(y - this.top[i][1], 0)]),
    );
  }

  /** Cells of the skin under the eye. */
  below() {
    const start = Math.trunc((Math.max(...this.outline.map((p) => p[1])) + LOWER + 1) * GRID);
    /** @type {number[]} */
    const cells = [];
    for (let y = start; y < Math.min(start + Math.floor(GRID / 6), SIDE); y++) {
      for (let x = GRID / 2; x < (3 * GRID) / 2; x++) cells.push(y * SIDE + x);
    }
    return cells;
  }

  /** @param {Colour} skin Lab */
  apart(skin) {
    return Float32Array.from({ length: SIDE * SIDE }, (_, i) =>
      Math.hypot(this.lab[3 * i] - skin[0], this.lab[3 * i + 1] - skin[1], this.lab[3 * i + 2] - skin[2]),
    );
  }
}
