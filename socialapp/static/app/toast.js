// @ts-check
/** Short messages at the foot of the page. */
import { icon } from "./icons.js";

const STAYS = 7000; // milliseconds, longer than it takes to read one twice

/** @param {HTMLElement} toast */
function arm(toast) {
  let timer = setTimeout(() => toast.remove(), STAYS);
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = setTimeout(() => toast.remove(), STAYS);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", release);
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => toast.remove());
}

/** @param {ParentNode} root */
export function armToasts(root = document) {
  for (const toast of root.querySelectorAll("[data-toast]")) {
    arm(/** @type {HTMLElement} */ (toast));
  }
}

/**
 * @param {string} label
 * @param {() => void} run
 * @param {HTMLElement} box goes when it is pressed
 */
function button(label, run, box) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn--sm btn--line";
  made.textContent = label;
  made.addEventListener("click", () => {
    box.remove();
    run();
  });
  return made;
}

/**
 * @param {string} text
 * @param {string} [iconName]
 * @param {{ label: string, run: () => void }} [way] what one can do about it
 */
export function toast(text, iconName, way) {
  const house = document.querySelector("[data-toasts]");
  if (!house) return;
  const box = document.createElement("div");
  box.className = "toast";
  if (iconName) box.append(icon(iconName));
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn--icon btn--sm";
  close.setAttribute("aria-label", "Close");
  close.dataset.toastClose = "";
  close.append(icon("x"));
  box.append(words);
  if (way) box.append(button(way.label, way.run, box));
  box.append(close);
  house.append(box);
  arm(box);
}
