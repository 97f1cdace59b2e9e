// @ts-check
/** `<troupe-batch>`: how far it is, asked again while it goes on. */
import { swap } from "./live.js";

const EVERY = 4000; // milliseconds

export class TroupeBatch extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => void this.look(), EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async look() {
    if (document.hidden) return;
    // Nothing moves any more, or a button is about to be pressed.
    if (!this.querySelector("[data-going]")) return clearInterval(this.timer);
    if (this.querySelector("form:focus-within")) return;
    try {
      await swap("batch");
    } catch (error) {
      console.info("batch:", error);
    }
  }
}

customElements.define("troupe-batch", TroupeBatch);
