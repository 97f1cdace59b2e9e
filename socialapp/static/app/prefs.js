// @ts-check
/** What this browser remembers: sound and captions. A private window forgets. */

/** @typedef {"sound" | "captions" | "voice"} Pref */

/** Clips are silent, captions are on and characters speak until somebody says otherwise. */
const DEFAULTS = { sound: false, captions: true, voice: true };

/** @type {Partial<Record<Pref, boolean>>} */
const known = {};

/**
 * @param {Pref} name
 * @returns {boolean}
 */
export function pref(name) {
  const value = known[name];
  if (value !== undefined) return value;
  let kept = null;
  try {
    kept = localStorage.getItem(`troupe-${name}`);
  } catch {
    // Storage is closed: the default holds.
  }
  return (known[name] = kept === null ? DEFAULTS[name] : kept === "on");
}

/**
 * Remember, and tell every clip on the page.
 * @param {Pref} name
 * @param {boolean} value
 */
export function setPref(name, value) {
  known[name] = value;
  try {
    localStorage.setItem(`troupe-${name}`, value ? "on" : "off");
  } catch {
    // Remembered until the page closes.
  }
  document.dispatchEvent(new CustomEvent("troupe-pref", { detail: { name, value } }));
}

/** @returns {boolean} */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
