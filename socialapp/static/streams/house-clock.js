// @ts-check
/**
 * The stream's clock, as far as this browser can know it. Measured against a reading that
 * never jumps, so that a wrong or corrected time of day changes nothing.
 */

/** Round trips that are remembered, and for how long: clocks drift. */
const KEPT = 12;
const KEPT_SECONDS = 120;
/** Those that took the least time tell most, */
const BEST = 5;
/** and of these the ones that took hardly longer than the quickest: half of what a busy page
 * lets an answer wait is a fault of its clock. */
const ALIKE = 1.5;
const ALIKE_SECONDS = 0.02;
/** A quickest trip that is slower leaves the clock too unsure for a stage. */
const SURE_SECONDS = 0.15;

/** Seconds since the page began. */
export const reading = () => performance.now() / 1000;

export class HouseClock {
  /** @type {{offset: number, trip: number, at: number}[]} */
  #trips = [];
  #offset = 0;

  /** @param {() => number} [read] */
  constructor(read = reading) {
    this.read = read;
  }

  /** Whether a round trip was measured. */
  get known() {
    return this.#trips.length > 0;
  }

  /** Whether a round trip was quick enough to trust it. */
  get sure() {
    return this.#trips.some((one) => one.trip <= SURE_SECONDS);
  }

  /** Now, seconds of the stream's clock. */
  now() {
    return this.read() + this.#offset;
  }

  /**
   * Told without asking: late by the way here, and better than nothing.
   * @param {number} clock
   */
  guess(clock) {
    if (!this.known) this.#offset = clock - this.read();
  }

  /**
   * A ping was answered.
   * @param {number} sent reading when it left
   * @param {number} clock what the house's clock was
   */
  note(sent, clock) {
    const received = this.read();
    const trip = received - sent;
    const recent = this.#trips.filter((one) => received - one.at < KEPT_SECONDS);
    this.#trips = [...recent.slice(1 - KEPT), { offset: clock - (sent + received) / 2, trip, at: received }];
    const best = [...this.#trips].sort((a, b) => a.trip - b.trip).slice(0, BEST);
    const most = Math.max(ALIKE * best[0].trip, best[0].trip + ALIKE_SECONDS);
    this.#offset = median(best.filter((one) => one.trip <= most).map((one) => one.offset));
  }

  /** What was measured is worth nothing any more: this computer slept. */
  forget() {
    this.#trips = [];
  }
}

/** @param {number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
}
