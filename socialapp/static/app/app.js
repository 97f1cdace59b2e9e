// @ts-check
/** What every page does: theme, toasts, sharing, parts that load themselves. */
import "./bell.js";
import "./confirm.js";
import "./follow.js";
import "./like.js";
import "./news.js";
import "./pwa.js";
import "./report.js";
import "./share.js";
import "./save.js";
import "./why.js";
import { armToasts, toast } from "./toast.js";
import { armVisit } from "./visit.js";

const YEAR = 365 * 24 * 3600;

/** @param {SubmitEvent} event */
function chooseTheme(event) {
  const form = event.target instanceof HTMLFormElement ? event.target : null;
  const button = event.submitter;
  if (!form?.matches("[data-theme-form]") || !(button instanceof HTMLButtonElement)) return;
  event.preventDefault();
  const root = document.documentElement;
  if (button.value === "system") root.removeAttribute("data-theme");
  else root.dataset.theme = button.value;
  for (const other of form.querySelectorAll("[aria-pressed]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  // Written here and not by a request: the very next page is painted right, however fast
  // somebody gets there.
  const life = button.value === "system" ? 0 : YEAR;
  document.cookie = `theme=${button.value}; path=/; max-age=${life}; samesite=lax`;
}

/** @param {HTMLElement} button */
async function share(button) {
  const url = new URL(button.dataset.share ?? "", location.href).href;
  if (navigator.share) {
    try {
      await navigator.share({ title: button.dataset.shareTitle, url });
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
    }
  }
  try {
    await navigator.clipboard.writeText(url);
    toast("Link copied.", "check");
  } catch {
    toast(`Copy this link: ${url}`, "link");
  }
}

/** `<troupe-include src>`: a fragment that another app serves. */
class TroupeInclude extends HTMLElement {
  async connectedCallback() {
    const src = this.getAttribute("src");
    if (!src || this.asked) return;
    this.asked = true;
    this.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(src);
      if (!response.ok) throw new Error(`${src} answered ${response.status}`);
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      this.replaceChildren(...parsed.body.childNodes);
    } catch (error) {
      console.info(error);
      this.textContent = "This part did not load. Reload the page to try again.";
    } finally {
      this.removeAttribute("aria-busy");
    }
  }
}

document.addEventListener("submit", chooseTheme);
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-share]");
  if (button instanceof HTMLElement) void share(button);
});
customElements.define("troupe-include", TroupeInclude);
armToasts();
armVisit();
