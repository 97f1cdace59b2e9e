// @ts-check
/** The nodes as a list, with a field to find words in them. On a phone, the way in. */

import { captionOf } from "./captions.js";
import { h, redraw } from "./dom.js";
import { find } from "./find.js";

/** @typedef {import("./desk.js").Desk} Desk */

const PAGE = 200; // rows drawn at once

export class NodesPanel {
  wanted = "";
  most = PAGE;

  /** @param {HTMLElement} element @param {Desk} desk @param {{marks: () => Map<string, import("./graph.js").Mark>, heat: () => import("./graph.js").Heat | null}} how */
  constructor(element, desk, how) {
    this.element = element;
    this.desk = desk;
    this.how = how;
    this.list = h("div", { class: "ed-list" });
    this.count = h("p", { class: "small muted", role: "status" });
    this.input = h("input", {
      class: "input", type: "search", placeholder: "Find in the scene", "aria-label": "Find in the scene", autocomplete: "off",
      oninput: () => {
        this.wanted = this.input.value;
        this.most = PAGE;
        this.draw();
      },
    });
    element.append(this.input, this.count, this.list);
  }

  draw() {
    const { desk } = this;
    const hits = find(desk.scene, this.wanted);
    const marks = this.how.marks();
    const heat = this.how.heat();
    this.count.hidden = !this.wanted;
    this.count.textContent = this.wanted ? `${hits.length} of ${desk.index.size} nodes` : "";
    redraw(this.list, () => [
      ...hits.slice(0, this.most).map(({ id, title, said }) => {
        const place = /** @type {import("./tree.js").Place} */ (desk.index.get(id));
        const mark = marks.get(id);
        const words = said || mark?.words || heat?.nodes.get(id) || captionOf(place.state);
        return h("button", {
          type: "button", class: `ed-row${mark ? ` ed-row--${mark.severity}` : ""}${place.state.type === "final" ? " ed-row--end" : ""}`,
          "data-row": id, "data-focus": `row-${id}`, "data-deep": Math.min(place.way.length - 1, 4), "aria-current": id === desk.selected ? "true" : undefined,
          onclick: () => desk.select(id, { edit: true, show: true }),
        }, h("b", {}, title, id === desk.scene.initial && h("span", { class: "badge" }, "Start")), h("span", { class: "small" }, words));
      }),
      hits.length > this.most && h("button", {
        type: "button", class: "btn btn--line btn--wide", onclick: () => {
          this.most += PAGE * 5;
          this.draw();
        },
      }, `Show more of ${hits.length}`),
    ]);
  }
}
