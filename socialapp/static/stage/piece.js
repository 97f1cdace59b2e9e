// @ts-check
/** What a stage is given to play, from wherever it is given. */

import { faceTrack } from "./motion.js";
import { readPerformance } from "./performance.js";

/** @import { Clock } from "./clock.js" */
/** @import { Face, Part, Performance } from "./performance.js" */

/**
 * @typedef {object} Piece a performance, and what one seat does in it
 * @property {Performance} performance
 * @property {Part} part
 * @property {{at: (t: number) => Face}} track
 */

/**
 * ``#id`` becomes the JSON of that script element.
 * @param {unknown} source
 */
export function onPage(source) {
  if (typeof source !== "string" || !source.startsWith("#")) return source;
  return JSON.parse(document.querySelector(source)?.textContent ?? "null");
}

/**
 * @param {string | Performance} source its JSON, or the address of it
 * @param {string | null} seat null: the first
 * @returns {Promise<Piece>}
 */
export async function loadPiece(source, seat) {
  const raw = typeof source === "string" ? await (await fetch(source)).json() : source;
  const performance = "format" in raw ? readPerformance(raw) : raw;
  const parts = /** @type {Part[]} */ (performance.parts);
  const part = parts.find((one) => !seat || one.seat === seat);
  if (!part) throw new TypeError("Nobody performs in this");
  return { performance, part, track: faceTrack(part) };
}

/**
 * @param {ArrayBuffer | string | null} sound encoded, or its address
 * @param {Clock} clock
 * @returns {Promise<AudioBuffer | null>}
 */
export async function decode(sound, clock) {
  if (!sound) return null;
  const data = typeof sound === "string" ? await (await fetch(sound)).arrayBuffer() : sound.slice(0);
  return clock.context().decodeAudioData(data);
}
