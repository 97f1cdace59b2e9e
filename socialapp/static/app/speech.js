// @ts-check
/** Performances for the live stage, made by the server from a line of text. */
import { getJson, post } from "./http.js";
import { opening } from "./script-marks.js";

/** @import { Performance } from "../stage/performance.js" */

/**
 * @typedef {object} Speech
 * @property {Performance} performance
 * @property {ArrayBuffer} sound an encoded file
 */

/** Longest line that the server makes a preview of. */
const MOST = 160;

/** @type {Map<string, Promise<Speech>>} */
const made = new Map();

/**
 * @param {{performance: Performance, sound?: string, url?: string}} data
 * @returns {Promise<Speech>}
 */
async function unpack({ performance, sound = "", url }) {
  if (url) return { performance, sound: await (await fetch(url)).arrayBuffer() };
  const bytes = Uint8Array.from(atob(sound), (c) => c.charCodeAt(0));
  return { performance, sound: bytes.buffer };
}

/**
 * @param {string} key
 * @param {() => Promise<Speech>} make
 */
function once(key, make) {
  let speech = made.get(key);
  if (!speech) {
    speech = make();
    made.set(key, speech);
    // What failed may work the next time.
    speech.catch(() => made.delete(key));
  }
  return speech;
}

/**
 * Have a line spoken. Asking twice for the same is free.
 * @param {string} url
 * @param {{text: string, voice?: string, speed?: string, pitch?: string, motion?: string, quick?: string}} fields
 * @returns {Promise<Speech>} RefusedError with the reason when it cannot be spoken
 */
export function speak(url, fields) {
  const asked = { ...fields, text: opening(fields.text, MOST) };
  return once(url + JSON.stringify(asked), async () => unpack(await post(url, asked)));
}

/**
 * What a character says by way of greeting.
 * @param {string} url
 */
export function greeting(url) {
  return once(url, async () => unpack(await getJson(url)));
}
