// @ts-check
/** What stops publishing, and what is worth a look, each with a link to its node. */

import { icon } from "../../app/icons.js";
import { counted } from "./captions.js";
import { h, redraw } from "./dom.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./findings.js").Finding} Finding */

const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
const FIRST = 6; // told before one asks for more

/** "Two things stop publishing". @param {number} count */
export const stopWords = (count) => (
  count === 1 ? "One thing stops publishing" : `${NUMBERS[count] ?? count} things stop publishing`
);

/** The sentence of a finding, its node's title a link. @param {Desk} desk @param {Finding} finding @param {(finding: Finding) => void} go */
export function sentence(desk, finding, go) {
  const { state, message } = finding;
  const title = state ? desk.title(state) : "";
  /** @param {string} words */
  const link = (words) => h("a", {
    href: state ? `#${state}` : "#text",
    onclick: (/** @type {Event} */ event) => {
      event.preventDefault();
      go(finding);
    },
  }, words);
  if (title && message.includes(title)) {
    const at = message.indexOf(title);
    return h("li", {}, message.slice(0, at), link(title), message.slice(at + title.length));
  }
  return h("li", {}, link(title || "The scene"), `: ${message}`);
}

export class FindingsPanel {
  all = false;

  /** @param {HTMLElement} element @param {Desk} desk @param {(finding: Finding) => void} go */
  constructor(element, desk, go) {
    this.element = element;
    this.desk = desk;
    this.go = go;
  }

  draw() {
    const errors = this.desk.errors;
    const others = this.desk.findings.filter(({ severity }) => severity !== "error");
    redraw(this.element, () => [
      errors.length ? this.notice("notice notice--bad", "circle-alert", stopWords(errors.length), errors) : null,
      others.length ? this.notice("notice notice--plain", "info", `${counted(others.length, "thing")} worth a look`, others, true) : null,
      !errors.length && h("p", { class: "small muted ed-fine" }, icon("circle-check"),
        this.desk.current ? "Nothing stops publishing." : "Nothing stops publishing, as far as this browser sees. The server is asked."),
    ]);
  }

  /** @param {string} look @param {string} name @param {string} title @param {Finding[]} found @param {boolean} folded */
  notice(look, name, title, found, folded = false) {
    const shown = this.all ? found.slice(0, 200) : found.slice(0, FIRST);
    const list = h("ul", { class: "small ed-findings", role: "list" }, shown.map((one) => sentence(this.desk, one, this.go)));
    const more = found.length > shown.length && h("button", {
      type: "button", class: "btn btn--sm btn--quiet", onclick: () => {
        this.all = true;
        this.draw();
      },
    }, `And ${found.length - shown.length} more`);
    if (folded) {
      return h("details", { class: `${look} ed-worth`, "data-fold": "worth" }, h("summary", {}, icon(name), h("span", { class: "notice__title" }, title)), list, more);
    }
    return h("section", { class: look, id: "stops", "aria-label": title }, icon(name), h("h2", { class: "notice__title h-plain" }, title), h("div", {}, list, more));
  }
}
