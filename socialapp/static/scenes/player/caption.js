// @ts-check
/** What is said, on the stage, with the word of the moment lit; and a way on. */

import { icon } from "../../app/icons.js";
import { make } from "./make.js";

/** @typedef {import("./words.js").Word} Word */

export class Caption {
  #shown = "";

  /** @param {() => void} next */
  constructor(next) {
    this.who = make("span", { class: "surtitle__who" });
    this.words = make("span", { class: "scene__words" });
    this.box = make("p", { class: "surtitle scene__caption" }, [this.who, this.words]);
    this.next = make("button", { type: "button", class: "scene__next", "aria-label": "Go on" }, [icon("chevron-right")]);
    this.next.addEventListener("click", (event) => {
      event.stopPropagation();
      next();
    });
    this.row = make("div", { class: "scene__said", hidden: true }, [this.box, this.next]);
  }

  /**
   * @param {{who: string, kind: string, side: string, words: Word[], lit: number, key: string}} what
   *   `key` tells one saying from the next
   */
  show({ who, kind, side, words, lit, key }) {
    const state = `${key} ${words[0]?.at ?? 0} ${lit}`;
    if (state === this.#shown) return;
    const same = this.#shown.startsWith(`${key} ${words[0]?.at ?? 0} `);
    this.#shown = state;
    this.row.hidden = false;
    if (same) return this.#light(lit);
    this.who.textContent = who;
    this.who.hidden = !who;
    this.box.dataset.kind = kind;
    this.box.dataset.side = side;
    this.words.replaceChildren(...words.map(({ text }) => make("span", { textContent: text })));
    this.#light(lit);
  }

  hide() {
    this.#shown = "";
    this.row.hidden = true;
    this.words.replaceChildren();
  }

  /** @param {number} lit */
  #light(lit) {
    this.words.querySelector(".is-now")?.classList.remove("is-now");
    this.words.children[lit]?.classList.add("is-now");
  }
}
