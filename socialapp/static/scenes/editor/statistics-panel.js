// @ts-check
/** The story in figures, and the way to each of its endings. */

import { counted } from "./captions.js";
import { h, redraw } from "./dom.js";
import { fold } from "./edges-editor.js";
import { statisticsOf } from "./statistics.js";

/** @typedef {import("./desk.js").Desk} Desk */

/** @param {number} minutes */
const length = (minutes) => (minutes < 1 ? `${Math.max(1, Math.round(minutes * 60))} seconds` : `${minutes < 10 ? minutes.toFixed(1) : Math.round(minutes)} minutes`);

export class StatisticsPanel {
  /** @param {HTMLElement} element @param {Desk} desk */
  constructor(element, desk) {
    this.element = element;
    this.desk = desk;
  }

  draw() {
    const { desk } = this;
    const found = statisticsOf(desk.scene);
    /** @param {string} term @param {string} words */
    const row = (term, words) => h("div", {}, h("dt", {}, term), h("dd", { class: "num" }, words));
    redraw(this.element, () => [fold(`${counted(found.states, "node")}, ${counted(found.words, "word")}, ${counted(found.endings.length, "ending")}`, "figures", false,
      h("dl", { class: "bill" },
        row("Choices", String(found.choices)),
        found.shortest ? row("Shortest way", `${counted(found.shortest.steps, "step")}, ${counted(found.shortest.words, "word")}, about ${length(found.shortest.minutes)}`) : null,
        found.longest ? row("Longest, without going round", `${counted(found.longest.steps, "step")}, ${counted(found.longest.words, "word")}, about ${length(found.longest.minutes)}`) : null,
        found.roles.map((one) => row(one.role.toUpperCase(), `${counted(one.lines, "line")}, ${counted(one.words, "word")}`))),
      h("h3", {}, "The way to each ending"),
      found.endings.length ? h("ul", { class: "ed-ways small", role: "list" }, found.endings.slice(0, 60).map((one) => h("li", {},
        h("a", {
          href: `#${one.state}`,
          onclick: (/** @type {Event} */ event) => {
            event.preventDefault();
            desk.select(one.state, { show: true, edit: true });
          },
        }, one.title), ": ", one.way ? one.way.join(" → ") || "by itself" : "nothing leads there"))) : h("p", { class: "muted" }, "None yet."))]);
  }
}
