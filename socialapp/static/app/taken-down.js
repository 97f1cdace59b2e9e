// @ts-check
/** A clip that may not be shown any more, while somebody looks at it. */
import { TroupeClip } from "./clip.js";
import { icon } from "./icons.js";

/**
 * Its place stays, so that nothing jumps; everything of it goes, its words and its
 * picture too.
 * @param {HTMLElement} item
 * @param {{ stop(): void } | null} clip
 */
export function takeDown(item, clip) {
  if ("gone" in item.dataset) return;
  const focused = item.contains(document.activeElement);
  if (clip instanceof TroupeClip) clip.release();
  else clip?.stop();
  item.dataset.gone = "";
  for (const sheet of document.querySelectorAll("dialog[open]")) {
    if (sheet.querySelector(`[data-sheet-of="${item.dataset.key}"]`) instanceof HTMLElement) {
      /** @type {HTMLDialogElement} */ (sheet).close();
    }
  }
  const box = document.createElement("div");
  box.className = "clip clip--gone";
  const title = document.createElement("h2");
  title.id = item.getAttribute("aria-labelledby") ?? "";
  title.className = "clip__title";
  title.textContent = "This clip was taken down";
  const words = document.createElement("p");
  words.id = item.getAttribute("aria-describedby") ?? "";
  words.textContent = "It cannot be seen any more, here or anywhere else.";
  const next = document.createElement("button");
  next.type = "button";
  next.className = "btn";
  next.dataset.step = "1";
  next.append(icon("chevron-down"), "Next clip");
  box.append(title, words, next);
  item.replaceChildren(box);
  if (focused) item.focus({ preventScroll: true });
}
