// @ts-check
/** The cast of a scene on one canvas: they come, go and move up, before changing places. */

import { Backdrop } from "../../stage/backdrop.js";
import { MOST_ACTORS, between, ease, faceOn, frameOf, placesFor, shotsOf, stand, viewUnder } from "../../stage/framing.js";
import { withInFront } from "../../stage/placing.js";
import { hasNoGround, makePuppet } from "../../stage/puppets.js";

/** @import { Box, Frame, Placed } from "../../stage/framing.js" */
/** @import { Face } from "../../stage/performance.js" */
/** @import { Puppet } from "../../stage/puppets.js" */
/** @import { Loaded } from "../../stage/rig.js" */
/** @import { Screen } from "../../stage/screen.js" */

/** Brightness of who does not speak in full spotlight. */
const LISTENS = 0.62;
/** Where three stand close, the middle one looks over the others' shoulders: share of the height. */
const BEHIND = 0.15;
/** Seconds in which somebody comes, goes or moves up. */
const WALK = 0.7;

/** @typedef {{on: string, zoom: number}} Aim */
/** @typedef {{from: Aim | Box, to: Aim, at: number, ease: number}} Move */
/** @typedef {{from: Placed | null, to: Placed | null, at: number}} Walk null: in the wings */

/**
 * @typedef {object} Instant
 * @property {number} now seconds of any clock that never jumps
 * @property {Record<string, Face>} faces by role, of whoever is on stage
 * @property {Record<string, number>} lights by role
 * @property {boolean} calm nobody walks, cameras cut
 */

export class Troop {
  /** @type {Map<string, Puppet>} */ #puppets = new Map();
  /** @type {Map<string, Loaded>} */ #loaded = new Map();
  /** @type {Map<string, Walk>} */ #walks = new Map();
  /** @type {string[]} */ #seats = [];
  /** @type {Backdrop | null} */ #backdrop = null;
  /** @type {Move} */ #move = { from: { on: "all", zoom: 1 }, to: { on: "all", zoom: 1 }, at: 0, ease: 0 };
  #aspect = 0;
  #snap = true;

  /** @param {Screen} screen */
  constructor(screen) {
    this.screen = screen;
    this.hang(null);
  }

  /** @param {string} role @param {Loaded} loaded */
  hire(role, loaded) {
    this.#loaded.set(role, loaded);
  }

  /** @param {string} role */
  has(role) {
    return this.#loaded.has(role);
  }

  /** @param {(CanvasImageSource & {width: number, height: number}) | null} picture null: the curtain */
  hang(picture) {
    this.#backdrop?.free();
    this.#backdrop = new Backdrop(this.screen.gl, picture);
  }

