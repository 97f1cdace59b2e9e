// @ts-check
/**
 * `<troupe-graph>`: the story as a map. Draws what can be seen of it; from far away, where
 * nothing can be read, only the shapes. Dispatches `graph-select`, `graph-edit`,
 * `graph-move`, `graph-link`, `graph-delete` and `graph-add`.
 */

import { captionOf, cut } from "./captions.js";
import { h, s } from "./dom.js";
import { Hands } from "./hands.js";
import { NODE } from "./layout.js";
import { linksOf, titleOf, wordsOf } from "./tree.js";
import { Grid, ZOOM, boundsOf, curve } from "./viewport.js";

/** @typedef {import("./layout.js").Point} Point */
/** @typedef {import("./tree.js").Place} Place */
/** @typedef {{severity: string, words: string}} Mark */
/** @typedef {{nodes: Map<string, string>, links: Map<string, {strength: number, words: string}>}} Heat words by state; strength from 0 to 1 by `state/choice` */
/**
 * @typedef {object} Shown
 * @property {Map<string, Place>} index
 * @property {Map<string, Point>} places
 * @property {string} initial
 * @property {string} selected
 * @property {Map<string, Mark>} marks
 * @property {Heat | null} heat
 */

const READABLE = 0.28; // zoom below which words are not drawn
const MOST = 900; // nodes drawn one by one

export class TroupeGraph extends HTMLElement {
  /** @type {Shown | null} */
  shown = null;
  view = { x: 0, y: 0, zoom: 1 };
  grid = new Grid(new Map());
  frame = 0;
  placed = false;
  /** @type {Map<string, Point>} nodes that are being dragged */
  dragged = new Map();

