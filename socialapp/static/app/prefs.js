// @ts-check
/** What this browser remembers: how clips play. A private window forgets. */

/** @typedef {"sound" | "captions" | "voice" | "autoplay" | "saver"} Pref */

/**
 * Until somebody says otherwise, clips are silent and begin by themselves, captions are
 * on and characters speak.
 */
const DEFAULTS = {
  sound: false,
  captions: true,
  voice: true,
  autoplay: true,
  saver: savesData(),
};

/** @returns {boolean} whether this browser was told to be sparing with data */
function savesData() {
  const { connection } = /** @type {{ connection?: { saveData?: boolean } }} */ (
    globalThis.navigator ?? {}
  );
  const reduced = globalThis.matchMedia?.("(prefers-reduced-data: reduce)").matches;
  return Boolean(connection?.saveData || reduced);
}

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

const SLOWEST = 0.5;
const FASTEST = 2;

/** @returns {number} how fast clips play; 1 is as they were made */
export function speed() {
  let kept = NaN;
  try {
    kept = Number(localStorage.getItem("troupe-speed") ?? NaN);
  } catch {
    // Storage is closed: as they were made.
  }
  return kept >= SLOWEST && kept <= FASTEST ? kept : 1;
}

/** @param {number} value */
export function setSpeed(value) {
  try {
    localStorage.setItem("troupe-speed", String(value));
  } catch {
    // Storage is closed: nothing is remembered.
  }
  document.dispatchEvent(new CustomEvent("troupe-pref", { detail: { name: "speed", value } }));
}