  /**
   * Who is there from now on, from the left to the right. `cut`: they stand there at once.
   * @param {string[]} seats
   * @param {boolean} cut
   */
  seat(seats, cut) {
    const there = seats.filter((role) => this.#loaded.has(role));
    this.#snap ||= cut;
    if (there.join() === this.#seats.join()) return;
    this.#seats = there;
    this.#aspect = 0;
  }

  /**
   * The camera goes there in so many seconds.
   * @param {Aim} to
   * @param {number} seconds
   * @param {number} now
   */
  aim(to, seconds, now) {
    const placed = this.#standing();
    const frame = this.#frame();
    this.#move = { from: this.#seen(placed, frame, now), to, at: now, ease: seconds };
  }

  /** Whether anybody walks, or the camera moves. @param {number} now */
  moving(now) {
    return now - this.#move.at < this.#move.ease
      || [...this.#walks.values()].some((walk) => now - walk.at < WALK);
  }

  /** @param {Instant} instant */
  draw({ now, faces, lights, calm }) {
    this.#place(now, calm);
    const { screen } = this;
    const { gl, canvas } = screen;
    const frame = this.#frame();
    const placed = this.#walked(now);
    const box = this.#seen(this.#standing(), frame, calm ? Infinity : now);
    screen.clear();
    this.#drawBehind(box, frame, placed, lights);
    const order = withInFront(inOrder(Object.keys(placed), this.#seats), this.#move.to.on);
    for (const role of order) {
      const puppet = this.#puppet(role);
      if (!puppet || !faces[role]) continue;
      const lit = LISTENS + (1 - LISTENS) * (lights[role] ?? 1);
      gl.blendColor(lit, lit, lit, 1);
      gl.blendFuncSeparate(gl.CONSTANT_COLOR, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      puppet.draw(faces[role], viewUnder(placed[role], box), canvas.width, canvas.height);
    }
  }

  /** Where a role's face is across the stage, 0 to 1; null: it is not there. @param {string} role */
  across(role) {
    const to = this.#walks.get(role)?.to;
    return to ? faceOn(to)[0] / this.#frame().width : null;
  }

  /** Who is drawn: also those who are just leaving. */
  get drawn() {
    return [...this.#walks.keys()];
  }

  free() {
    this.#backdrop?.free();
    for (const puppet of this.#puppets.values()) puppet.free();
    this.#puppets.clear();
  }

  #frame() {
    const { width, height } = this.screen.canvas;
    return frameOf(width / height);
  }

  /** Send everybody to their places, when places have changed. @param {number} now @param {boolean} calm */
  #place(now, calm) {
    const { width, height } = this.screen.canvas;
    if (this.#aspect === width / height) {
      this.#snap = false;
      return;
    }
    // Another shape of the window is no reason to walk.
    const resized = this.#aspect !== 0;
    const cut = this.#snap || calm || resized || !this.#walks.size;
    this.#aspect = width / height;
    this.#snap = false;
    const frame = this.#frame();
    const places = placesFor(this.#seats, {});
    const shown = this.#walked(now);
    for (const [role, walk] of this.#walks) {
      if (this.#seats.includes(role)) continue;
      if (cut || !walk.to) this.#walks.delete(role);
      else this.#walks.set(role, { from: shown[role], to: null, at: now });
    }
    for (const role of this.#seats) {
      const { rig } = /** @type {Loaded} */ (this.#loaded.get(role));
      const to = stand(rig, frame, places[role], this.#seats.length, false);
      if (this.#seats.length === MOST_ACTORS && role === this.#seats[1] && frame.width < frame.height) {
        to.y -= BEHIND * frame.height;
      }
      const from = cut ? to : (shown[role] ?? null);
      this.#walks.set(role, { from, to, at: cut ? -Infinity : now });
    }
  }

  /** Where everybody is now. @param {number} now @returns {Record<string, Placed>} */
  #walked(now) {
    const { width } = this.#frame();
    /** @type {Record<string, Placed>} */
    const placed = {};
    for (const [role, { from, to, at }] of [...this.#walks]) {
      const share = ease((now - at) / WALK);
      if (to === null && share >= 1) {
        this.#walks.delete(role);
        continue;
      }
      const inside = /** @type {Placed} */ (to ?? from);
      placed[role] = mixed(from ?? wings(inside, width), to ?? wings(inside, width), share);
    }
    return placed;
  }

  /** @returns {Record<string, Placed>} where everybody will be */
  #standing() {
    return Object.fromEntries(
      [...this.#walks].flatMap(([role, { to }]) => (to ? [[role, to]] : [])),
    );
  }

  /** @param {Record<string, Placed>} placed @param {Frame} frame @param {number} now @returns {Box} */
  #seen(placed, frame, now) {
    const { from, to, at, ease: lasts } = this.#move;
    const goal = boxOf(to, placed, frame);
    if (lasts <= 0 || now >= at + lasts) return goal;
    const start = "width" in from ? from : boxOf(from, placed, frame);
    return between(start, goal, ease((now - at) / lasts));
  }

  /** @param {string} role */
  #puppet(role) {
    const known = this.#puppets.get(role);
    if (known) return known;
    const loaded = /** @type {Loaded} */ (this.#loaded.get(role));
    const free = Boolean(loaded.rig.matte) || hasNoGround(loaded);
    const puppet = makePuppet(this.screen.gl, loaded, free ? "cut-out" : "framed");
    this.#puppets.set(role, puppet);
    return puppet;
  }

  /**
   * @param {Box} box
   * @param {Frame} frame
   * @param {Record<string, Placed>} placed
   * @param {Record<string, number>} lights
   */
  #drawBehind(box, frame, placed, lights) {
    // The beam stands between those who are lit, as far as one is lit more than the rest.
    const roles = Object.keys(placed);
    const lit = roles.map((role) => lights[role] ?? 1);
    const strength = roles.length > 1 ? Math.max(...lit) - Math.min(...lit) : 0;
    const total = lit.reduce((sum, v) => sum + v, 0) || 1;
    const x = roles.reduce((sum, role, i) => sum + lit[i] * faceOn(placed[role])[0], 0) / total;
    const beam = { x: x / frame.width, width: 0.5 / Math.max(roles.length, 2), strength };
    this.#backdrop?.draw(this.screen.canvas, box, frame, beam);
  }
}

/** @param {Aim} aim @param {Record<string, Placed>} placed @param {Frame} frame */
function boxOf({ on, zoom }, placed, frame) {
  if (!Object.keys(placed).length) return { x: 0, y: 0, width: frame.width, height: frame.height };
  return shotsOf([{ at: 0, on, zoom, ease: 0 }], placed, frame)[0].box;
}

/** The same figure, out of sight on its own side. @param {Placed} placed @param {number} width @returns {Placed} */
function wings(placed, width) {
  const left = faceOn(placed)[0] < width / 2;
  return { ...placed, x: left ? -placed.scale * 1.05 : width + placed.scale * 0.05 };
}

/** @param {Placed} a @param {Placed} b @param {number} share @returns {Placed} */
function mixed(a, b, share) {
  const mix = (/** @type {"x" | "y" | "scale"} */ k) => a[k] + (b[k] - a[k]) * share;
  return { ...b, x: mix("x"), y: mix("y"), scale: mix("scale") };
}

/** Drawing order: the last first, and the middle of three behind. @param {string[]} drawn @param {string[]} seats */
function inOrder(drawn, seats) {
  const leaving = drawn.filter((role) => !seats.includes(role));
  const order = seats.filter((role) => drawn.includes(role)).reverse();
  if (order.length === MOST_ACTORS) order.unshift(...order.splice(1, 1));
  return [...leaving, ...order];
}