  connectedCallback() {
    if (this.svg) return;
    this.svg = s("svg", { class: "graph__map", role: "group", "aria-label": "Story map" });
    this.far = s("path", { class: "g-far" });
    this.links = s("g", {});
    this.nodes = s("g", {});
    this.pull = s("path", { class: "g-edge g-edge--pull", hidden: true });
    this.svg.append(
      s("defs", {}, ["", "-on", "-bad"].map((end) => s("marker", {
        id: `g-arrow${end}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 11, markerHeight: 11, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse",
      }, s("path", { class: `g-arrow${end}`, d: "M0 0 L10 5 L0 10 z" })))),
      this.far, this.links, this.nodes, this.pull,
    );
    this.mini = s("svg", { class: "graph__mini", "aria-hidden": "true" });
    this.append(this.svg, this.mini);
    this.listen();
    new ResizeObserver(() => this.soon()).observe(this);
  }

  listen() {
    new Hands(this, this.svg);
    this.mini.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => this.jump(event));
    this.mini.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (event.buttons) this.jump(event);
    });
  }

  /** @param {string} name @param {any} detail */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`graph-${name}`, { detail, bubbles: true }));
  }

  /** @param {Shown} shown */
  show(shown) {
    const moved = this.shown?.places !== shown.places;
    this.shown = shown;
    if (moved) {
      this.grid = new Grid(shown.places);
      this.drawMini();
    }
    if (!this.placed && this.clientWidth) {
      this.placed = true;
      this.fit();
    }
    this.soon();
  }

  soon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (!this.placed && this.clientWidth && this.shown) {
        this.placed = true;
        this.fit();
      }
      this.draw();
    });
  }

  /** The part of the map that is in sight. */
  get box() {
    const { x, y, zoom } = this.view;
    return { x, y, width: this.clientWidth / zoom, height: this.clientHeight / zoom };
  }

  fit() {
    if (!this.shown || !this.clientWidth) return;
    const bounds = boundsOf(this.shown.places);
    const zoom = Math.min(this.clientWidth / bounds.width, this.clientHeight / bounds.height, 1);
    const start = this.shown.places.get(this.shown.selected) ?? this.shown.places.get(this.shown.initial);
    // A long story begins at its start, and can be read.
    if (zoom < 0.45 && start) {
      this.look(0.8, start);
      return;
    }
    this.view = {
      zoom,
      x: bounds.x - (this.clientWidth / zoom - bounds.width) / 2,
      y: bounds.y - (this.clientHeight / zoom - bounds.height) / 2,
    };
    this.soon();
  }

  /** All of it, however small. */
  whole() {
    if (!this.shown) return;
    const bounds = boundsOf(this.shown.places);
    const zoom = Math.max(ZOOM.least, Math.min(this.clientWidth / bounds.width, this.clientHeight / bounds.height, 1));
    this.look(zoom, { x: bounds.x + bounds.width / 2 - NODE.width / 2, y: bounds.y + bounds.height / 2 - NODE.height / 2 });
  }

  /** @param {number} zoom @param {Point} at a node's place, to be in the middle */
  look(zoom, at) {
    this.view = {
      zoom,
      x: at.x + NODE.width / 2 - this.clientWidth / zoom / 2,
      y: at.y + NODE.height / 2 - this.clientHeight / zoom / 2,
    };
    this.soon();
  }

  /** Brings a node into sight, if it is not. @param {string} id */
  reveal(id) {
    const at = this.shown?.places.get(id);
    if (!at) return;
    const box = this.box;
    const inside = at.x > box.x && at.x + NODE.width < box.x + box.width && at.y > box.y && at.y + NODE.height < box.y + box.height;
    if (!inside || this.view.zoom < READABLE) this.look(Math.max(this.view.zoom, 0.8), at);
  }

  /** @param {number} by @param {Point} [around] in pixels */
  zoom(by, around = { x: this.clientWidth / 2, y: this.clientHeight / 2 }) {
    const zoom = Math.max(ZOOM.least, Math.min(ZOOM.most, this.view.zoom * by));
    this.view.x += around.x / this.view.zoom - around.x / zoom;
    this.view.y += around.y / this.view.zoom - around.y / zoom;
    this.view.zoom = zoom;
    this.soon();
  }

  draw() {
    const { shown } = this;
    if (!shown || !this.clientWidth) return;
    const box = this.box;
    this.svg?.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
    this.style.setProperty("--x", `${-box.x * this.view.zoom}px`);
    this.style.setProperty("--y", `${-box.y * this.view.zoom}px`);
    this.style.setProperty("--step", `${Math.max(10, 20 * this.view.zoom)}px`);
    const seen = this.grid.within(box);
    const close = this.view.zoom >= READABLE && seen.length <= MOST;
    const ids = new Set(close ? seen : []);
    if (shown.index.has(shown.selected)) ids.add(shown.selected);
    this.far.setAttribute("d", close ? "" : seen.map((id) => {
      const { x, y } = this.placeOf(id);
      return `M${x} ${y}h${NODE.width}v${NODE.height}h${-NODE.width}z`;
    }).join(""));
    this.drawLinks(ids, seen, close);
    this.drawNodes(ids);
    this.drawFrame();
  }

  /** @param {string} id @returns {Point} */
  placeOf(id) {
    return this.dragged.get(id) ?? this.shown?.places.get(id) ?? { x: 0, y: 0 };
  }

  /** @param {Set<string>} ids */
  drawNodes(ids) {
    const shown = /** @type {Shown} */ (this.shown);
    /** @type {Map<string, SVGElement>} */
    const known = new Map();
    for (const one of this.nodes.children) known.set(one.getAttribute("data-node") ?? "", one);
    const focused = document.activeElement?.closest?.("[data-node]")?.getAttribute("data-node");
    for (const [id, one] of known) if (!ids.has(id)) one.remove();
    for (const id of ids) {
      const place = shown.index.get(id);
      if (!place) continue;
      const at = this.placeOf(id);
      const look = this.lookOf(place);
      const key = JSON.stringify(look);
      const old = known.get(id);
      if (old && old.getAttribute("data-key") === key) {
        old.setAttribute("transform", `translate(${at.x} ${at.y})`);
        continue;
      }
      const made = this.node(id, look, key, at);
      if (old) old.replaceWith(made);
      else this.nodes.append(made);
      if (old && focused === id) made.focus({ preventScroll: true });
    }
  }

  /** @param {Place} place */
  lookOf({ id, state }) {
    const shown = /** @type {Shown} */ (this.shown);
    const mark = shown.marks.get(id);
    const on = id === shown.selected;
    const title = titleOf(id, state);
    const words = mark?.words ?? shown.heat?.nodes.get(id) ?? captionOf(state);
    const [first, second] = [cut(title, 18), cut(words, 22)];
    const whole = first !== title || second !== words ? `. ${title}. ${words}` : "";
    return {
      title: first,
      words: second,
      // What is seen comes first: who speaks to the page says what they read.
      label: `${first} ${second}${whole}${id === shown.initial ? ". The story starts here" : ""}`,
      look: [
        "g-node", on && "g-node--on", state.type === "final" && "g-node--end", state.states && "g-node--group",
        mark?.severity === "error" && "g-node--bad", mark && mark.severity !== "error" && "g-node--warn",
      ].filter(Boolean).join(" "),
      sub: mark ? (mark.severity === "error" ? "g-sub g-bad" : "g-sub g-warn") : "g-sub",
      tab: on || (!shown.selected && id === shown.initial) ? 0 : -1,
      start: id === shown.initial,
    };
  }

  /** @param {string} id @param {any} look @param {string} key @param {Point} at */
  node(id, look, key, at) {
    return s("g", {
      "data-node": id, "data-key": key, transform: `translate(${at.x} ${at.y})`, tabindex: look.tab,
      role: "button", "aria-label": look.label, "aria-pressed": look.tab === 0 ? "true" : "false", class: "g-one",
    },
    s("rect", { class: look.look, width: NODE.width, height: NODE.height, rx: 12 }),
    look.start && s("path", { class: "g-start", d: "M-14 27 l10 8 l-10 8 z" }),
    s("text", { x: 14, y: 30 }, look.title),
    " ",
    s("text", { class: look.sub, x: 14, y: 52 }, look.words),
    s("circle", { class: "g-port", "data-port": id, cx: NODE.width, cy: NODE.height / 2, r: 7 }),
    s("circle", { class: "g-grip", "data-port": id, cx: NODE.width + 4, cy: NODE.height / 2, r: 16 }));
  }

  /** @param {Set<string>} ids @param {string[]} seen @param {boolean} close */
  drawLinks(ids, seen, close) {
    const shown = /** @type {Shown} */ (this.shown);
    /** @type {any[]} */
    const made = [];
    let plain = "";
    for (const id of seen) {
      const place = shown.index.get(id);
      if (!place) continue;
      linksOf(place).forEach((link, n) => {
        if (!shown.places.has(link.to)) return;
        const from = this.placeOf(id);
        const path = curve(from, link.to === id ? from : this.placeOf(link.to), n);
        if (!close) {
          plain += path;
          return;
        }
        const on = id === shown.selected || link.to === shown.selected;
        const choice = link.kind === "choices" ? place.state.choices[link.place]?.id : "";
        const taken = shown.heat?.links.get(`${id}/${choice}`);
        const line = s("path", {
          class: `g-edge g-edge--${link.kind}${on ? " g-edge--on" : ""}`,
          d: path, "marker-end": `url(#g-arrow${on ? "-on" : ""})`,
        }, s("title", {}, `${wordsOf(link.text) || link.kind}${taken ? `: taken ${taken.words}` : ""}`));
        if (taken) line.style.strokeWidth = `${1.5 + taken.strength * 7}px`;
        // What is marked is drawn over the rest.
        if (on) made.push(line);
        else made.unshift(line);
      });
    }
    if (!close && plain) made.push(s("path", { class: "g-edge g-edge--far", d: plain }));
    this.links.replaceChildren(...made);
  }

  drawMini() {
    const { places } = /** @type {Shown} */ (this.shown);
    const bounds = boundsOf(places);
    this.mini.setAttribute("viewBox", `${bounds.x} ${bounds.y} ${bounds.width} ${bounds.height}`);
    this.mini.hidden = places.size < 8;
    this.mini.toggleAttribute("hidden", places.size < 8);
    const dots = [...places.values()].map(({ x, y }) => `M${x} ${y}h${NODE.width}v${NODE.height}h${-NODE.width}z`).join("");
    this.glass = s("rect", { class: "g-glass" });
    this.mini.replaceChildren(s("path", { class: "g-far", d: dots }), this.glass);
  }

  drawFrame() {
    const box = this.box;
    for (const key of /** @type {const} */ (["x", "y", "width", "height"])) {
      this.glass?.setAttribute(key, String(box[key]));
    }
  }

  /** A place of the map, under a pointer. @param {MouseEvent} event @returns {Point} */
  pointOf(event) {
    const { left, top } = this.getBoundingClientRect();
    const { x, y, zoom } = this.view;
    return { x: x + (event.clientX - left) / zoom, y: y + (event.clientY - top) / zoom };
  }

  /** @param {PointerEvent} event */
  jump(event) {
    const matrix = this.mini.getScreenCTM();
    if (!matrix) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    this.look(this.view.zoom, { x: at.x - NODE.width / 2, y: at.y - NODE.height / 2 });
  }

  /** @param {string} id */
  focusNode(id) {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.draw();
    const one = this.nodes.querySelector(`[data-node="${CSS.escape(id)}"]`);
    if (one instanceof SVGElement) one.focus({ preventScroll: true });
  }
}

/** The board with its map, for pages. @param {string} label */
export const board = (label) => h("troupe-graph", { class: "board", "aria-label": label });

customElements.define("troupe-graph", TroupeGraph);
