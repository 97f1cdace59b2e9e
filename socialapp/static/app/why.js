// @ts-check
/** `<a data-why href>`: why a post is here, and what one wants instead. */
import { armLinks, openSheet } from "./fetched-sheet.js";
import { post, RefusedError } from "./http.js";
import { toast } from "./toast.js";

/**
 * @param {HTMLAnchorElement} link
 * @param {HTMLDialogElement} sheet
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
async function send(link, sheet, form, button) {
  button?.setAttribute("aria-busy", "true");
  try {
    const told = await post(form.action, new FormData(form));
    const away = told?.less || told?.hidden;
    sheet.close();
    toast(told?.text ?? "Done.", "check");
    if (away) {
      link.dispatchEvent(
        new CustomEvent("feed-away", {
          bubbles: true,
          detail: Object.fromEntries(new FormData(form)),
        }),
      );
    }
  } catch (error) {
    const refused = error instanceof RefusedError ? error.message : "";
    toast(refused || "That did not reach us. Try again in a moment.", "circle-alert");
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

armLinks("a[data-why]", (link) => {
  void openSheet(link, "why-title", (sheet, form, button) => void send(link, sheet, form, button));
});
