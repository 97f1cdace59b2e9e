// @ts-check
/** A character's page, and the page that ends the making: they greet when asked. */
import { Player } from "./player.js";
import { armSheets } from "./sheets.js";
import { greeting } from "./speech.js";

for (const root of document.querySelectorAll("[data-greets]")) {
  const url = /** @type {HTMLElement} */ (root).dataset.greets ?? "";
  const player = new Player(root, () => greeting(url));
  // The button is the way for keys; a tap on the face is a shortcut.
  player.stage.addEventListener("click", () => void player.toggle());
}

const made = document.querySelector("[data-forget-draft]");
if (made instanceof HTMLElement) {
  try {
    localStorage.removeItem(`draft-${made.dataset.forgetDraft}`);
  } catch {
    // Storage is closed: there was no draft either.
  }
}
armSheets();
