// @ts-check
/** `<troupe-scene-begin>`: a blank scene, a template, a file, a remix; then the editor. */

import { icon } from "../../app/icons.js";
import { h } from "./dom.js";
import { OfflineError, Server, ServerError } from "./server.js";

/** @typedef {{what?: string, where?: string, why?: string}} Note */

export class TroupeSceneBegin extends HTMLElement {
  connectedCallback() {
    if (this.server) return;
    this.server = new Server("", { csrf: document.body.dataset.csrf ?? "" });
    const { server } = this;
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = /** @type {HTMLFormElement} */ (event.target);
      if (form.matches("[data-blank]")) {
        const title = String(new FormData(form).get("title") ?? "").trim();
        void this.begin(() => server.create(title ? { title } : { title: "Untitled scene" }));
      }
    });
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-template], [data-remix]") : null;
      const { template, remix } = /** @type {HTMLElement | null} */ (button)?.dataset ?? {};
      if (template) void this.begin(() => server.create({ template }));
      if (remix) void this.begin(() => server.ask("POST", `scenes/${remix}/remix/`));
    });
    this.addEventListener("change", (event) => {
      const input = event.target;
      if (input instanceof HTMLInputElement && input.type === "file" && input.files?.[0]) void this.bring(input.files[0]);
    });
  }

  /** @param {string} words */
  refuse(words) {
    const box = /** @type {HTMLElement} */ (this.querySelector("[data-error]"));
    box.hidden = !words;
    box.textContent = words;
    if (words) box.scrollIntoView({ block: "nearest" });
  }

  /** @param {() => Promise<any>} ask */
  async tried(ask) {
    this.refuse("");
    this.setAttribute("aria-busy", "true");
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ServerError) && !(error instanceof OfflineError)) throw error;
      this.refuse(error.message);
      return null;
    } finally {
      this.removeAttribute("aria-busy");
    }
  }

  /** @param {() => Promise<{key: string}>} make */
  async begin(make) {
    const made = await this.tried(make);
    if (made) location.assign(`/sc/${made.key}/edit/`);
  }

  /** @param {File} file */
  async bring(file) {
    const box = /** @type {HTMLElement} */ (this.querySelector("[data-report]"));
    box.hidden = true;
    const brought = await this.tried(() => /** @type {Server} */ (this.server).bring(file));
    if (!brought) return;
    const { taken = [], kept = [], not_taken: left = [] } = brought.report ?? {};
    const text = typeof brought.document === "string" ? brought.document : JSON.stringify(brought.document);
    box.hidden = false;
    box.replaceChildren(h("div", { class: `notice ${left.length ? "notice--warn" : "notice--ok"}` },
      icon(left.length ? "triangle-alert" : "circle-check"),
      h("p", { class: "notice__title" }, left.length ? `${left.length} of its parts did not come along` : "All of it came along"),
      h("div", { class: "small" },
        taken.length > 0 && h("p", {}, `Taken over: ${taken.map(words).join(", ")}.`),
        kept.length > 0 && h("p", {}, `Kept beside the story: ${kept.map(words).join(", ")}.`),
        left.length > 0 && h("ul", {}, left.slice(0, 40).map((/** @type {Note} */ one) => h("li", {}, words(one))))),
      h("div", { class: "row" }, h("button", {
        type: "button", class: "btn btn--primary", onclick: () => void this.begin(() => /** @type {Server} */ (this.server).create({ document: text })),
      }, "Open it in the editor"))));
  }
}

/** @param {string | Note} one */
function words(one) {
  if (typeof one === "string") return one;
  const where = one.where ? ` (${one.where})` : "";
  return `${one.what ?? ""}${where}${one.why ? `: ${one.why}` : ""}`;
}

customElements.define("troupe-scene-begin", TroupeSceneBegin);
