// @ts-check
/** The elements of a scene on a page, and the small things that are shown on them. */

import { icon } from "../../app/icons.js";
import { Caption } from "./caption.js";
import { Card } from "./cards.js";
import { Choices } from "./choices.js";
import { make } from "./make.js";

/** @typedef {import("./saves.js").State} SaveState */

/** @type {Record<SaveState, [string, string]>} */
const MARKS = {
  saved: ["check", "Saved"],
  saving: ["refresh-cw", "Saving"],
  kept: ["clock", "Kept on this device"],
  conflict: ["circle-alert", "Two saves"],
};

/** Less than this is shown as a countdown; a longer time is not felt. Seconds. */
const FELT = 90;

export class View {
  /**
   * @param {HTMLElement} host
   * @param {{next: () => void, choose: (id: string) => void}} acts
   */
  constructor(host, { next, choose }) {
    this.host = host;
    this.picture = make("div", { class: "scene__picture" });
    this.caption = new Caption(next);
    this.choices = new Choices(choose);
    this.card = new Card();
    this.saved = make("span", { class: "badge scene__saved", role: "status", hidden: true });
    this.mode = make("span", { class: "badge", hidden: true });
    this.company = make("span", { class: "badge", role: "status", hidden: true });
    this.dice = make("div", { class: "scene__dice", hidden: true });
    this.bar = /** @type {HTMLProgressElement} */ (make("progress", { class: "scene__bar", max: 1, value: 1, "aria-hidden": "true" }));
    this.seconds = make("span", { class: "small num" });
    this.clock = make("div", { class: "scene__clock", role: "timer", "aria-live": "off", hidden: true }, [this.bar, this.seconds]);
    this.talk = make("div", { class: "scene__talkbox" });
    this.live = make("p", { class: "sr", "aria-live": "polite" });
    this.foot = make("div", { class: "stage__foot scene__foot" }, [
      make("div", { class: "scene__box" }, [
        this.dice, this.caption.row, this.talk, this.clock, this.choices.box,
      ]),
    ]);
    this.slots = [...host.querySelectorAll(":scope > [data-ending]")];
    host.classList.add("stage", "stage--bleed", "scene");
    host.replaceChildren(
      this.picture,
      make("div", { class: "stage__top" }, [this.saved, this.mode, this.company]),
      this.foot,
      this.card.box,
      this.live,
    );
  }

  /** To screen readers, once. @param {string} words */
  announce(words) {
    this.live.textContent = words;
  }

  /** @param {SaveState | ""} state */
  mark(state) {
    this.saved.hidden = !state;
    if (!state) return;
    const [name, words] = MARKS[state];
    if (this.saved.dataset.state === state) return;
    this.saved.dataset.state = state;
    this.saved.replaceChildren(icon(name), words);
  }

  /**
   * Who is here, and how the votes stand.
   * @param {{words: string, tally: Record<string, number>, mine: string | null} | null} company
   */
  together(company) {
    this.company.hidden = !company;
    this.choices.count(company?.tally ?? null, company?.mine ?? null);
    if (company && this.company.dataset.words !== company.words) {
      this.company.dataset.words = company.words;
      this.company.replaceChildren(icon("users"), company.words);
    }
  }

  /** @param {string[]} words what goes on by itself */
  modes(words) {
    this.mode.hidden = !words.length;
    this.mode.replaceChildren(icon("fast-forward"), words.join(", "));
  }

  /** @param {{id: string, total: number, count: number, sides: number}[]} rolls */
  rolled(rolls) {
    this.dice.hidden = !rolls.length;
    this.dice.replaceChildren(...rolls.map(({ id, total, count, sides }) => (
      make("span", { class: "badge scene__die" }, [
        make("b", { class: "num", textContent: String(total) }),
        ` ${id.replaceAll("_", " ")}`,
        make("span", { class: "scene__of num", textContent: `${count > 1 ? count : ""}d${sides}` }),
      ])
    )));
  }

  /**
   * The countdown; null: none.
   * @param {{left: number, of: number} | null} time seconds
   */
  countdown(time) {
    const shown = time !== null && time.left <= FELT;
    this.clock.hidden = !shown;
    if (!shown) return;
    this.bar.value = Math.max(0, Math.min(1, time.left / Math.max(time.of, 0.001)));
    const words = `${Math.ceil(time.left)} s`;
    if (this.seconds.textContent !== words) this.seconds.textContent = words;
    this.clock.toggleAttribute("data-short", time.left < 5);
  }
}
