// @ts-check
/** `<a data-share-sheet href>`: the ways to pass a post on. */
import { armLinks, openSheet } from "./fetched-sheet.js";
import { post } from "./http.js";
import { toast } from "./toast.js";
import { clock } from "./watch.js";

/** @param {HTMLElement} body of the sheet */
function tell(body) {
  post(body.dataset.told ?? "", {}, { keepalive: true }).catch(() => {
    // A share that was not counted is no reason to disturb anyone.
  });
}

/** @param {HTMLInputElement | HTMLTextAreaElement} field */
async function copy(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    toast("Copied.", "check");
  } catch {
    // No leave for the clipboard: it is selected, so the keys of the system copy it.
    toast("It is selected: copy it with your keyboard or menu.", "copy");
  }
}

/**
 * @param {HTMLDialogElement} sheet
 * @param {number} second that is on screen
 */
function arm(sheet, second) {
  const body = /** @type {HTMLElement | null} */ (sheet.querySelector("[data-share-of]"));
  const link = /** @type {HTMLInputElement | null} */ (sheet.querySelector("[data-share-link]"));
  if (!body || !link) return;
  const whole = link.value;
  const choice = /** @type {HTMLElement | null} */ (sheet.querySelector("[data-share-second]"));
  const at = choice?.querySelector("input");
  const shown = choice?.querySelector("[data-second]");
  if (choice && shown && second >= 1) {
    choice.hidden = false;
    shown.textContent = clock(second);
  }
  at?.addEventListener("change", () => {
    link.value = at.checked ? `${whole}?t=${Math.floor(second)}` : whole;
  });
  const native = /** @type {HTMLElement | null} */ (sheet.querySelector("[data-native]"));
  if (native && navigator.share) {
    native.hidden = false;
    native.addEventListener("click", async () => {
      try {
        await navigator.share({ title: document.title, url: link.value });
        tell(body);
        sheet.close();
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
      }
    });
  }
  for (const button of sheet.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => {
      const field = document.getElementById(button.getAttribute("data-copy") ?? "");
      if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
      void copy(field);
      tell(body);
    });
  }
}

armLinks("a[data-share-sheet]", async (link) => {
  const place = link.closest("article") ?? document.querySelector("main");
  const second = place?.querySelector("video")?.currentTime ?? 0;
  const sheet = await openSheet(link, "share-title", () => {});
  if (sheet) arm(sheet, second);
});
