// @ts-check
/** What hands do on the map: pressing, dragging, pinching, the wheel and the keys. */

import { NODE } from "./layout.js";
import { curve, neighbour } from "./viewport.js";

/** @typedef {import("./layout.js").Point} Point */
/** @typedef {import("./graph.js").TroupeGraph} Graph */

const DRAGGED = 4; // pixels before a press is a drag
/** @type {Record<string, "left" | "right" | "up" | "down">} */
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** The node that an event is about, or empty. @param {Event} event */
function idOf(event) {
  const one = event.target instanceof Element ? event.target.closest("[data-node]") : null;
  return one?.getAttribute("data-node") ?? "";
}

export class Hands {
  /** @type {Map<number, Point>} fingers and the mouse, in pixels */
  pointers = new Map();
  /** @type {any} what a press began */
  press = null;

  /** @param {Graph} graph @param {SVGSVGElement} svg */
  constructor(graph, svg) {
    this.graph = graph;
    this.svg = svg;
    svg.addEventListener("pointerdown", (event) => this.down(event));
    svg.addEventListener("pointermove", (event) => this.move(event));
    svg.addEventListener("pointerup", (event) => this.up(event));
    svg.addEventListener("pointercancel", (event) => this.up(event));
    svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    svg.addEventListener("keydown", (event) => this.key(event));
    svg.addEventListener("dblclick", (event) => {
      const id = idOf(event);
      if (id) graph.tell("edit", { id });
      else graph.tell("add", { at: graph.pointOf(event) });
    });
    svg.addEventListener("focusin", (event) => {
      const id = idOf(event);
      if (id && id !== graph.shown?.selected) graph.tell("select", { id });
    });
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button > 0) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.svg.setPointerCapture(event.pointerId);
    const id = idOf(event);
    const port = event.target instanceof Element && event.target.getAttribute("data-port");
    this.press = {
      id, port, x: event.clientX, y: event.clientY, view: { ...this.graph.view }, moved: false,
      from: id ? this.graph.placeOf(id) : null, pinch: this.spread(),
    };
  }

  /** Pixels between two fingers. */
  spread() {
    const [one, other] = [...this.pointers.values()];
    return other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.pointers.has(event.pointerId) || !this.press) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const press = this.press;
    if (this.pointers.size > 1) {
      const now = this.spread();
      if (press.pinch) this.graph.zoom(now / press.pinch, this.middle());
      press.pinch = now;
      press.moved = true;
      return;
    }
    const [dx, dy] = [event.clientX - press.x, event.clientY - press.y];
    if (!press.moved && Math.hypot(dx, dy) < DRAGGED) return;
    press.moved = true;
    if (press.port) this.pullTo(press.port, this.graph.pointOf(event));
    else if (press.id) {
      this.graph.dragged.set(press.id, { x: press.from.x + dx / this.graph.view.zoom, y: press.from.y + dy / this.graph.view.zoom });
    } else {
      this.graph.view.x = press.view.x - dx / this.graph.view.zoom;
      this.graph.view.y = press.view.y - dy / this.graph.view.zoom;
    }
    this.graph.soon();
  }

  middle() {
    const { left, top } = this.graph.getBoundingClientRect();
    const [one, other] = [...this.pointers.values()];
    return { x: (one.x + other.x) / 2 - left, y: (one.y + other.y) / 2 - top };
  }

  /** @param {string} from @param {Point} at */
  pullTo(from, at) {
    const start = this.graph.placeOf(from);
    this.graph.pull.removeAttribute("hidden");
    this.graph.pull.setAttribute("d", curve(start, { x: at.x, y: at.y - NODE.height / 2 + 6 }));
  }

  /** @param {PointerEvent} event */
  up(event) {
    this.pointers.delete(event.pointerId);
    const press = this.press;
    if (this.pointers.size || !press) return;
    this.press = null;
    this.graph.pull.setAttribute("hidden", "");
    const moved = new Map(this.graph.dragged);
    this.graph.dragged.clear();
    if (event.type === "pointercancel") return;
    if (press.moved && press.port) {
      const under = document.elementFromPoint(event.clientX, event.clientY);
      const to = under?.closest("[data-node]")?.getAttribute("data-node") ?? "";
      // Let go outside of the map, it is taken back; on the map, it leads to a new node.
      if (under && this.graph.contains(under)) this.graph.tell("link", { from: press.port, to, at: this.graph.pointOf(event) });
    } else if (moved.size) this.graph.tell("move", { places: moved });
    else if (!press.moved && press.id) {
      this.graph.tell("select", { id: press.id, tap: event.pointerType === "touch" });
      this.graph.focusNode(press.id);
    }
    this.graph.soon();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const { left, top } = this.graph.getBoundingClientRect();
      this.graph.zoom(Math.exp(-event.deltaY / 240), { x: event.clientX - left, y: event.clientY - top });
      return;
    }
    this.graph.view.x += (event.shiftKey ? event.deltaY : event.deltaX) / this.graph.view.zoom;
    this.graph.view.y += (event.shiftKey ? 0 : event.deltaY) / this.graph.view.zoom;
    this.graph.soon();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const id = idOf(event);
    if (!id || !this.graph.shown || event.ctrlKey || event.metaKey) return;
    const way = ARROWS[event.key];
    if (way && event.altKey) {
      const { x, y } = this.graph.placeOf(id);
      const [dx, dy] = { left: [-20, 0], right: [20, 0], up: [0, -20], down: [0, 20] }[way];
      this.graph.tell("move", { places: new Map([[id, { x: x + dx, y: y + dy }]]) });
    } else if (way) {
      const next = neighbour(this.graph.shown.places, id, way);
      if (next) {
        this.graph.tell("select", { id: next });
        this.graph.reveal(next);
        this.graph.focusNode(next);
      }
    } else if (event.key === "Enter" || event.key === " ") this.graph.tell("edit", { id });
    else if (event.key === "Delete" || event.key === "Backspace") this.graph.tell("delete", { id });
    else if (event.key === "+" || event.key === "-") this.graph.zoom(event.key === "+" ? 1.25 : 0.8);
    else if (event.key === "0") this.graph.whole();
    else return;
    event.preventDefault();
  }
}
