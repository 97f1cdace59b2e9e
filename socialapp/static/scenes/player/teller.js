// @ts-check
/**
 * Tells steps in their order: what is said waits for whoever reads, or goes on by
 * itself; everything else happens and passes. Time comes from outside.
 */

import { words } from "./steps.js";

/** @typedef {import("./steps.js").Step} Step */
/**
 * Something that lasts: words that are said, or a talk.
 * @typedef {object} Saying
 * @property {() => boolean} over
 * @property {() => boolean} next shows what follows of it; false: nothing follows
 * @property {() => void} stop
 * @property {(still: boolean) => void} hold
 * @property {boolean} [talks] the person answers: nothing but themselves ends it
 */
/**
 * @typedef {object} Troupe what does as it is told
 * @property {(step: Step) => Saying} say
 * @property {(step: Step, quick: boolean) => void} show
 * @property {() => void} rests words are told, and wait for the person
 * @property {() => void} done everything is told
 */
/** @typedef {{auto: boolean, skips: (step: Step) => boolean, holdsLast: boolean}} Manner */

/** Seconds that words stay after they are told, when it goes on by itself. */
const LINGERS = 0.9;

export class Teller {
  /** @type {Step[]} */ #steps = [];
  #number = 0;
  /** @type {Saying | null} */ #saying = null;
  /** @type {number | null} when the saying was over */ #overAt = null;
  /** Seconds of a pause that are left. */ #pause = 0;
  #still = false;
  #lastAt = 0;
  busy = false;
  /** @type {Manner} */
  manner = { auto: false, skips: () => false, holdsLast: false };

  /** @param {Troupe} troupe @param {() => number} reading seconds */
  constructor(troupe, reading) {
    this.troupe = troupe;
    this.reading = reading;
  }

  /** @returns {Step | null} */
  get step() {
    return this.busy ? (this.#steps[this.#number] ?? null) : null;
  }

  /** Words are told to their end, and wait. */
  get resting() {
    return this.#overAt !== null;
  }

  /** @param {Step[]} steps @param {Manner} manner */
  tell(steps, manner) {
    this.stop();
    this.#steps = steps;
    this.#number = 0;
    this.manner = manner;
    this.busy = true;
    this.#lastAt = this.reading();
    this.#begin();
  }

  /** Nothing more of it. */
  stop() {
    this.#saying?.stop();
    this.#saying = this.#overAt = null;
    this.#pause = 0;
    this.busy = false;
  }

  /** Time stands still, or goes on. @param {boolean} still */
  hold(still) {
    if (still === this.#still) return;
    this.#still = still;
    this.#lastAt = this.reading();
    this.#saying?.hold(still);
  }

  /** The person wants to go on: to the next page, the next words, the end of a pause. */
  next() {
    if (!this.busy || this.#still || this.#saying?.talks) return;
    if (this.#saying?.next()) {
      this.#overAt = null;
      return;
    }
    this.#leave();
  }

  /** Bring everything up to date. */
  tick() {
    const now = this.reading();
    const passed = now - this.#lastAt;
    this.#lastAt = now;
    if (!this.busy || this.#still) return;
    const { step } = this;
    if (step && this.manner.skips(step) && !this.#saying?.talks) return this.#leave();
    if (this.#saying) this.#listen(now);
    else {
      this.#pause -= passed;
      if (this.#pause <= 0) this.#leave();
    }
  }

  /** @param {number} now */
  #listen(now) {
    const saying = /** @type {Saying} */ (this.#saying);
    if (!saying.over()) return;
    const last = !this.#waits();
    if (saying.talks || (last && !this.manner.holdsLast)) return this.#leave();
    if (this.#overAt === null) {
      this.#overAt = now;
      if (!this.manner.auto) this.troupe.rests();
    }
    if (this.manner.auto && now - this.#overAt >= LINGERS) this.#leave();
  }

  /** Whether something comes that takes time. */
  #waits() {
    return this.#steps.slice(this.#number + 1).some((step) => words(step) || step.kind === "pause");
  }

  #leave() {
    this.#saying?.stop();
    this.#saying = this.#overAt = null;
    this.#number += 1;
    this.#begin();
  }

  /** The step that stands there now, and those after it that take no time. */
  #begin() {
    for (;;) {
      const { step } = this;
      if (!step) break;
      const quick = this.manner.skips(step);
      if (words(step)) {
        if (!quick) {
          this.#saying = this.troupe.say(step);
          if (this.#still) this.#saying.hold(true);
          return;
        }
        this.troupe.show(step, true);
      } else if (step.kind === "pause") {
        this.#pause = quick ? 0 : (step.written.seconds ?? 0);
        if (this.#pause > 0) return;
      } else {
        this.troupe.show(step, quick);
      }
      this.#number += 1;
    }
    this.busy = false;
    this.troupe.done();
  }
}
