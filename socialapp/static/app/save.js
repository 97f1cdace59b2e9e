// @ts-check
/** `<troupe-save>` around a form: kept at once, correct when the server answers. Beside it
 *  `<a data-collect href>` puts a post into a collection. */
import { armLinks, openSheet } from "./fetched-sheet.js";
import { post, RefusedError } from "./http.js";
import { toast } from "./toast.js";

const LOST = "That did not reach us. Try again in a moment.";

export class TroupeSave extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.button = this.querySelector("button");
    this.form?.addEventListener("submit", (event) => {
      // A visitor goes by the door: the form leads to the sign-up page.
      if (!("signedIn" in document.body.dataset)) return;
      event.preventDefault();
      void this.set(!this.saved);
    });
  }

  get saved() {
    return this.button?.getAttribute("aria-pressed") === "true";
  }

  /** @param {boolean} saved */
  show(saved) {
    this.button?.setAttribute("aria-pressed", String(saved));
    const field = this.querySelector('[name="saved"]');
    if (field instanceof HTMLInputElement) field.value = saved ? "0" : "1";
    const collect = this.querySelector("[data-collect]");
    if (collect instanceof HTMLElement) collect.hidden = !saved;
  }

  /** @param {boolean} saved */
  async set(saved) {
    if (!this.form || this.asked) return;
    this.asked = true;
    const fields = new FormData(this.form);
    fields.set("saved", saved ? "1" : "0");
    this.show(saved);
    try {
      const told = await post(this.form.action, fields, { keepalive: true });
      this.show(told.saved);
    } catch (error) {
      this.show(!saved);
      toast((error instanceof RefusedError && error.message) || LOST, "circle-alert");
    } finally {
      this.asked = false;
    }
  }
}

if (!customElements.get("troupe-save")) customElements.define("troupe-save", TroupeSave);

/**
 * @param {HTMLDialogElement} sheet
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
async function put(sheet, form, button) {
  button?.setAttribute("aria-busy", "true");
  try {
    const told = await post(form.action, new FormData(form));
    sheet.close();
    toast(told?.text ?? "Done.", "check");
  } catch (error) {
    toast((error instanceof RefusedError && error.message) || LOST, "circle-alert");
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

armLinks("a[data-collect]", (link) => {
  void openSheet(link, "collect-title", (sheet, form, button) => void put(sheet, form, button));
});
