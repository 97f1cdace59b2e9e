// @ts-check
/** `<troupe-jobs>`: my clips, each line live. */
import { follow } from "./progress.js";
import { swap } from "./live.js";
import { line, open } from "./waiting.js";

/** @typedef {import("./waiting.js").Progress} Progress */

export class TroupeJobs extends HTMLElement {
  connectedCallback() {
    this.stop = follow("*", (progress) => this.show(progress), this.dataset.poll ?? "");
  }

  disconnectedCallback() {
    this.stop?.();
  }

  /** @param {Progress} progress */
  show(progress) {
    const row = this.querySelector(`[data-key="${CSS.escape(progress.key)}"]`);
    // A clip that began or ended stands somewhere else on the page now.
    if (row ? row.hasAttribute("data-open") !== open(progress) : open(progress)) {
      void swap("jobs");
      return;
    }
    if (!row || !open(progress)) return;
    const text = row.querySelector("[data-line]");
    if (text) text.textContent = line(progress);
    const meter = /** @type {HTMLProgressElement | null} */ (row.querySelector("[data-meter]"));
    if (meter) {
      meter.value = Math.max(meter.value, progress.percent);
      meter.setAttribute("aria-label", `${progress.title}, ${meter.value} percent`);
    }
  }
}

customElements.define("troupe-jobs", TroupeJobs);
