// @ts-check
/** What stands beside the clip on a wide screen: who it is, what is said about it, why. */
import { clock } from "./watch.js";

/** @typedef {import("./clip.js").TroupeClip} TroupeClip */

const LATER = 600; // milliseconds on one clip before what has to be fetched is fetched

export class Aside {
  /** @param {Element | null} box */
  constructor(box) {
    this.box = box instanceof HTMLElement ? box : null;
    /** @type {HTMLElement | null} */
    this.item = null;
    /** What is open instead, by key of the clip; it keeps what somebody writes in it.
     * @type {Map<string, Element>} */
    this.open = new Map();
    this.box?.addEventListener("aside-open", (event) => this.put(event));
    this.box?.addEventListener("aside-close", (event) => this.close(event));
  }

  /** @param {Event} event whose detail is `{key, element}` */
  put(event) {
    const { key, element } = /** @type {CustomEvent} */ (event).detail;
    this.open.set(key, element);
    clearTimeout(this.timer);
    this.box?.replaceChildren(element);
  }

  /** @param {Event} event whose detail is `{key}` */
  close(event) {
    this.open.delete(/** @type {CustomEvent} */ (event).detail.key);
    if (this.item) this.fill(this.item);
    else this.clear();
  }

  /** @param {HTMLElement} item */
  fill(item) {
    const template = item.querySelector("template");
    if (!this.box) return;
    this.item = item;
    clearTimeout(this.timer);
    const open = this.open.get(item.dataset.key ?? "");
    if (open) {
      // Left as it is where it stands already: it may be written in.
      if (open.parentNode !== this.box) this.box.replaceChildren(open);
      return;
    }
    this.box.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
    this.box.scrollTop = 0;
    // On a narrow screen it is not there, and nothing is fetched for it.
    if (!this.box.offsetParent) return;
    this.timer = setTimeout(() => this.fetch(item), LATER);
  }

  clear() {
    this.item = null;
    clearTimeout(this.timer);
    this.box?.replaceChildren();
  }

  /** @param {HTMLElement} item */
  fetch(item) {
    if (item !== this.item || !this.box) return;
    for (const place of this.box.querySelectorAll("[data-later]")) {
      const part = document.createElement("troupe-include");
      part.setAttribute("src", place.getAttribute("data-later") ?? "");
      place.replaceChildren(part);
    }
    const fold = this.box.querySelector("[data-transcript-fold]");
    fold?.addEventListener("toggle", () => void this.transcribe(item), { once: true });
  }

  /** @param {HTMLElement} item */
  async transcribe(item) {
    const clip = /** @type {TroupeClip | null} */ (item.querySelector("troupe-clip"));
    const box = this.box?.querySelector("[data-transcript]");
    const cues = (await clip?.surtitles?.load()) ?? [];
    if (!box || item !== this.item) return;
    box.replaceChildren(
      ...cues.map((cue) => {
        const line = document.createElement("p");
        const at = document.createElement("span");
        at.className = "num";
        at.textContent = clock(cue.at);
        line.append(at, ` ${cue.words.map((word) => word.text).join(" ")}`);
        return line;
      }),
    );
  }
}
