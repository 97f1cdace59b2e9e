// @ts-check
/** The strip of a show, drawn: a lane a seat, times below them, and the chosen stretch. */
import { clock } from "./watch.js";

/** @import { Limits, Range, Segment } from "./cut-range.js" */

/** @typedef {{seat: string, name: string}} Seat */
/**
 * @typedef {object} View what there is to see
 * @property {Seat[]} seats a lane each
 * @property {Segment[]} segments
 * @property {Range | null} range what is chosen
 * @property {Limits} limits of what can be chosen
 * @property {number | null} playing the moment that plays
 */

const SVG = "http://www.w3.org/2000/svg";
const LANE = 28;
const GAP = 8;
const TICKS = 22; // room for the times below the lanes
const STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800]; // seconds between two times

/** Pixels from a handle within which it is meant. */
export const TOUCH = 22;

export class Strip {
  /** @type {HTMLElement | null} what it is drawn in */
  lanes = null;
  /** Second of the show at its left edge. */
  from = 0;
  /** Seconds from edge to edge. */
  span = 60;

  /** Pixels a second. */
  get scale() {
    return Math.max(1, this.lanes?.clientWidth ?? 1) / this.span;
  }

  /** @param {PointerEvent} event */
  timeOf(event) {
    const left = this.lanes?.getBoundingClientRect().left ?? 0;
    return this.from + (event.clientX - left) / this.scale;
  }

  /** @param {string} what */
  handle(what) {
    const found = this.lanes?.querySelector(`[data-handle="${what}"]`);
    return found instanceof SVGElement ? found : null;
  }

  /** @param {View} view */
  draw(view) {
    if (!this.lanes || !this.lanes.clientWidth) return;
    const focused = document.activeElement?.getAttribute("data-handle");
    const width = this.lanes.clientWidth;
    const tall = view.seats.length * (LANE + GAP);
    const svg = part("svg", { viewBox: `0 0 ${width} ${tall + TICKS}`, height: tall + TICKS });
    const { from } = this;
    view.seats.forEach(({ seat }, row) => {
      const y = row * (LANE + GAP) + GAP / 2;
      svg.append(part("rect", { class: "cut__track", x: 0, y, width, height: LANE, rx: 6 }));
      for (const one of view.segments) {
        if (one.seat !== seat || one.at > from + this.span) continue;
        const left = Math.max(0, (one.at - from) * this.scale);
        const right = Math.min(width, (one.at + one.seconds - from) * this.scale);
        if (right - left < 1) continue;
        svg.append(
          part("rect", {
            class: `cut__line--${seat}`, x: left, y, width: Math.max(2, right - left - 2), height: LANE, rx: 6,
          }),
        );
      }
    });
    this.#times(svg, width, tall);
    if (view.range) this.#frame(svg, tall, view.range, view);
    svg.append(part("line", { class: "cut__head", y1: 0, y2: tall, visibility: "hidden" }));
    this.lanes.replaceChildren(svg);
    if (view.playing !== null) this.place(view.playing);
    if (focused) this.handle(focused)?.focus({ preventScroll: true });
  }

  /** @param {number} moment that plays */
  place(moment) {
    const head = this.lanes?.querySelector(".cut__head");
    const x = (moment - this.from) * this.scale;
    const inside = x >= 0 && x <= (this.lanes?.clientWidth ?? 0);
    head?.setAttribute("visibility", inside ? "visible" : "hidden");
    head?.setAttribute("x1", String(x));
    head?.setAttribute("x2", String(x));
  }

  /**
   * @param {SVGElement} svg
   * @param {number} width
   * @param {number} tall
   */
  #times(svg, width, tall) {
    const { from, span } = this;
    const wanted = (span / width) * 90;
    const step = STEPS.find((one) => one >= wanted) ?? 3600;
    for (let t = Math.ceil(from / step) * step; t <= from + span; t += step) {
      const x = (t - from) * this.scale;
      if (x > width - 20) break;
      const label = part("text", { class: "cut__tick", x: Math.max(0, x), y: tall + 15 });
      label.textContent = clock(t);
      svg.append(label);
    }
  }

  /**
   * @param {SVGElement} svg
   * @param {number} tall
   * @param {Range} range
   * @param {View} view
   */
  #frame(svg, tall, range, view) {
    const left = (range.start - this.from) * this.scale;
    const right = (range.end - this.from) * this.scale;
    svg.append(
      part("rect", { class: "cut__range", x: left, y: 1, width: Math.max(1, right - left), height: tall - 2, rx: 8 }),
    );
    for (const [what, x] of /** @type {["start" | "end", number][]} */ ([["start", left], ["end", right]])) {
      const handle = part("g", {
        class: "cut__handle", "data-handle": what, role: "slider", tabindex: 0,
        "aria-label": what === "start" ? "Beginning of the clip" : "End of the clip",
        "aria-valuemin": view.limits.from, "aria-valuemax": view.limits.to,
        "aria-valuenow": range[what], "aria-valuetext": spoken(what, range, view),
        "aria-orientation": "horizontal",
      });
      handle.append(
        part("rect", { x: x - TOUCH, y: 0, width: 2 * TOUCH, height: Math.max(44, tall) }),
        part("rect", { class: "cut__grip", x: x - 4, y: tall / 2 - 14, width: 8, height: 28, rx: 4 }),
      );
      svg.append(handle);
    }
  }
}

/**
 * Where an end of what is chosen lies, for those who do not see it.
 * @param {"start" | "end"} what
 * @param {Range} range
 * @param {View} view
 */
function spoken(what, range, { segments, seats }) {
  const moment = range[what];
  const near = segments.filter((one) => one.at <= moment + 0.2 && one.at + one.seconds >= moment - 0.2);
  const one = what === "start" ? near.at(-1) : near[0];
  const words = one ? `, ${nameOf(seats, one.seat)}: ${one.text.slice(0, 60)}` : "";
  return `${clock(moment)}, the clip runs for ${(range.end - range.start).toFixed(1)} seconds${words}`;
}

/**
 * @param {Seat[]} seats
 * @param {string} seat
 */
export function nameOf(seats, seat) {
  return seats.find((one) => one.seat === seat)?.name ?? "";
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElement}
 */
function part(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
