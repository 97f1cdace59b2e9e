// @ts-check
/** `<troupe-reactions>`: five ways to say something without words. */
import { post } from "./http.js";
import { followState, hear, houseOf, liveShow, write } from "./stream-house.js";
import { refusal } from "./stream-words.js";
import { toast } from "./toast.js";
import { compact } from "./watch.js";

export class TroupeReactions extends HTMLElement {
  /** @type {Record<string, number>} */
  counts = {};

  connectedCallback() {
    if (this.form) return;
    this.form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    for (const button of this.buttons) {
      this.counts[button.value] = Number(button.getAttribute("aria-label")?.replace(/\D/g, "") || 0);
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter instanceof HTMLButtonElement) void this.react(event.submitter);
    });
    houseOf(this).addEventListener("keydown", (event) => this.key(event));
    hear(this, {
      welcome: (event) => this.draw(event.reactions),
      reactions: (event) => this.draw(event.counts),
    });
    followState(this, (state) => {
      for (const button of this.buttons) button.disabled = state !== "live" && state !== "paused";
    });
  }

  get buttons() {
    return [...this.querySelectorAll("button")];
  }

  /** 1 to 5, while the stage or the reactions have the focus. @param {KeyboardEvent} event */
  key(event) {
    const at = event.target instanceof Element ? event.target : null;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (at?.matches("input, textarea, select") || !at?.closest("troupe-show, troupe-reactions")) return;
    const button = this.buttons[Number(event.key) - 1];
    if (button && !button.disabled) void this.react(button);
  }

  /** @param {Record<string, number>} counts totals; what is not named stays */
  draw(counts) {
    for (const button of this.buttons) {
      const count = counts[button.value] ?? 0;
      const before = this.counts[button.value] ?? 0;
      // An older total may come after one's own press.
      if (count <= before) continue;
      this.set(button, count);
    }
  }

  /** @param {HTMLButtonElement} button @param {number} count */
  set(button, count) {
    this.counts[button.value] = count;
    write(button, "[data-count]", compact(count));
    const name = button.value.charAt(0).toUpperCase() + button.value.slice(1);
    button.setAttribute("aria-label", `${name}, ${count}`);
    button.removeAttribute("data-up");
    // Read, so that the movement starts anew.
    void button.offsetWidth;
    button.setAttribute("data-up", "");
  }

  /** @param {HTMLButtonElement} button */
  async react(button) {
    const name = button.value;
    this.set(button, (this.counts[name] ?? 0) + 1);
    try {
      const show = liveShow(this);
      await (show ? show.react(name) : post(this.form?.action ?? "", { reaction: name }));
    } catch (error) {
      this.set(button, Math.max(0, this.counts[name] - 1));
      toast(refusal(error).detail, "circle-alert");
    }
  }
}

customElements.define("troupe-reactions", TroupeReactions);
