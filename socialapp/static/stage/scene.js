// @ts-check
/**
 * One to three actors before a backdrop on one canvas: what a clip of the same
 * performance shows (``avatarfx/animators/scene.py``), drawn live.
 */

import { Backdrop } from "./backdrop.js";
import { faceOn, frameOf, hasLedge, seenAt, shotsOf, viewUnder } from "./framing.js";
import { Ledge } from "./ledge.js";
import { arrange, mirrored, moved, standings, withInFront } from "./placing.js";
import { hasNoGround, makePuppet } from "./puppets.js";

/** @import { Box, Frame, Placed, Shot } from "./framing.js" */
/** @import { Face, Stage } from "./performance.js" */
/** @import { Member } from "./placing.js" */
/** @import { Puppet } from "./puppets.js" */
/** @import { Loaded } from "./rig.js" */
/** @import { Screen } from "./screen.js" */

/** Brightness of who does not speak in full spotlight. */
const LISTENS = 0.62;

/**
 * @typedef {object} Seen one instant
 * @property {Record<string, Face>} faces by seat
 * @property {number} time of the camera, seconds
 * @property {Record<string, number>} [lights] by seat: 1 is lit, 0 is not; missing: 1
 * @property {boolean} [cuts] moves of the camera are cuts
 */

export class Scene {
  /** @type {Record<string, Puppet>} */ #puppets = {};
  /** @type {Member[]} */ #cast;
  /** @type {Stage} */ #stage = { background: "", shape: "", places: {}, camera: [] };
  /** @type {{aspect: number, frame: Frame, placed: Record<string, Placed>, order: string[], shots: Shot[]} | null} */
  #layout = null;

  /**
   * @param {Screen} screen
   * @param {{seat: string, loaded: Loaded}[]} cast
   * @param {(CanvasImageSource & {width: number, height: number}) | null} background
   */
  constructor(screen, cast, background) {
    this.screen = screen;
    this.background = background !== null;
    this.#cast = cast.map(({ seat, loaded }) => ({
      seat,
      rig: loaded.rig,
      groundless: hasNoGround(loaded),
    }));
    const how = standings(this.#cast, this.background);
    for (const { seat, loaded } of cast) {
      this.#puppets[seat] = makePuppet(screen.gl, loaded, how[seat]);
    }
    const alone = Object.values(how).includes("alone");
    this.backdrop = alone ? null : new Backdrop(screen.gl, background);
    this.ledge = cast.length > 1 ? new Ledge(screen.gl) : null;
  }

  /**
   * Where everybody stands from now on, and what the camera does.
   * @param {Stage} stage of a performance
   */
  set(stage) {
    if (stage === this.#stage) return;
    this.#stage = stage;
    this.#layout = null;
  }

  /** @param {Seen} seen */
  draw({ faces, time, lights = {}, cuts = false }) {
    const { screen } = this;
    const { frame, placed, order, shots } = this.#laidOut();
    const { box, on, hides } = seenAt(cuts ? shots.map((shot) => ({ ...shot, ease: 0 })) : shots, time);
    screen.clear();
    this.#drawBehind(box, frame, placed, lights);
    const { gl, canvas } = screen;
    for (const seat of withInFront(order, on).filter((one) => !hides.includes(one))) {
      const lit = LISTENS + (1 - LISTENS) * (lights[seat] ?? 1);
      gl.blendColor(lit, lit, lit, 1);
      gl.blendFuncSeparate(
        gl.CONSTANT_COLOR, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA,
      );
      const face = placed[seat].mirrored ? mirrored(faces[seat]) : faces[seat];
      const view = viewUnder(placed[seat], box);
      this.#puppets[seat].draw(face, view, canvas.width, canvas.height);
    }
    if (hasLedge(frame.shape, order.length)) this.ledge?.draw(box, frame);
  }

  free() {
    this.backdrop?.free();
    this.ledge?.free();
    for (const puppet of Object.values(this.#puppets)) puppet.free();
    this.#puppets = {};
  }

  #laidOut() {
    const { width, height } = this.screen.canvas;
    const aspect = width / height;
    if (this.#layout?.aspect !== aspect) {
      const frame = frameOf(aspect);
      const { places, shape, camera } = this.#stage;
      const there = moved(places, shape, frame.shape);
      const { placed, order } = arrange(this.#cast, there, frame, this.background);
      this.#layout = { aspect, frame, placed, order, shots: shotsOf(camera, placed, frame) };
    }
    return this.#layout;
  }

  /**
   * @param {Box} box
   * @param {Frame} frame
   * @param {Record<string, Placed>} placed
   * @param {Record<string, number>} lights
   */
  #drawBehind(box, frame, placed, lights) {
    if (!this.backdrop) return;
    // The beam stands between those who are lit, as far as one is lit more than the rest.
    const seats = Object.keys(placed);
    const lit = seats.map((seat) => lights[seat] ?? 1);
    const strength = seats.length > 1 ? Math.max(...lit) - Math.min(...lit) : 0;
    const total = lit.reduce((sum, v) => sum + v, 0) || 1;
    const x = seats.reduce((sum, seat, i) => sum + lit[i] * faceOn(placed[seat])[0], 0) / total;
    const beam = { x: x / frame.width, width: 0.5 / Math.max(seats.length, 2), strength };
    this.backdrop.draw(this.screen.canvas, box, frame, beam);
  }
}
