// @ts-check
/** The browser's twin of socialapp/performance/motion.py: a face at any second. */

import { Holds, Smooth, clamp, countUntil, smooth } from "./curves.js";
import { Lips, SPRITE_EASE, spriteKeys } from "./mouth.js";

/** @import { Blink, Face, Part } from "./performance.js" */

const MOOD_RAMP = 0.4;
const GLANCE_RAMP = 0.07;
const LID_SHUT = 0.4;
const LID_OPEN = 0.55;
const BREATH_RATE = 0.25;
const BREATH_DEPTH = 0.004;
const SMILE_LOST = 0.5;
/** smile, brow_raise, brow_knit, cheek, nose_wrinkle, lid. @type {Record<string, number[]>} */
const MOODS = {
  calm: [0, 0, 0, 0, 0, 0],
  happy: [0.8, 0.15, 0, 0.6, 0, 0.08],
  sad: [-0.6, 0.15, -0.75, 0, 0, 0.2],
  angry: [-0.35, -0.55, 0.95, 0.1, 0.4, 0.12],
  afraid: [-0.25, 0.75, -0.65, 0, 0, -0.3],
  surprised: [0, 0.95, 0, 0, 0, -0.4],
  disgusted: [-0.5, -0.3, 0.45, 0.35, 0.85, 0.15],
};

/**
 * Every instant of one part.
 * @param {Part} part
 * @returns {{at: (t: number) => Face}}
 */
export function faceTrack(part) {
  const lips = new Lips(part.visemes);
  const sprites = spriteKeys(part.visemes);
  const spriteTimes = sprites.map((s) => s.at);
  /** @type {[number, number[]][]} */
  const moodKeys = part.expressions.map((e) => [
    e.at, (MOODS[e.mood] ?? MOODS.calm).map((w) => w * e.weight),
  ]);
  const moods = new Holds(moodKeys.length ? moodKeys : [[0, MOODS.calm]], MOOD_RAMP);
  /** @type {[number, number[]][]} */
  const gazeKeys = part.glances.map((g) => [g.at, [g.x, g.y]]);
  const gaze = new Holds(gazeKeys.length ? gazeKeys : [[0, [0, 0]]], GLANCE_RAMP);
  const poses = part.poses.length
    ? new Smooth(part.poses.map((p) => [p.at, [p.yaw, p.pitch, p.roll, p.x, p.y]]))
    : null;

  return {
    at(t) {
      const [jaw, wide, round, tongue, press, bite] = lips.at(t);
      const [smile, raised, knit, cheek, nose, moodLid] = moods.at(t);
      const [gazeX, gazeY] = gaze.at(t);
      const breath = BREATH_DEPTH * Math.sin(2 * Math.PI * BREATH_RATE * t);
      const [yaw, pitch, roll, x, y] = poses ? poses.at(t) : [0, 0, 0, 0, breath];
      const down = part.blinks.reduce((most, b) => Math.max(most, lidOf(b, t)), 0);
      const lid = clamp(moodLid + (1 - moodLid) * down, -0.5, 1);
      const i = countUntil(spriteTimes, t) - 1;
      return {
        jaw_open: jaw,
        mouth_wide: wide,
        mouth_round: round,
        mouth_press: press,
        lip_bite: bite,
        tongue,
        smile: clamp(smile * (1 - SMILE_LOST * round), -1, 1),
        brow_raise: clamp(raised, -1, 1),
        brow_knit: clamp(knit, -1, 1),
        cheek: clamp(cheek, 0, 1),
        nose_wrinkle: clamp(nose, 0, 1),
        lid_left: lid,
        lid_right: lid,
        gaze_x: clamp(gazeX, -1, 1),
        gaze_y: clamp(gazeY, -1, 1),
        yaw,
        pitch,
        roll,
        x,
        y,
        mouth: i < 0 ? "X" : sprites[i].letter,
        mouth_from: i < 1 ? "X" : sprites[i - 1].letter,
        mouth_mix: i < 0 ? 1 : smooth((t - sprites[i].at) / SPRITE_EASE),
      };
    },
  };
}

/** @param {Blink} blink @param {number} t */
function lidOf(blink, t) {
  if (!(blink.at < t && t < blink.until)) return 0;
  const u = (t - blink.at) / (blink.until - blink.at);
  if (u < LID_SHUT) return smooth(u / LID_SHUT);
  if (u > LID_OPEN) return smooth((1 - u) / (1 - LID_OPEN));
  return 1;
}

/** How far apart the lips are, 0 to 1. @param {Face} face */
export function opening(face) {
  return face.jaw_open * (1 - Math.max(face.mouth_press, face.lip_bite));
}

/** A face at rest. @returns {Face} */
export function restingFace() {
  const part = { visemes: [], expressions: [], glances: [], poses: [], blinks: [] };
  return faceTrack(/** @type {any} */ (part)).at(0);
}
