// @ts-check
/** The keys of a scene. They work while the stage, or nothing else, has the focus. */

/** @typedef {"next" | "rewind" | "history" | "auto" | "skip" | "voice" | "captions" | "full" | "help" | "up" | "down"} Act */

/** @type {Record<string, Act>} */
const ACTS = {
  " ": "next", Enter: "next", PageDown: "next",
  ArrowDown: "down", ArrowRight: "down", ArrowUp: "up", ArrowLeft: "up",
  Backspace: "rewind", z: "rewind", h: "history", a: "auto", s: "skip", v: "voice",
  c: "captions", f: "full", "?": "help",
};

/**
 * What a key asks for: a number is that choice.
 * @param {{key: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event
 * @returns {Act | number | null}
 */
export function actOf({ key, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (/^[1-9]$/.test(key)) return Number(key);
  return ACTS[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

/**
 * Whether a key is for the stage: nobody writes, and no button is pressed with it.
 * @param {EventTarget | null} target
 * @param {string} key
 */
export function forStage(target, key) {
  if (!(target instanceof HTMLElement)) return true;
  if (target.closest("input, textarea, select, dialog, [contenteditable]")) return false;
  const pressed = target.closest("button, a[href], summary");
  return !(pressed && (key === " " || key === "Enter"));
}

/**
 * What a key does.
 * @param {Act | number} act
 * @param {import("./choices.js").Choices} choices
 * @param {object} stage
 * @param {() => void} stage.next
 * @param {() => void} stage.rewind
 * @param {(name: "auto" | "skip" | "voice" | "captions") => void} stage.toggle
 * @param {(what: Act) => void} stage.asks for what the page has
 * @returns {boolean} whether it was for the stage
 */
export function perform(act, choices, { next, rewind, toggle, asks }) {
  if (typeof act === "number") {
    choices.press(act);
    return choices.open;
  }
  switch (act) {
    case "up":
    case "down":
      if (choices.open) choices.step(act === "down" ? 1 : -1);
      else if (act === "down") next();
      break;
    case "next":
      next();
      break;
    case "rewind":
      rewind();
      break;
    case "auto":
    case "skip":
    case "voice":
    case "captions":
      toggle(act);
      break;
    default:
      asks(act);
  }
  return true;
}
