// @ts-check
/** What stands before the stage: the curtain, an ending, or why nothing can be played. */

import { button, make } from "./make.js";

/** @typedef {{words: string, icon?: string, look?: string, press: () => void}} Way */

export class Card {
  constructor() {
    this.box = make("section", { class: "scene__card", tabIndex: -1, hidden: true });
  }

  get open() {
    return !this.box.hidden;
  }

  hide() {
    this.box.hidden = true;
    this.box.replaceChildren();
  }

  /**
   * @param {{title: string, cast: string[], words: string, ways: Way[], note?: string}} what
   */
  curtain({ title, cast, words, ways, note = "" }) {
    this.#show("curtain", title, [
      make("h2", { class: "scene__title", textContent: title }),
      words ? make("p", { class: "scene__lead", textContent: words }) : null,
      cast.length > 0 && make("ul", { class: "plain scene__bill" }, cast.map((line) => make("li", { textContent: line }))),
      note ? make("p", { class: "small", textContent: note }) : null,
      ways.length > 0 && row(ways),
    ]);
  }

  /**
   * @param {{title: string, mood: string, found: number, of: number, ways: Way[], slots: Node[]}} what
   */
  ending({ title, mood, found, of, ways, slots }) {
    const share = of === 1 ? "The only ending." : `Endings found: ${found} of ${of}`;
    this.#show("ending", title, [
      make("p", { class: "scene__over small", textContent: MOODS[mood] ?? "An ending" }),
      make("h2", { class: "scene__title", textContent: title }),
      make("p", { class: "small num" }, [share]),
      of > 1 && of <= 24 ? make("p", { class: "scene__found", "aria-hidden": "true" }, (
        Array.from({ length: of }, (_, i) => make("i", i < found ? { class: "is-found" } : {}))
      )) : null,
      ...slots,
      row(ways),
    ]);
    this.box.dataset.mood = mood;
  }

  /** @param {{title: string, words: string, place: string, ways: Way[]}} what */
  trouble({ title, words, place, ways }) {
    this.#show("trouble", title, [
      make("h2", { class: "scene__title", textContent: title }),
      make("p", { textContent: words }),
      place ? make("p", { class: "small" }, ["The place in the file: ", make("code", { textContent: place })]) : null,
      ways.length > 0 && row(ways),
    ]);
  }

  /** @param {string} place @param {Way[]} ways */
  stuck(place, ways) {
    this.trouble({
      title: "Nothing leads on from here",
      words: "The story waits for something that cannot happen. Its author can mend that; you can take another way.",
      place,
      ways,
    });
  }

  /**
   * @param {string} kind
   * @param {string} label
   * @param {(Node | null | false)[]} children
   */
  #show(kind, label, children) {
    this.box.dataset.kind = kind;
    delete this.box.dataset.mood;
    this.box.setAttribute("aria-label", label);
    this.box.replaceChildren(make("div", { class: "scene__sheet" }, children));
    this.box.hidden = false;
    const first = /** @type {HTMLElement | null} */ (this.box.querySelector(".btn--primary"));
    (first ?? this.box).focus({ preventScroll: true });
  }
}

/** @type {Record<string, string>} */
const MOODS = {
  calm: "A quiet ending",
  happy: "A happy ending",
  sad: "A sad ending",
  angry: "An angry ending",
  afraid: "An uneasy ending",
  surprised: "A surprising ending",
  disgusted: "A bitter ending",
};

/** @param {Way[]} ways */
const row = (ways) => (
  make("div", { class: "row row--tight scene__ways" }, ways.map(({ words, ...how }) => button(words, how)))
);
