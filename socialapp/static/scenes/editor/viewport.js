// @ts-check
/** What of a graph can be seen: zooming, panning, and finding nodes without looking at all. */

import { NODE } from "./layout.js";

/** @typedef {import("./layout.js").Point} Point */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const CELL = 480;
export const ZOOM = { least: 0.02, most: 2.5 };

/** Nodes by the square they stand in. */
export class Grid {
  /** @param {Map<string, Point>} places */
  constructor(places) {
    this.places = places;
    /** @type {Map<string, string[]>} */
    this.cells = new Map();
    for (const [id, { x, y }] of places) {
      const key = `${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`;
      const cell = this.cells.get(key);
      if (cell) cell.push(id);
      else this.cells.set(key, [id]);
    }
  }

  /** Those that a box touches. @param {Box} box @returns {string[]} */
  within(box) {
    const [left, top] = [Math.floor((box.x - NODE.width) / CELL), Math.floor((box.y - NODE.height) / CELL)];
    const [right, bottom] = [Math.floor((box.x + box.width) / CELL), Math.floor((box.y + box.height) / CELL)];
    if ((right - left + 1) * (bottom - top + 1) > this.cells.size) {
      return [...this.places].filter(([, at]) => touches(at, box)).map(([id]) => id);
    }
    /** @type {string[]} */
    const found = [];
    for (let column = left; column <= right; column += 1) {
      for (let row = top; row <= bottom; row += 1) {
        for (const id of this.cells.get(`${column} ${row}`) ?? []) {
          if (touches(/** @type {Point} */ (this.places.get(id)), box)) found.push(id);
        }
      }
    }
    return found;
  }
}

/** @param {Point} at @param {Box} box */
const touches = ({ x, y }, box) => (
  x + NODE.width >= box.x && x <= box.x + box.width && y + NODE.height >= box.y && y <= box.y + box.height
);

/** What holds all nodes, with a margin. @param {Map<string, Point>} places @returns {Box} */
export function boundsOf(places) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of places.values()) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + NODE.width);
    bottom = Math.max(bottom, y + NODE.height);
  }
  if (left > right) return { x: -200, y: -150, width: 400, height: 300 };
  return { x: left - 40, y: top - 40, width: right - left + 80, height: bottom - top + 80 };
}

/** The node that one comes to in a direction: near, and straight ahead. @param {Map<string, Point>} places @param {string} from @param {"left" | "right" | "up" | "down"} way */
export function neighbour(places, from, way) {
  const start = places.get(from);
  if (!start) return "";
  const [dx, dy] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[way];
  let [best, least] = ["", Infinity];
  for (const [id, at] of places) {
    const [x, y] = [at.x - start.x, at.y - start.y];
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (id === from || ahead <= 0) continue;
    const far = ahead + aside * 2;
    if (far < least) [best, least] = [id, far];
  }
  return best;
}

/** From the edge of one node to that of another. @param {Point} from @param {Point} to @param {number} n which of the links between the same two */
export function curve(from, to, n = 0) {
  const shift = Math.min(n, 5) * 8;
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2 + shift];
  const [x2, y2] = [to.x, to.y + NODE.height / 2 - 6 + shift];
  if (from === to) {
    return `M${x1 - 30} ${from.y} C${x1 - 30} ${from.y - 46} ${from.x + 30} ${from.y - 46} ${from.x + 30} ${from.y}`;
  }
  if (x2 >= x1 - 20) {
    const bend = Math.max(28, Math.min(160, (x2 - x1) / 2));
    return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  const below = Math.max(from.y, to.y) + NODE.height;
  const deep = below + 24 + Math.min(60, Math.abs(x1 - x2) / 12);
  return `M${x1} ${y1} C${x1 + 70} ${y1} ${x1 + 50} ${deep} ${(x1 + x2) / 2} ${deep} S${x2 - 70} ${y2} ${x2} ${y2}`;
}
