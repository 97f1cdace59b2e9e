// @ts-check
/** `<troupe-like>` around a form: like at once, correct when the server answers. */
import { RefusedError, post } from "./http.js";
import { toast } from "./toast.js";
import { compact } from "./watch.js";

const signedIn = () => "signedIn" in document.body.dataset;

export class TroupeLike extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.button = this.querySelector("button");
    this.count = this.querySelector("[data-count]");
    this.form?.addEventListener("submit", (event) => {
      // A visitor's like goes by the door: the form leads to the sign-up page.
      if (!signedIn()) return;
      event.preventDefault();
      void this.set(!this.liked);
    });
  }

  get liked() {
    return this.button?.getAttribute("aria-pressed") === "true";
  }

  get likes() {
    return Number(this.button?.getAttribute("aria-label")?.replace(/\D/g, "") || 0);
  }

  /**
   * @param {boolean} liked
   * @param {number} likes
   */
  show(liked, likes) {
    this.button?.setAttribute("aria-pressed", String(liked));
    this.button?.setAttribute("aria-label", `Like, ${likes}`);
    if (this.count) this.count.textContent = compact(likes);
    const field = this.querySelector('[name="liked"]');
    if (field instanceof HTMLInputElement) field.value = liked ? "0" : "1";
  }

  /** @param {boolean} liked */
  async set(liked) {
    if (!this.form || liked === this.liked) return;
    if (!signedIn()) {
      this.form.requestSubmit();
      return;
    }
    const before = { liked: this.liked, likes: this.likes };
    this.show(liked, before.likes + (liked ? 1 : -1));
    // One question at a time; a change of mind meanwhile is asked after its answer.
    if (this.asked) return;
    this.asked = true;
    try {
      let wish = liked;
      let answer = await this.ask(wish);
      while (wish !== this.liked) {
        wish = this.liked;
        answer = await this.ask(wish);
      }
      this.show(answer.liked, answer.likes);
    } catch (error) {
      this.show(before.liked, before.likes);
      if (error instanceof RefusedError && error.data?.sign_up) {
        location.assign(error.data.sign_up);
        return;
      }
      toast("The like did not reach us. Try again in a moment.", "circle-alert");
    } finally {
      this.asked = false;
    }
  }

  /**
   * Whoever likes and leaves at once has liked: the request outlives the page.
   * @param {boolean} liked
   * @returns {Promise<{liked: boolean, likes: number}>}
   */
  ask(liked) {
    const form = /** @type {HTMLFormElement} */ (this.form);
    const fields = new FormData(form);
    fields.set("liked", liked ? "1" : "0");
    return post(form.action, fields, { keepalive: true });
  }
}

if (!customElements.get("troupe-like")) customElements.define("troupe-like", TroupeLike);
