// @ts-check
/** The clock of a play: it runs only while the play waits for the person. Seconds. */

export class PlayClock {
  #at = 0;
  /** @type {number | null} reading at which it began to run */ #from = null;

  /** @param {() => number} reading seconds of any clock that never jumps */
  constructor(reading) {
    this.reading = reading;
  }

  /** @param {number} at */
  set(at) {
    this.#at = at;
    if (this.#from !== null) this.#from = this.reading();
  }

  run() {
    this.#from ??= this.reading();
  }

  hold() {
    this.#at = this.now;
    this.#from = null;
  }

  get running() {
    return this.#from !== null;
  }

  /** To the millisecond: what is written into the log. */
  get now() {
    const passed = this.#from === null ? 0 : Math.max(0, this.reading() - this.#from);
    return Math.round((this.#at + passed) * 1000) / 1000;
  }
}
