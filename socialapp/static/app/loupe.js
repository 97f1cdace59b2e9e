// @ts-check
/** What a finger covers, enlarged beside it, while a handle is dragged. */

/** @import { Point } from "../stage/rig.js" */

/** How many times larger. */
const ZOOM = 2.5;
const RADIUS = 62;
/** From the handle to the middle of the loupe. */
const AWAY = 108;

export class Loupe {
  /**
   * @param {SVGSVGElement} board
   * @param {SVGGElement} group a ``<g>`` with an ``<image>`` under a round clip
   */
  constructor(board, group) {
    this.group = group;
    this.picture = /** @type {SVGImageElement} */ (group.querySelector("image"));
    this.board = board.viewBox.baseVal;
  }

  /**
   * Where the picture lies on the board.
   * @param {{x: number, y: number, width: number, height: number}} box
   */
  lie(box) {
    for (const [name, value] of Object.entries(box)) this.picture.setAttribute(name, String(value));
  }

  /** @param {Point} at on the board */
  show([x, y]) {
    const [middle, top] = this.#beside(x, y);
    this.group.setAttribute("transform", `translate(${middle.toFixed(1)} ${top.toFixed(1)})`);
    this.picture.setAttribute("transform", `scale(${ZOOM}) translate(${-x} ${-y})`);
    this.group.removeAttribute("visibility");
  }

  away() {
    this.group.setAttribute("visibility", "hidden");
  }

  /**
   * Above the finger; where the board ends there, towards its middle.
   * @param {number} x
   * @param {number} y
   */
  #beside(x, y) {
    const { width } = this.board;
    const inside = Math.min(Math.max(x, RADIUS), width - RADIUS);
    if (y - AWAY >= RADIUS) return [inside, y - AWAY];
    return [x < width / 2 ? x + AWAY : x - AWAY, Math.max(y, RADIUS)];
  }
}
