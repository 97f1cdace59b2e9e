// @ts-check
/** The browser's twin of socialapp/performance/curves.py: the same arithmetic in the same order. */

/** @param {number} x @param {number} low @param {number} high */
export function clamp(x, low, high) {
  return x < low ? low : Math.min(x, high);
}

/** 0 to 1 with flat ends, for any x. @param {number} x */
export function smooth(x) {
  const u = clamp(x, 0, 1);
  return u * u * (3 - 2 * u);
}

/** 1 at distance 0, flat 0 from `reach` on. @param {number} distance @param {number} reach */
export function bump(distance, reach) {
  if (distance >= reach) return 0;
  const u = distance / reach;
  const v = 1 - u * u;
  return v * v;
}

/** How many of the sorted `times` are at or before `t`. @param {number[]} times @param {number} t */
export function countUntil(times, t) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t < times[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Values that hold until the next key and change softly, in `ramp` seconds. */
export class Holds {
  /** @param {[number, number[]][]} keys @param {number} ramp */
  constructor(keys, ramp) {
    this.ramp = ramp;
    this.times = keys.map(([at]) => at);
    this.goals = keys.map(([, values]) => values);
    /** @type {number[][]} */
    this.starts = [];
    this.times.forEach((at, i) => {
      this.starts.push(i === 0 ? this.goals[0] : this.value(i - 1, at));
    });
  }

  /** @param {number} i @param {number} t @returns {number[]} */
  value(i, t) {
    const s = smooth((t - this.times[i]) / this.ramp);
    return this.starts[i].map((a, k) => a + (this.goals[i][k] - a) * s);
  }

  /** @param {number} t */
  at(t) {
    return this.value(Math.max(0, countUntil(this.times, t) - 1), t);
  }
}

/** Monotone cubic interpolation (Fritsch and Carlson, 1980). */
export class Smooth {
  /** @param {[number, number[]][]} keys */
  constructor(keys) {
    const kept = keys.filter(([at], i) => i + 1 === keys.length || keys[i + 1][0] > at);
    this.times = kept.map(([at]) => at);
    this.values = kept.map(([, values]) => values);
    this.slopes = kept.map((_, i) => this.slopesAt(i));
  }

  /** @param {number} i @returns {number[]} */
  slopesAt(i) {
    if (i === 0 || i + 1 === this.times.length) return this.values[i].map(() => 0);
    const before = this.times[i] - this.times[i - 1];
    const after = this.times[i + 1] - this.times[i];
    return this.values[i].map((b, k) => {
      const d0 = (b - this.values[i - 1][k]) / before;
      const d1 = (this.values[i + 1][k] - b) / after;
      if (d0 * d1 <= 0) return 0;
      const w0 = 2 * after + before;
      const w1 = after + 2 * before;
      return (w0 + w1) / (w0 / d0 + w1 / d1);
    });
  }

  /** @param {number} t @returns {number[]} */
  at(t) {
    const end = this.times.length - 1;
    if (t <= this.times[0]) return this.values[0];
    if (t >= this.times[end]) return this.values[end];
    const i = countUntil(this.times, t) - 1;
    const h = this.times[i + 1] - this.times[i];
    const u = (t - this.times[i]) / h;
    const v = 1 - u;
    const h00 = (1 + 2 * u) * v * v;
    const h10 = u * v * v;
    const h01 = u * u * (3 - 2 * u);
    const h11 = u * u * (u - 1);
    return this.values[i].map(
      (a, k) =>
        h00 * a + h10 * h * this.slopes[i][k] +
        h01 * this.values[i + 1][k] + h11 * h * this.slopes[i + 1][k],
    );
  }
}
