// @ts-check
/** Which beats somebody has read, in a version of a scene. */

/** @typedef {import("./kept.js").Kept} Kept */

/** A mark of 40 beats fits a number; of more states than these nobody needs to know. */
const STATES = 5000;

export class ReadMarks {
  /** @type {Map<string, number>} by state: a bit for each beat */ #marks = new Map();

  /**
   * @param {Kept} kept
   * @param {string} digest of the version
   */
  constructor(kept, digest) {
    this.kept = kept;
    this.name = `read-${digest}`;
    const found = kept.get(this.name);
    for (const [state, mark] of Object.entries(found ?? {})) {
      if (Number.isSafeInteger(mark) && mark > 0) this.#marks.set(state, mark);
    }
  }

  /** @param {{state: string, beat: number}} step */
  has({ state, beat }) {
    return Math.floor((this.#marks.get(state) ?? 0) / 2 ** beat) % 2 === 1;
  }

  /** @param {{state: string, beat: number}} step */
  add(step) {
    if (this.has(step) || (this.#marks.size >= STATES && !this.#marks.has(step.state))) return;
    this.#marks.set(step.state, (this.#marks.get(step.state) ?? 0) + 2 ** step.beat);
  }

  keep() {
    this.kept.set(this.name, Object.fromEntries(this.#marks));
  }
}
