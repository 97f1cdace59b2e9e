// @ts-check
/** An improvised beat: the person writes, the character answers, some turns long. */

import { make } from "./make.js";

/**
 * What the character says: as text, and with a take where it has a voice.
 * @typedef {object} Answer
 * @property {string} text
 * @property {string} emotion
 * @property {boolean} done nothing more is said
 * @property {any} [performance]
 * @property {string | null} [sound] a file in base64
 * @property {import("./voices.js").Take | null} [take]
 */
/** @typedef {(said: string) => Promise<Answer | null>} Ask null: nobody improvises here; "": the character begins */

/** Characters of what one may say. */
const MOST = 300;

export class Talk {
  talks = true;
  #over = false;
  #turns = 0;
  #busy = false;

  /**
   * @param {{name: string, turns: number, ask: Ask, heard: (answer: Answer) => void, fallback: () => void}} how
   *   `heard`: the character answers; `fallback`: it says what the file has for it
   */
  constructor({ name, turns, ask, heard, fallback }) {
    this.turns = turns;
    this.ask = ask;
    this.heard = heard;
    this.fallback = fallback;
    this.input = /** @type {HTMLInputElement} */ (make("input", {
      class: "input", maxLength: MOST, autocomplete: "off", placeholder: `Say something to ${name}`,
      "aria-label": `Say something to ${name}`,
    }));
    this.name = name;
    this.left = make("span", { class: "small num", role: "status" });
    this.send = make("button", { type: "submit", class: "btn btn--primary", textContent: "Say it" });
    this.leave = make("button", { type: "button", class: "btn btn--line", textContent: "Go on" });
    this.form = make("form", { class: "scene__talk" }, [this.input, this.send, this.leave, this.left]);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#say();
    });
    this.form.addEventListener("click", (event) => event.stopPropagation());
    this.leave.addEventListener("click", () => this.stop());
  }

  /** The character speaks first. */
  begin() {
    return this.#ask("");
  }

  over() {
    return this.#over;
  }

  next() {
    return false;
  }

  hold() {}

  stop() {
    this.#over = true;
    this.form.remove();
  }

  async #say() {
    const said = this.input.value.trim();
    if (!said || this.#busy || this.#over) return;
    this.#turns += 1;
    await this.#ask(said);
  }

  /** @param {string} said */
  async #ask(said) {
    this.#busy = true;
    this.send.setAttribute("aria-busy", "true");
    this.left.textContent = `${this.name} thinks`;
    /** @type {Answer | null} */
    let answer = null;
    try {
      answer = await this.ask(said);
    } catch (error) {
      // Words that are refused may be said otherwise.
      if (/** @type {any} */ (error).status === 422 && !this.#over) {
        this.#turns -= 1;
        this.#free();
        this.left.textContent = error instanceof Error ? error.message : "";
        return;
      }
    }
    if (this.#over) return;
    this.#free();
    if (!answer) {
      this.stop();
      return this.fallback();
    }
    this.input.value = "";
    this.heard(answer);
    if (answer.done || this.#turns >= this.turns) return this.stop();
    this.#count();
    this.input.focus({ preventScroll: true });
  }

  #free() {
    this.#busy = false;
    this.send.removeAttribute("aria-busy");
  }

  #count() {
    const left = this.turns - this.#turns;
    this.left.textContent = left === 1 ? "1 turn" : `${left} turns`;
  }
}
