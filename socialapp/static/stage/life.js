// @ts-check
/** What one face on a stage does now: what it plays, what it is held at, or idling. */

import { heldPose, wantsCalm } from "./calm.js";
import { idleFace, rehearsalFace } from "./idle.js";
import { restingFace } from "./motion.js";

/** @import { Face } from "./performance.js" */
/** @import { Piece } from "./piece.js" */

export class Life {
  /** @type {Face | null} */ held = null;
  #from = performance.now() / 1000;
  #rehearsed = -Infinity;

  /** Open and shut the mouth without a sound. */
  rehearse() {
    this.#rehearsed = performance.now() / 1000;
  }

  /**
   * @param {number} now seconds since the page began
   * @param {{piece: Piece, t: number} | null} played and how far
   * @returns {Face}
   */
  face(now, played) {
    if (this.held) return this.held;
    const calm = wantsCalm();
    if (played) {
      const { piece, t } = played;
      const face = piece.track.at(t);
      return calm ? { ...face, ...heldPose(piece.part, t) } : face;
    }
    const idle = calm ? {} : idleFace(now - this.#from);
    return { ...restingFace(), ...idle, ...rehearsalFace(now - this.#rehearsed) };
  }
}
