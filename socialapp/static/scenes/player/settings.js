// @ts-check
/** How somebody likes scenes to be played; kept in this browser. */

import { pref, setPref } from "../../app/prefs.js";

/** @typedef {import("./kept.js").Kept} Kept */
/** @typedef {"s" | "m" | "l" | "xl"} Size */
/**
 * @typedef {object} Settings
 * @property {boolean} auto it goes on by itself
 * @property {boolean} skip what was read before passes at once
 * @property {boolean} voice characters are heard
 * @property {boolean} captions words are shown while they are heard
 * @property {boolean} sounds of the place
 * @property {boolean} aloud the browser's voice reads what has no voice
 * @property {boolean} timed time limits count
 * @property {Size} size of words
 */

/** @type {Settings} */
export const DEFAULTS = {
  auto: false, skip: false, voice: true, captions: true, sounds: true, aloud: false,
  timed: true, size: "m",
};
const SIZES = ["s", "m", "l", "xl"];
const NAME = "settings";

/** @param {Kept} kept @returns {Settings} */
export function readSettings(kept) {
  const found = kept.get(NAME);
  const settings = { ...DEFAULTS };
  for (const [name, standard] of Object.entries(DEFAULTS)) {
    const value = found?.[name];
    const fits = name === "size" ? SIZES.includes(value) : typeof value === typeof standard;
    if (fits) /** @type {any} */ (settings)[name] = value;
  }
  // These two are the house's: what is set here holds for clips and chats too.
  return { ...settings, voice: pref("voice"), captions: pref("captions") };
}

/** @param {Kept} kept @param {Settings} settings */
export function keepSettings(kept, settings) {
  const { voice, captions, ...own } = settings;
  kept.set(NAME, own);
  if (pref("voice") !== voice) setPref("voice", voice);
  if (pref("captions") !== captions) setPref("captions", captions);
}
