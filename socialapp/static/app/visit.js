// @ts-check
/** Says how long one has been here. It counts on this device and tells nobody. */
import { icon } from "./icons.js";
import { due, seen, words } from "./visit-clock.js";

const KEY = "troupe-visit";
const EVERY = 15_000; // milliseconds

/** @type {import("./visit-clock.js").Visit | null} */
let visit = null;

const teen = () => "teen" in document.body.dataset;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") ?? visit;
  } catch {
    return visit;
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(visit));
  } catch {
    // Storage is closed: this page counts for itself.
  }
}

/** @param {string} text */
function tell(text) {
  document.querySelector("[data-visit]")?.remove();
  const box = document.createElement("div");
  box.className = "notice notice--care visit";
  box.dataset.visit = "";
  box.setAttribute("role", "status");
  const title = document.createElement("p");
  title.className = "notice__title";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn--icon btn--sm btn--quiet";
  close.setAttribute("aria-label", "Close");
  close.append(icon("x"));
  close.addEventListener("click", () => box.remove());
  box.append(icon("clock"), title, close);
  document.body.append(box);
  // After the box is in the page, so that it is read out.
  title.textContent = text;
}

function look() {
  if (document.visibilityState !== "visible") return;
  visit = seen(read(), Math.floor(Date.now() / 1000));
  const moment = due(visit, teen());
  if (moment) {
    visit = { ...visit, told: moment };
    tell(words(moment, teen()));
  }
  keep();
}

export function armVisit() {
  look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
