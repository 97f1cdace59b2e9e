// @ts-check
/** Turns of a wheel and flicks on a trackpad, one step each. No DOM. */

const PAUSE = 160; // milliseconds without an event end a gesture
const ENOUGH = 24; // pixels that are meant; less is a resting finger
const REST = 350; // milliseconds in which what comes is the end of the flick before
const AGAIN = 1.6; // so much faster than the wheel ran out is another flick

export class Wheel {
  constructor() {
    this.sum = 0;
    this.last = -Infinity;
    this.stepped = -Infinity;
    this.spent = false;
    /** How fast the wheel runs now, smoothed: a flick decays, a new one jumps. */
    this.pace = 0;
  }

  /**
   * @param {number} delta pixels, down is positive
   * @param {number} at milliseconds
   * @returns {-1 | 0 | 1} the step to take
   */
  turn(delta, at) {
    const size = Math.abs(delta);
    if (at - this.last > PAUSE || (this.sum && Math.sign(delta) !== Math.sign(this.sum))) {
      this.sum = 0;
      this.spent = false;
      this.pace = 0;
    }
    this.last = at;
    if (this.spent) {
      const another = at - this.stepped > REST && size > ENOUGH && size > this.pace * AGAIN;
      this.pace = this.pace * 0.6 + size * 0.4;
      if (!another) return 0;
      this.sum = 0;
    }
    this.pace = this.pace ? this.pace * 0.6 + size * 0.4 : size;
    this.sum += delta;
    if (Math.abs(this.sum) < ENOUGH) return 0;
    this.spent = true;
    this.stepped = at;
    return this.sum > 0 ? 1 : -1;
  }
}
