// @ts-check
/** `<troupe-stream>`: the page around a stage, in each of its states. */
import "./host-desk.js";
import "./house-seats.js";
import "./reactions.js";
import "./stream-topics.js";
import "./transcript.js";
import { setIcon } from "./icons.js";
import { pref, setPref } from "./prefs.js";
import { write } from "./stream-house.js";
import { closing, countdown } from "./stream-words.js";
import { clock, compact } from "./watch.js";

/** The socket's code for a stream that is not there, or not for this viewer. */
const GONE = 4404;
const SAID = "troupe-seats, troupe-lines, troupe-topics, troupe-reactions, troupe-cut, [data-topic-line]";

/** @import { Show } from "./stream-house.js" */

export class TroupeStream extends HTMLElement {
  connectedCallback() {
    if (this.show) return;
    this.show = this.querySelector("troupe-show");
    this.addEventListener("show-event", (event) => this.news(/** @type {CustomEvent} */ (event).detail));
    this.enter(this.dataset.state ?? "");
    this.count();
    void customElements.whenDefined("troupe-show").then(() => {
      // One that was cancelled has a picture of its cast, and nothing to hear.
      const plays = this.show?.hasAttribute("socket") || this.show?.hasAttribute("events");
      if (plays && this.show && "unlock" in this.show) this.arm(/** @type {Show} */ (this.show));
    });
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  get replay() {
    return this.show?.hasAttribute("events") && !this.show.hasAttribute("socket");
  }

  /** @param {any} event of the protocol */
  news(event) {
    if (event.kind === "topic-chosen") this.topic(event.text);
    // What a replay tells happened long ago.
    if (this.replay) return;
    switch (event.kind) {
      case "welcome":
        this.enter(event.state);
        this.viewers(event.viewers);
        this.topic(event.topic);
        break;
      case "viewers":
        this.viewers(event.count);
        break;
      case "stream-started":
      case "stream-resumed":
        this.enter("live");
        break;
      case "stream-paused":
        this.enter("paused");
        break;
      case "stream-ended":
        this.enter("ended");
        this.over(event.reason);
        break;
      case "closing":
        this.closed(event.code);
    }
  }

  /** @param {string} state */
  enter(state) {
    this.dataset.state = state;
    for (const part of this.querySelectorAll("[data-when]")) {
      const when = part.getAttribute("data-when")?.split(" ") ?? [];
      part.toggleAttribute("hidden", !when.includes(state));
    }
    this.dispatchEvent(new Event("stream-state"));
  }

  /** @param {string} reason */
  over(reason) {
    if (this.dataset.state === "closed") return;
    if (reason === "stopped") write(this, "[data-over] p", "The house stopped this show");
    this.querySelector("[data-over]")?.removeAttribute("hidden");
  }

  /** @param {number} code */
  closed(code) {
    const words = closing(code);
    if (!words) return;
    this.enter("closed");
    write(this, "[data-closed-title]", words.title);
    write(this, "[data-closed-text]", words.text);
    this.querySelector("[data-closed]")?.removeAttribute("hidden");
    if (code !== GONE) return;
    // What nobody may see any more does not stay on the page, nor in the ear.
    this.show?.remove();
    for (const part of this.querySelectorAll(SAID)) part.setAttribute("hidden", "");
  }

  /** @param {number} number */
  viewers(number) {
    write(this, "[data-viewers]", compact(number));
  }

  /** @param {string} text */
  topic(text) {
    write(this, "[data-topic]", text);
    this.querySelector("[data-topic-line]")?.toggleAttribute("hidden", !text);
  }

  count() {
    const moment = this.querySelector("[data-countdown]");
    if (!(moment instanceof HTMLTimeElement) || this.dataset.state !== "scheduled") return;
    const left = (Date.parse(moment.dateTime) - Date.now()) / 1000;
    moment.textContent = countdown(left);
    this.timer = setTimeout(() => this.count(), left > 7200 ? 60_000 : 1000);
  }

  // Sound, captions, and the keys of a replay -----------------------------------

  /** @param {Show} show */
  arm(show) {
    const sound = this.button("[data-sound]");
    const captions = this.button("[data-captions]");
    const hearing = () => {
      show.muted = !pref("sound");
      show.captions = pref("captions");
      sound?.setAttribute("aria-pressed", String(pref("sound")));
      if (sound) setIcon(sound, pref("sound") ? "volume-2" : "volume-x");
      captions?.setAttribute("aria-pressed", String(pref("captions")));
    };
    sound?.addEventListener("click", () => {
      setPref("sound", !pref("sound"));
      show.unlock();
      hearing();
    });
    captions?.addEventListener("click", () => {
      setPref("captions", !pref("captions"));
      hearing();
    });
    // A browser lets nobody speak before the page was touched.
    document.addEventListener("pointerdown", () => pref("sound") && show.unlock(), { once: true });
    hearing();
    if (this.replay) this.armReplay(show);
  }

  /** @param {string} selector */
  button(selector) {
    const found = this.querySelector(selector);
    found?.removeAttribute("hidden");
    return found;
  }

  /** @param {Show} show */
  armReplay(show) {
    const box = this.button("[data-replay]");
    const toggle = box?.querySelector("[data-toggle]");
    const range = /** @type {HTMLInputElement | null} */ (box?.querySelector("[data-seek]") ?? null);
    if (!box || !toggle || !range) return;
    let held = false;
    const draw = () => {
      const { clock: now, seconds, playing } = show;
      range.max = String(seconds || 0);
      if (!held) range.value = String(now || 0);
      range.setAttribute("aria-valuetext", `${clock(now)} of ${clock(seconds)}`);
      write(box, "[data-time]", clock(held ? Number(range.value) : now));
      write(box, "[data-length]", ` / ${clock(seconds)}`);
      toggle.setAttribute("aria-label", playing ? "Pause" : "Play");
      setIcon(toggle, playing ? "pause" : "play");
    };
    toggle.addEventListener("click", () => {
      show.unlock();
      if (show.playing) show.pause();
      else show.play();
      draw();
    });
    range.addEventListener("input", () => {
      held = true;
      draw();
    });
    range.addEventListener("change", () => {
      held = false;
      show.seek(Number(range.value));
      draw();
    });
    for (const name of ["show-time", "show-state"]) show.addEventListener(name, draw);
    draw();
  }
}

customElements.define("troupe-stream", TroupeStream);
