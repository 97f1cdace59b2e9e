// @ts-check
/** Captions below the mouth, the word being spoken in limelight. */
import { current, parse } from "./webvtt.js";

/** @typedef {import("./webvtt.js").Cue} Cue */

export class Surtitles {
  /**
   * @param {HTMLVideoElement} video
   * @param {HTMLElement} box
   * @param {string} url of the WebVTT file; empty for none
   */
  constructor(video, box, url) {
    this.video = video;
    this.box = box;
    this.url = url;
    this.shown = true;
    /** @type {Promise<Cue[]> | null} */
    this.loading = null;
    /** @type {Cue[]} */
    this.cues = [];
    this.cue = -1;
    this.word = -1;
    this.frame = 0;
    video.addEventListener("play", () => this.run());
    video.addEventListener("pause", () => cancelAnimationFrame(this.frame));
    video.addEventListener("seeked", () => this.draw());
  }

  /** @returns {Promise<Cue[]>} the cues; none when the file is gone */
  load() {
    this.loading ??= this.url
      ? fetch(this.url)
          .then((response) => (response.ok ? response.text() : ""))
          .then((text) => (this.cues = parse(text)))
          .catch(() => [])
      : Promise.resolve([]);
    return this.loading;
  }

  run() {
    void this.load();
    const tick = () => {
      this.draw();
      if (!this.video.paused) this.frame = requestAnimationFrame(tick);
    };
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(tick);
  }

  /** @param {boolean} shown */
  show(shown) {
    this.shown = shown;
    this.cue = -1;
    this.draw();
  }

  draw() {
    const now = this.shown ? current(this.cues, this.video.currentTime) : null;
    if (!now) {
      this.box.hidden = true;
      this.cue = -1;
      return;
    }
    if (now.cue !== this.cue) {
      const { words, who } = this.cues[now.cue];
      const name = document.createElement("span");
      name.className = "surtitle__who";
      name.textContent = who;
      // The space between two words is a text node, so that lines wrap there.
      const spans = words.flatMap((word) => {
        const span = document.createElement("span");
        span.textContent = word.text;
        return [span, " "];
      });
      this.box.replaceChildren(...(who ? [name] : []), ...spans);
      this.box.hidden = false;
      this.cue = now.cue;
      this.word = -1;
    }
    if (now.word !== this.word) {
      this.word = now.word;
      const spans = this.box.querySelectorAll("span:not(.surtitle__who)");
      spans.forEach((span, n) => span.classList.toggle("is-now", n === now.word));
    }
  }
}
