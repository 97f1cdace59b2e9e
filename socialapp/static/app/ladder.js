// @ts-check
/** `<troupe-ladder>`: the steps of one render, live. */
import { setIcon } from "./icons.js";
import { swap } from "./live.js";
import { follow } from "./progress.js";
import { inLine, left, line, open } from "./waiting.js";

/** @typedef {import("./waiting.js").Progress} Progress */

/** @type {Record<string, string>} */
const NOW = { queue: "users", voice: "mic", movement: "drama", check: "eye", finish: "download" };
const SAID = { done: ", done", now: ", now", todo: ", to come" };

export class TroupeLadder extends HTMLElement {
  /** Where in line it stands or stood, in words. */
  place = "";

  connectedCallback() {
    this.best = 0;
    /** @type {string | undefined} */
    this.state = undefined;
    const first = this.querySelector('script[type="application/json"]');
    if (first?.textContent) this.show(JSON.parse(first.textContent));
    this.stop = follow(this.dataset.key ?? "", (progress) => this.show(progress), this.dataset.poll ?? "");
  }

  disconnectedCallback() {
    this.stop?.();
  }

  /** @param {Progress} progress */
  show(progress) {
    const before = this.state;
    this.state = progress.state;
    this.dataset.state = progress.state;
    // A second attempt begins lower; the bar waits there until it is caught up.
    this.best = before === "failed" ? progress.percent : Math.max(this.best ?? 0, progress.percent);
    const meter = /** @type {HTMLProgressElement | null} */ (this.querySelector("[data-meter]"));
    if (meter) {
      meter.value = this.best;
      meter.setAttribute("aria-label", `${progress.title}, ${this.best} percent`);
    }
    this.text("[data-line]", this.say(progress));
    const eta = open(progress) ? left(progress) : "";
    this.text("[data-eta]", eta.replace(/^./, (a) => a.toUpperCase()) || progress.state_label);
    const waits = progress.state === "queued";
    if (progress.place) this.place = inLine(progress.place);
    const stood = this.place ? `was ${this.place.toLowerCase()}` : "";
    this.step("queue", waits ? "now" : "done", waits ? this.place : stood);
    for (const { name, state } of progress.steps) {
      this.step(name, state, state === "now" ? progress.detail : "");
    }
    for (const part of this.querySelectorAll("[data-while]")) {
      const when = part.getAttribute("data-while");
      const shown =
        when === "open" ? open(progress)
        : when === "failed" ? ["failed", "cancelled"].includes(progress.state)
        : when === progress.state;
      part.toggleAttribute("hidden", !shown);
    }
    const finished = before !== undefined && before !== progress.state && !open(progress);
    if (finished && this.dataset.swap && this.mayChange()) void swap(this.dataset.swap);
    if (before !== undefined && before !== progress.state) {
      this.dispatchEvent(new CustomEvent("ladder-state", { detail: progress, bubbles: true }));
    }
  }

  /** Whether nobody else on the page wants to do it later. */
  mayChange() {
    const asked = new CustomEvent("ladder-swap", { bubbles: true, cancelable: true });
    return this.dispatchEvent(asked);
  }

  /** @param {Progress} progress */
  say(progress) {
    const said = line(progress);
    return open(progress) ? `${said} You can leave; we will tell you.` : said;
  }

  /**
   * @param {string} name
   * @param {"done" | "now" | "todo"} state
   * @param {string} time
   */
  step(name, state, time) {
    const step = this.querySelector(`[data-step="${name}"]`);
    if (!step) return;
    step.setAttribute("data-state", state);
    step.toggleAttribute("aria-current", state === "now");
    if (state === "now") step.setAttribute("aria-current", "step");
    setIcon(step, state === "now" ? NOW[name] ?? "clock" : "check");
    const said = step.querySelector("[data-said]");
    if (said) said.textContent = SAID[state];
    const at = step.querySelector("[data-time]");
    if (at && (time || state !== "done")) at.textContent = time;
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  text(selector, text) {
    const box = this.querySelector(selector);
    if (box && box.textContent !== text) box.textContent = text;
  }
}

customElements.define("troupe-ladder", TroupeLadder);
