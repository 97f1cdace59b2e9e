// @ts-check
/** Less motion, for people who asked for it. */

/** @import { Part } from "./performance.js" */

/** Whether this browser's owner asked for less motion. */
export function wantsCalm() {
  return globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

/**
 * The pose of the key before `t`, without a tween.
 * @param {Part | null} part
 * @param {number} t
 */
export function heldPose(part, t) {
  const still = { yaw: 0, pitch: 0, roll: 0, x: 0, y: 0 };
  const key = part?.poses.filter((pose) => pose.at <= t).pop();
  return key ? { yaw: key.yaw, pitch: key.pitch, roll: key.roll, x: 0, y: 0 } : still;
}
