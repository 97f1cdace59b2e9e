// @ts-check
/** The play button and the waveform under a live stage. */
import "../stage/stage.js";

/** @import { TroupeStage } from "../stage/stage.js" */
/** @import { Speech } from "./speech.js" */

const BARS = 52;
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function part(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`Nothing matches ${selector}`);
  return found;
}

/**
 * Show a refusal, or hide it.
 * @param {HTMLElement | null} box
 * @param {string} [words]
 */
export function say(box, words = "") {
  if (!box) return;
  const text = box.querySelector("span");
  if (text) text.textContent = words;
  box.hidden = !words;
}

export class Player {
  #asked = 0;

  /**
   * @param {ParentNode} root holds a ``[data-player]`` and a ``<troupe-stage>``
   * @param {() => Promise<Speech>} prepare what is played when nothing else was asked for
   */
  constructor(root, prepare) {
    this.prepare = prepare;
    this.stage = /** @type {TroupeStage} */ (part(root, "troupe-stage"));
    const box = part(root, "[data-player]");
    this.button = part(box, "[data-play]");
    this.wave = /** @type {SVGSVGElement} */ (box.querySelector("[data-wave]"));
    this.error = /** @type {HTMLElement | null} */ (root.querySelector("[data-player-error]"));
    /** @type {Speech | null} */
    this.loaded = null;
    this.#drawWave(null);
    this.button.addEventListener("click", () => void this.toggle());
    this.stage.addEventListener("stage-state", () => this.#show());
    this.stage.addEventListener("stage-time", () => this.#progress());
    this.#show();
  }

  async toggle() {
    if (this.stage.dataset.state === "playing") return this.stage.pause();
    await this.play(this.prepare);
  }

  /**
   * Fetch and play; a second call overtakes the first.
   * @param {() => Promise<Speech>} prepare
   */
  async play(prepare) {
    const turn = ++this.#asked;
    say(this.error);
    this.stage.unlock();
    this.#busy(true);
    try {
      const speech = await prepare();
      if (turn !== this.#asked) return;
      await this.#load(speech);
      if (turn !== this.#asked) return;
      await this.stage.play();
    } catch (error) {
      if (turn === this.#asked) say(this.error, error instanceof Error ? error.message : "");
    } finally {
      if (turn === this.#asked) this.#busy(false);
    }
  }

  /** @param {Speech} speech */
  async #load(speech) {
    if (this.loaded === speech) return;
    this.loaded = speech;
    this.stage.perform(speech.performance, speech.sound);
    await this.stage.loaded();
    this.#drawWave(this.stage.loudness(BARS));
  }

  /** @param {boolean} on */
  #busy(on) {
    if (on) this.button.setAttribute("aria-busy", "true");
    else this.button.removeAttribute("aria-busy");
    this.#show();
  }

  #show() {
    const playing = this.stage.dataset.state === "playing";
    const waiting = this.button.hasAttribute("aria-busy") && !playing;
    const icons = { wait: waiting, pause: playing, play: !waiting && !playing };
    for (const [name, shown] of Object.entries(icons)) {
      const icon = this.button.querySelector(`[data-icon-${name}]`);
      if (icon instanceof HTMLElement) icon.hidden = !shown;
    }
    this.button.setAttribute("aria-label", playing ? "Pause" : (this.button.dataset.label ?? "Play"));
    if (!playing) this.#progress();
  }

  #progress() {
    const { time, seconds } = this.stage;
    const done = seconds > 0 && time < seconds ? (time / seconds) * BARS : 0;
    [...this.wave.children].forEach((bar, n) => bar.classList.toggle("wave__done", n < done));
  }

  /** @param {Float32Array | null} heights 0 to 1; null: a line of dots */
  #drawWave(heights) {
    this.wave.replaceChildren(
      ...Array.from({ length: BARS }, (_, n) => {
        const tall = 3 + 34 * (heights?.[n] ?? 0.04);
        const bar = document.createElementNS(SVG, "rect");
        const box = { x: n * 6, y: 20 - tall / 2, width: 3.4, height: tall, rx: 1.7 };
        for (const [name, value] of Object.entries(box)) bar.setAttribute(name, value.toFixed(1));
        return bar;
      }),
    );
  }
}
