// @ts-check
/** `<troupe-follow>` around a form: followed at once, correct when the server answers. */
import { post, RefusedError } from "./http.js";
import { toast } from "./toast.js";

export class TroupeFollow extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.button = this.querySelector("button");
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.set(!this.following);
    });
  }

  get following() {
    return this.button?.getAttribute("aria-pressed") === "true";
  }

  /** @param {boolean} following */
  show(following) {
    this.button?.setAttribute("aria-pressed", String(following));
    this.button?.classList.toggle("btn--primary", !following);
    this.button?.classList.toggle("btn--line", following);
    const words = this.querySelector("[data-words]");
    const state = following ? "Following" : "Follow";
    if (words) words.textContent = state;
    this.button?.setAttribute("aria-label", `${state} ${this.button.dataset.name}`);
    const field = this.querySelector('[name="on"]');
    if (field instanceof HTMLInputElement) field.value = following ? "0" : "1";
  }

  /** @param {boolean} following */
  async set(following) {
    if (!this.form || this.asked) return;
    this.asked = true;
    const fields = new FormData(this.form);
    fields.set("on", following ? "1" : "0");
    this.show(following);
    try {
      const told = await post(this.form.action, fields, { keepalive: true });
      this.show(told.following);
    } catch (error) {
      this.show(!following);
      const refused = error instanceof RefusedError ? error.message : "";
      toast(refused || "That did not reach us. Try again in a moment.", "circle-alert");
    } finally {
      this.asked = false;
    }
  }
}

if (!customElements.get("troupe-follow")) customElements.define("troupe-follow", TroupeFollow);
