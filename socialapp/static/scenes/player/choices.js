// @ts-check
/** The choices: buttons, with their numbers, their votes, and the arrow keys between them. */

import { icon } from "../../app/icons.js";
import { make } from "./make.js";

/** @typedef {{id: string, text: string}} Offer */

/** The second tap of somebody in a hurry is no choice yet. Milliseconds. */
const GUARD = 250;

export class Choices {
  #openedAt = 0;

  /** @param {(id: string) => void} choose */
  constructor(choose) {
    this.choose = choose;
    this.box = make("div", { class: "choices scene__choices", role: "group", "aria-label": "Your choice", tabIndex: -1, hidden: true });
  }

  get open() {
    return !this.box.hidden;
  }

  /** @returns {HTMLButtonElement[]} */
  get buttons() {
    return [...this.box.querySelectorAll("button")];
  }

  /** @param {Offer[]} offers */
  show(offers) {
    this.#openedAt = performance.now();
    this.box.dataset.count = String(offers.length);
    this.box.replaceChildren(...offers.map((offer, i) => this.#button(offer, i)));
    this.box.hidden = !offers.length;
    this.box.scrollTop = 0;
  }

  hide() {
    this.box.hidden = true;
    this.box.replaceChildren();
  }

  /**
   * Votes of those who play together.
   * @param {Record<string, number> | null} tally by choice; null: one plays alone
   * @param {string | null} mine
   */
  count(tally, mine = null) {
    for (const one of this.buttons) {
      if (tally) one.setAttribute("aria-pressed", String(one.value === mine));
      else one.removeAttribute("aria-pressed");
      const votes = /** @type {HTMLElement} */ (one.querySelector(".choice__votes"));
      const count = tally?.[one.value] ?? 0;
      votes.hidden = !tally;
      votes.textContent = count === 1 ? "1 vote" : `${count} votes`;
    }
  }

  /** @param {number} number from 1 */
  press(number) {
    this.buttons[number - 1]?.click();
  }

  /** To the next or the one before. @param {number} by */
  step(by) {
    const all = this.buttons;
    const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
    all[to]?.focus();
  }

  /** @param {Offer} offer @param {number} i @returns {HTMLElement} */
  #button({ id, text }, i) {
    const one = make("button", { type: "button", class: "choice", value: id }, [
      make("span", { class: "choice__key num", "aria-hidden": "true", textContent: i < 9 ? String(i + 1) : "" }),
      make("span", { class: "choice__text", textContent: text }),
      make("span", { class: "choice__votes small num", hidden: true }),
      icon("chevron-right"),
    ]);
    one.addEventListener("click", (event) => {
      event.stopPropagation();
      if (!event.detail || performance.now() - this.#openedAt >= GUARD) this.choose(id);
    });
    return one;
  }
}
