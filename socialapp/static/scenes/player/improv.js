// @ts-check
/** An improvised beat as something that is said: the talk, its answers, then on. */

import { Talk } from "./talk.js";

/** @typedef {import("./steps.js").Step} Step */
/** @typedef {import("./spoken.js").Spoken} Spoken */
/**
 * @typedef {object} Means
 * @property {HTMLElement} box where the person writes
 * @property {import("./talk.js").Ask} ask
 * @property {(answer: import("./talk.js").Answer) => Spoken} speak
 * @property {() => Spoken} fallback
 */

export class Improv {
  /** @type {Spoken | null} */ #spoken = null;

  /** @param {Step} step @param {string} name @param {Means} means */
  constructor(step, name, means) {
    this.talk = new Talk({
      name,
      turns: step.written.turns ?? 1,
      ask: means.ask,
      heard: (answer) => {
        this.#spoken?.stop();
        this.#spoken = means.speak(answer);
      },
      fallback: () => {
        this.#spoken?.stop();
        this.#spoken = means.fallback();
      },
    });
    means.box.replaceChildren(this.talk.form);
    void this.talk.begin();
  }

  /** The person talks, or went on without a word: nothing waits to be read. */
  get talks() {
    return !this.talk.over() || this.#spoken === null;
  }

  over() {
    return this.talk.over() && (this.#spoken?.over() ?? true);
  }

  next() {
    return this.#spoken?.next() ?? false;
  }

  stop() {
    this.talk.stop();
    this.#spoken?.stop();
  }

  /** @param {boolean} still */
  hold(still) {
    this.#spoken?.hold(still);
  }
}
