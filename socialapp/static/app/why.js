// @ts-check
/** `<a data-why href>`: why a post is here, what one wants instead, and how clips play. */
import { armLinks, openSheet } from "./fetched-sheet.js";
import { post, RefusedError } from "./http.js";
import { pref, setPref, setSpeed, speed } from "./prefs.js";
import { toast } from "./toast.js";

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 * @param {string} key of the post it is about
 * @param {() => void} done
 */
async function send(form, button, key, done) {
  button?.setAttribute("aria-busy", "true");
  try {
    const fields = new FormData(form);
    const told = await post(form.action, fields);
    done();
    toast(told?.text ?? "Done.", "check");
    if (told?.less || told?.hidden) {
      const detail = { post: key, ...Object.fromEntries(fields) };
      document.dispatchEvent(new CustomEvent("feed-away", { detail }));
    }
  } catch (error) {
    const refused = error instanceof RefusedError ? error.message : "";
    toast(refused || "That did not reach us. Try again in a moment.", "circle-alert");
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

/** Switches say how things are, wherever they stand. */
function showSwitches() {
  for (const button of document.querySelectorAll("[data-pref-toggle]")) {
    const name = /** @type {"autoplay" | "saver"} */ (button.getAttribute("data-pref-toggle"));
    button.setAttribute("aria-pressed", String(pref(name)));
  }
  for (const choice of document.querySelectorAll("[data-speed]")) {
    if (choice instanceof HTMLSelectElement) choice.value = String(speed());
  }
}

/** @param {HTMLAnchorElement} link */
async function open(link) {
  const key = link.closest("article")?.dataset.key ?? "";
  await openSheet(link, "why-title", (sheet, form, button) => {
    void send(form, button, key, () => sheet.close());
  });
  showSwitches();
  // Those of the clips themselves have theirs in clip.js.
  document.dispatchEvent(new CustomEvent("troupe-more"));
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const button = target?.closest("[data-pref-toggle]");
  const name = button?.getAttribute("data-pref-toggle");
  if (name === "autoplay" || name === "saver") setPref(name, !pref(name));
});
document.addEventListener("change", (event) => {
  const { target } = event;
  if (target instanceof HTMLSelectElement && "speed" in target.dataset) {
    setSpeed(Number(target.value));
  }
});
document.addEventListener("troupe-pref", showSwitches);
// What is asked beside the clip is answered there, without leaving the page.
document.addEventListener("submit", (event) => {
  const form = event.target instanceof HTMLFormElement ? event.target : null;
  const place = form?.closest("[data-feed-aside] [data-later]");
  if (!form || !(place instanceof HTMLElement) || !form.matches(".why__acts form")) return;
  event.preventDefault();
  const button = event.submitter instanceof HTMLElement ? event.submitter : null;
  void send(form, button, place.dataset.key ?? "", () => {
    const part = document.createElement("troupe-include");
    part.setAttribute("src", place.dataset.later ?? "");
    place.replaceChildren(part);
  });
});
armLinks("a[data-why]", (link) => void open(link));
