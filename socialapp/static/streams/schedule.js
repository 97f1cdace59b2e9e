// @ts-check
/**
 * Which line plays when. A line begins at its moment on the stream's clock, for everybody
 * at once. One that comes late begins when it is here, after the one before it, and the
 * pauses between lines make up for it; one that comes later still is joined in its
 * middle, as is the line that plays when somebody enters. Lines never overlap.
 */

/** @import { Line, Lines } from "./lines.js" */

/** More than this behind the others, nobody waits for a beginning any more. Seconds. */
export const LATE = 1.2;
/** How long a line waits for its sound before it plays without. */
export const GRACE = 0.8;

/**
 * A line on stage: `began` is its first moment on the stream's clock, which nobody has
 * seen who joined in its middle.
 * @typedef {{line: Line, began: number}} Playing
 */

/** @typedef {{ended: Line[], begun: Playing | null}} Step */

export class Schedule {
  /** @type {Playing | null} */ current = null;
  /** Lines that began before this are joined in their middle. */
  joined = -Infinity;
  /** Number of the last line that was played or passed over. */
  #last = 0;
  /** When the stage is free. */
  #free = -Infinity;

  /** @param {Lines} lines */
  constructor(lines) {
    this.lines = lines;
  }

  /**
   * Bring everything up to `now`.
   * @param {number} now
   * @returns {Step}
   */
  step(now) {
    /** @type {Line[]} */
    const ended = [];
    /** @type {Playing | null} */
    let begun = null;
    for (;;) {
      if (this.current) {
        const end = this.#end(this.current);
        if (now < end) break;
        // What began and ended since the last step was seen by nobody.
        if (begun === this.current) begun = null;
        else ended.push(this.current.line);
        this.#free = Math.min(now, Math.max(end, this.#free));
        this.current = null;
      }
      const next = this.next();
      if (!next || now < next.moment) break;
      this.#last = next.line.line;
      this.current = begun = { line: next.line, began: next.began };
    }
    return { ended, begun };
  }

  /**
   * The line after the current one: at which moment it comes on, and where its first
   * moment is then. Lines of which nothing is left to play are passed over.
   * @returns {(Playing & {moment: number}) | null}
   */
  next() {
    const from = this.current ? this.current.line.line : this.#last;
    const free = this.current ? this.#end(this.current) : this.#free;
    for (const line of this.lines.after(from)) {
      const plan = this.#plan(line, free);
      if (this.#end(plan) > plan.moment) return plan;
      if (!this.current) this.#last = line.line;
    }
    return null;
  }

  /**
   * Start anew at `now`: somebody entered, sought, or woke up.
   * @param {number} now
   */
  join(now) {
    this.joined = now;
    this.current = null;
    this.#last = 0;
    this.#free = -Infinity;
  }

  /** @param {Playing} playing */
  #end({ line, began }) {
    return Math.min(line.end(began), this.lines.over);
  }

  /**
   * @param {Line} line
   * @param {number} free
   */
  #plan(line, free) {
    const due = Math.max(line.at, free);
    const here = Math.max(due, line.came);
    if (line.at < this.joined) return { line, began: line.at, moment: Math.max(here, this.joined) };
    const moment = Math.max(due, Math.min(line.ready, here + GRACE));
    return { line, began: moment - line.at > LATE ? line.at : moment, moment };
  }
}
