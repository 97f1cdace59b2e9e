// @ts-check
/** The whole scene as text: its canonical JSON, which may also be written in. */

import { complain, field, h } from "./dom.js";
import { placesOf } from "./json.js";

/** @typedef {import("./desk.js").Desk} Desk */

const QUIET = 250; // milliseconds without a key before a long text is read

export class TextPanel {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;

  /** @param {HTMLElement} element @param {Desk} desk */
  constructor(element, desk) {
    this.element = element;
    this.desk = desk;
  }

  /** @returns {HTMLTextAreaElement | null} */
  get area() {
    return this.element.querySelector("textarea");
  }

  draw() {
    if (!this.area) this.build();
    const area = /** @type {HTMLTextAreaElement} */ (this.area);
    const { text, rawError } = this.desk;
    if (area.value !== text) {
      const { scrollTop } = area;
      area.value = text;
      area.scrollTop = scrollTop;
    }
    complain(area, rawError);
  }

  build() {
    const made = field("The scene as JSON", {
      type: "textarea", class: "input--code ed-text", spellcheck: "false", focus: "text", wrap: "off",
      hint: "What is written here is the scene. It is put into its canonical form when it reads.",
      oninput: () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.take(), QUIET);
      },
      onchange: () => this.take(),
    });
    this.element.replaceChildren(made, h("span", {}));
  }

  take() {
    clearTimeout(this.timer);
    const { area } = this;
    if (!area || area.value === this.desk.text) return;
    this.desk.type(area.value, this);
    complain(area, this.desk.rawError);
  }

  /** The caret at the place of a pointer. @param {string} pointer */
  go(pointer) {
    this.draw();
    const { area } = this;
    if (!area) return;
    const at = placesOf(area.value).get(pointer) ?? 0;
    area.focus();
    area.setSelectionRange(at, at);
    const lines = area.value.slice(0, at).split("\n").length;
    area.scrollTop = Math.max(0, lines - 6) * parseFloat(getComputedStyle(area).lineHeight);
  }
}
