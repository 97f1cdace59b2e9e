// @ts-check
/** What a face does while nothing plays: it breathes, blinks and looks about a little. */

/** @import { Face } from "./performance.js" */

const BLINK_SECONDS = 0.16;
const BLINK_EVERY = 3.6;
/** Seconds between blinks on average: about 17 a minute, as people at rest do. */

/**
 * A number from 0 to 1 that looks random and is always the same for one `n`.
 * @param {number} n
 */
function hash(n) {
  const x = Math.sin(n * 127.1 + 311.7) * 43758.5453;
  return x - Math.floor(x);
}

/**
 * How closed the lids are at `t`, 0 to 1.
 * @param {number} t seconds
 * @param {number} [seed]
 */
export function blinkAt(t, seed = 0) {
  const slot = Math.floor(t / BLINK_EVERY);
  const start = (slot + 0.15 + 0.6 * hash(slot + seed)) * BLINK_EVERY;
  const phase = (t - start) / BLINK_SECONDS;
  if (phase <= 0 || phase >= 1) return 0;
  // Lids fall faster than they rise.
  return phase < 0.4 ? phase / 0.4 : (1 - phase) / 0.6;
}

/**
 * The parts of a face that move at rest; lay them over a neutral face.
 * @param {number} t seconds since the idling began
 * @param {number} [seed] tells two neighbours apart
 * @returns {Partial<Face>}
 */
export function idleFace(t, seed = 0) {
  const turn = 2 * Math.PI * t;
  const lid = blinkAt(t, seed);
  return {
    lid_left: lid,
    lid_right: lid,
    yaw: 1.4 * Math.sin(turn / 7.3 + seed) + 0.6 * Math.sin(turn / 3.1 + 2 * seed),
    pitch: 0.7 * Math.sin(turn / 5.9 + 1 + seed),
    roll: 0.6 * Math.sin(turn / 9.7 + 2 + seed),
    y: 0.006 * Math.sin(turn / 4.2 + seed),
  };
}

const REHEARSAL_SECONDS = 1.9;

/**
 * Two openings of the mouth and a blink, to try a rig on; empty when it is over.
 * @param {number} t seconds since it began
 * @returns {Partial<Face>}
 */
export function rehearsalFace(t) {
  if (!(t >= 0 && t < REHEARSAL_SECONDS)) return {};
  const jaw = 0.85 * Math.sin((2 * Math.PI * t) / REHEARSAL_SECONDS) ** 2;
  const lid = Math.max(0, 1 - Math.abs(t - REHEARSAL_SECONDS / 2) / 0.09);
  const mouth = jaw < 0.08 ? "X" : jaw < 0.3 ? "B" : jaw < 0.6 ? "C" : "D";
  return {
    jaw_open: jaw,
    lid_left: lid,
    lid_right: lid,
    mouth,
    mouth_from: mouth,
    mouth_mix: 1,
  };
}
