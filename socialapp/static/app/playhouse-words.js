// @ts-check
/** Small things of the page around a scene: its settings, its link, who is gone. */
import { Reader } from "../scenes/player/readers.js";
import { setIcon } from "./icons.js";
import { toast } from "./toast.js";

/** @typedef {import("../scenes/player/settings.js").Settings} Settings */

/**
 * Show how somebody likes to play, in the sheet and on the buttons.
 * @param {HTMLElement} page
 * @param {Settings} settings
 */
export function showSettings(page, settings) {
  for (const one of page.querySelectorAll("[data-setting]")) {
    const input = /** @type {HTMLInputElement} */ (one);
    const value = settings[/** @type {keyof Settings} */ (input.dataset.setting)];
    input.checked = input.type === "checkbox" ? value === true : input.value === value;
    if (input.dataset.setting === "aloud") input.disabled = !Reader.possible;
  }
  for (const name of /** @type {const} */ (["voice", "auto"])) {
    for (const button of page.querySelectorAll(`[data-act=${name}]`)) {
      button.setAttribute("aria-pressed", String(settings[name]));
      if (name === "voice") setIcon(button, settings.voice ? "audio-lines" : "volume-x");
    }
  }
}

/**
 * Send a link, or copy it where nothing sends.
 * @param {string} url
 */
export async function shareLink(url) {
  try {
    if (navigator.share) return await navigator.share({ url });
    await navigator.clipboard.writeText(url);
    toast("The link is copied. Whoever has an account may come along.", "link");
  } catch {
    // Nobody was told.
  }
}

/** @param {string[]} names */
export function goneWords(names) {
  if (!names.length) return "";
  const one = names.length === 1;
  return `${names.join(" and ")} ${one ? "is" : "are"} not on stage any more: ${one ? "the name plays" : "the names play"} on, in words.`;
}
