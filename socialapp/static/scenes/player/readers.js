// @ts-check
/** Self-voicing: the browser's own voice reads what nobody in the scene has a voice for. */

/** A voice that has not begun by then is not coming. Seconds. */
const PATIENCE = 2.5;

export class Reader {
  /** @type {SpeechSynthesisUtterance | null} */ #current = null;
  /** Where it is in the text, in characters. */ #character = 0;
  #over = false;
  #begun = false;
  #askedAt = 0;

  /** @param {() => number} reading seconds */
  constructor(reading) {
    this.reading = reading;
  }

  static get possible() {
    return "speechSynthesis" in globalThis;
  }

  /** @param {string} text @param {string} language */
  say(text, language) {
    this.stop();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = language;
    this.#current = utterance;
    this.#character = 0;
    this.#over = this.#begun = false;
    this.#askedAt = this.reading();
    utterance.addEventListener("start", () => { this.#begun = true; });
    utterance.addEventListener("boundary", ({ charIndex }) => { this.#character = charIndex; });
    for (const end of ["end", "error"]) {
      utterance.addEventListener(end, () => {
        if (this.#current === utterance) this.#over = true;
      });
    }
    speechSynthesis.speak(utterance);
  }

  /** Whether it reads aloud, or is about to. */
  get speaking() {
    const waits = this.#begun || this.reading() - this.#askedAt < PATIENCE;
    return this.#current !== null && !this.#over && waits;
  }

  /** Characters of the text that were read; null: this voice does not say. */
  get character() {
    return this.#begun && this.#character > 0 ? this.#character : null;
  }

  /** @param {boolean} still */
  hold(still) {
    if (!this.#current) return;
    if (still) speechSynthesis.pause();
    else speechSynthesis.resume();
  }

  stop() {
    if (!this.#current) return;
    this.#current = null;
    speechSynthesis.cancel();
  }
}
