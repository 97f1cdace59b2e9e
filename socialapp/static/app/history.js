// @ts-check
/** Undo and redo over values that are never changed, only replaced. */

/** Steps that are kept; a recipe is small, patience is not. */
const KEPT = 100;

/** @template T */
export class History {
  /** @type {T[]} */ #steps;
  #at = 0;

  /** @param {T} first */
  constructor(first) {
    this.#steps = [first];
  }

  get now() {
    return this.#steps[this.#at];
  }

  get past() {
    return this.#at > 0;
  }

  get future() {
    return this.#at < this.#steps.length - 1;
  }

  /**
   * What was undone before is forgotten.
   * @param {T} value
   */
  add(value) {
    this.#steps = [...this.#steps.slice(0, this.#at + 1), value].slice(-KEPT);
    this.#at = this.#steps.length - 1;
  }

  /** False when there is nothing to undo. */
  undo() {
    if (!this.past) return false;
    this.#at -= 1;
    return true;
  }

  redo() {
    if (!this.future) return false;
    this.#at += 1;
    return true;
  }
}
