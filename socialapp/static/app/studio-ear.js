// @ts-check
/** What is heard in the studio before anything is rendered: a voice on the stage, or the
 * music below it. One at a time. */
import { RefusedError, post } from "./http.js";
import { setIcon } from "./icons.js";

/** @typedef {HTMLElement & { rig: unknown, performance: unknown, sound: unknown, play: () => Promise<void>, pause: () => void }} Stage */

export class Ear {
  /** @type {HTMLAudioElement | undefined} music that is being listened to */
  #music;
  /** @type {HTMLButtonElement | undefined} and where it was asked for */
  #listening;
  /** @type {HTMLButtonElement | undefined} where a voice was asked for */
  #speaker;

  /**
   * @param {HTMLElement} studio
   * @param {Stage | null} stage
   */
  constructor(studio, stage) {
    this.studio = studio;
    this.stage = stage;
    stage?.addEventListener("stage-state", (event) => this.#turned(event));
  }

  stop() {
    this.#music?.pause();
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} url
   */
  hearBed(button, url) {
    const same = this.#music && this.#listening === button && !this.#music.paused;
    this.#hush();
    if (same) return;
    this.stage?.pause?.();
    this.#music = new Audio(url);
    this.#listening = button;
    this.#music.addEventListener("ended", () => setIcon(button, "play"));
    setIcon(button, "pause");
    this.#music.play().catch(() => setIcon(button, "play"));
  }

  /**
   * The words as they would be rendered; pressed again, silence.
   * @param {HTMLButtonElement} button
   * @param {Record<string, string>} asked what the preview is made of
   */
  async hear(button, asked) {
    if (button.getAttribute("aria-busy") === "true") return;
    if (this.stage?.dataset.state === "playing" && this.#speaker === button) {
      this.stage.pause();
      return;
    }
    this.#warn("");
    this.#speaker = button;
    setIcon(button, "loader-circle");
    button.setAttribute("aria-busy", "true");
    try {
      const { performance, sound } = await post(this.studio.dataset.preview ?? "", asked);
      this.#hush();
      const bytes = Uint8Array.from(atob(sound), (letter) => letter.charCodeAt(0));
      if (!this.stage) return;
      this.stage.sound = bytes.buffer;
      this.stage.performance = performance;
      await this.stage.play();
    } catch (error) {
      this.#warn(error instanceof RefusedError ? error.message : "The preview did not reach us. Try again in a moment.");
    } finally {
      button.removeAttribute("aria-busy");
      if (this.stage?.dataset.state !== "playing") setIcon(button, "play");
    }
  }

  #hush() {
    this.#music?.pause();
    if (this.#listening) setIcon(this.#listening, "play");
  }

  /** @param {Event} event */
  #turned(event) {
    const playing = /** @type {CustomEvent<string>} */ (event).detail === "playing";
    const speaker = this.#speaker;
    if (speaker && (playing || speaker.getAttribute("aria-busy") !== "true")) setIcon(speaker, playing ? "pause" : "play");
  }

  /** @param {string} message empty: all is well */
  #warn(message) {
    const box = this.studio.querySelector("[data-preview-error]");
    const text = box?.querySelector("span");
    if (text) text.textContent = message;
    box?.toggleAttribute("hidden", !message);
  }
}
