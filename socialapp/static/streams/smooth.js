// @ts-check
/**
 * Joins what a face did with what it does next. When its source changes (a line begins,
 * is cut, or ends) the difference is kept and dies away, critically damped: no jump, and
 * no lag behind the source afterwards.
 */

import { smooth } from "../stage/curves.js";

/** @import { Face } from "../stage/performance.js" */

/** How fast a difference dies away, a second: lips must follow at once, heads have weight. */
const LIPS = 34;
const EYES = 26;
const HEAD = 6.5;
const MOOD = 4;
/** @type {[keyof Face, number][]} */
const RATES = [
  ["jaw_open", LIPS], ["mouth_wide", LIPS], ["mouth_round", LIPS], ["mouth_press", LIPS],
  ["lip_bite", LIPS], ["tongue", LIPS], ["lid_left", EYES], ["lid_right", EYES],
  ["gaze_x", EYES], ["gaze_y", EYES], ["smile", MOOD], ["brow_raise", MOOD],
  ["brow_knit", MOOD], ["cheek", MOOD], ["nose_wrinkle", MOOD], ["yaw", HEAD],
  ["pitch", HEAD], ["roll", HEAD], ["x", HEAD], ["y", HEAD],
];
/** Seconds in which a drawn mouth changes into that of the next source. */
const LETTER = 0.08;
/** Who was not seen for this long has nothing to be joined with. */
const FORGOTTEN = 0.6;
/** Fastest that a part of a face is taken to have moved, its own units a second. */
const FASTEST = 40;

/**
 * What is left of a difference after `t` seconds.
 * @param {number} difference
 * @param {number} speed at the join
 * @param {number} rate
 * @param {number} t
 */
export function damped(difference, speed, rate, t) {
  return (difference + (speed + rate * difference) * t) * Math.exp(-rate * t);
}

export class Joint {
  /** @type {unknown} */ #source = undefined;
  /** @type {Face | null} */ #shown = null;
  /** @type {Face | null} */ #before = null;
  #shownAt = -Infinity;
  #beforeAt = -Infinity;
  #joinedAt = -Infinity;
  /** @type {Map<keyof Face, {difference: number, speed: number}>} */ #left = new Map();
  /** @type {{from: string, to: string} | null} */ #letters = null;

  /**
   * The face to show at `now`, for the face that the source gives.
   * @param {Face} goal
   * @param {unknown} source by identity
   * @param {number} now seconds of any clock that never jumps
   * @returns {Face}
   */
  follow(goal, source, now) {
    if (source !== this.#source) this.#join(goal, now);
    this.#source = source;
    const t = now - this.#joinedAt;
    /** @type {any} */
    const face = { ...goal };
    for (const [name, rate] of RATES) {
      const left = this.#left.get(name);
      if (left) face[name] += damped(left.difference, left.speed, rate, t);
    }
    if (this.#letters && t < LETTER && goal.mouth === this.#letters.to) {
      face.mouth_from = this.#letters.from;
      face.mouth_mix = smooth(t / LETTER);
    } else {
      this.#letters = null;
    }
    this.#before = this.#shown;
    this.#beforeAt = this.#shownAt;
    this.#shown = face;
    this.#shownAt = now;
    return face;
  }

  /**
   * @param {Face} goal
   * @param {number} now
   */
  #join(goal, now) {
    const shown = this.#shown;
    this.#joinedAt = now;
    this.#left.clear();
    this.#letters = null;
    if (!shown || now - this.#shownAt > FORGOTTEN) return;
    const since = this.#shownAt - this.#beforeAt;
    for (const [name] of RATES) {
      const value = /** @type {number} */ (shown[name]);
      const before = /** @type {number | undefined} */ (this.#before?.[name]) ?? value;
      const speed = since > 0 && since < FORGOTTEN ? (value - before) / since : 0;
      this.#left.set(name, {
        difference: value - /** @type {number} */ (goal[name]),
        speed: Math.min(Math.max(speed, -FASTEST), FASTEST),
      });
    }
    if (shown.mouth !== goal.mouth) this.#letters = { from: shown.mouth, to: goal.mouth };
  }
}

/** A light that goes up and down softly. */
export class Light {
  level = 1;

  /**
   * @param {number} goal 0 to 1
   * @param {number} passed seconds since it was last asked
   */
  follow(goal, passed) {
    this.level += (goal - this.level) * (1 - Math.exp(-5 * Math.max(passed, 0)));
    return this.level;
  }
}
