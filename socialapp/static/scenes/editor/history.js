// @ts-check
/** Undo and redo. Documents share what did not change, so each step costs little. */

const STEPS = 500;
const TOGETHER = 1500; // milliseconds: typing within them is one step

/** @typedef {{scene: any, label: string, selected: string}} Step */

export class History {
  /** @param {any} scene @param {() => number} now */
  constructor(scene, now = () => Date.now()) {
    this.scene = scene;
    this.now = now;
    /** What was, the latest last. @type {Step[]} */
    this.past = [];
    /** What was undone, the latest last. @type {Step[]} */
    this.future = [];
    this.together = "";
    this.at = 0;
  }

  /**
   * `together` names what is being typed: the next change of the same is the same step.
   * @param {string} label @param {any} scene @param {{together?: string, selected?: string}} how
   */
  put(label, scene, { together = "", selected = "" } = {}) {
    if (scene === this.scene) return;
    const at = this.now();
    const same = together && together === this.together && at - this.at < TOGETHER;
    if (!same || !this.past.length) {
      this.past.push({ scene: this.scene, label, selected });
      if (this.past.length > STEPS) this.past.shift();
    }
    this.together = together;
    this.at = at;
    this.scene = scene;
    this.future = [];
  }

  /** @param {string} selected now @returns {Step | null} */
  undo(selected = "") {
    return this.step(this.past, this.future, selected);
  }

  /** @param {string} selected now @returns {Step | null} */
  redo(selected = "") {
    return this.step(this.future, this.past, selected);
  }

  /** @param {Step[]} from @param {Step[]} to @param {string} selected */
  step(from, to, selected) {
    const step = from.pop();
    if (!step) return null;
    to.push({ scene: this.scene, label: step.label, selected });
    this.scene = step.scene;
    this.together = "";
    return step;
  }
}
