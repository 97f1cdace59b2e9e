// @ts-check
/** A card by file or drop. */
import { RefusedError, post } from "./http.js";
import { cardObjection } from "./objection.js";
import { part, say } from "./player.js";

/** @param {HTMLFormElement} form */
function arm(form) {
  const drop = part(form, "[data-drop]");
  const input = /** @type {HTMLInputElement} */ (part(form, "input[type=file]"));
  const painting = /** @type {HTMLInputElement} */ (part(form, "[name=painting]"));
  const error = part(form, "#card-error");
  const busy = part(form, "[data-busy]");
  let sending = false;

  /** @param {string} words */
  const refuse = (words) => {
    say(error, words);
    input.setAttribute("aria-invalid", "true");
    // The same file can be chosen again after it was changed.
    input.value = "";
  };

  /** @param {File} file */
  const send = async (file) => {
    if (sending) return;
    say(error);
    input.removeAttribute("aria-invalid");
    const words = cardObjection(file, Number(form.dataset.maxBytes));
    if (words) return refuse(words);
    const fields = new FormData();
    fields.set("card", file);
    if (painting.checked) fields.set("painting", "1");
    sending = true;
    busy.hidden = false;
    drop.setAttribute("aria-busy", "true");
    try {
      const { next } = await post(form.action, fields);
      location.assign(next);
    } catch (problem) {
      const refused = problem instanceof RefusedError && problem.data?.error;
      refuse(
        refused ||
          "No answer came. Check the connection; if the card is large, it is still being read: look into your cast in a minute.",
      );
      busy.hidden = true;
      drop.removeAttribute("aria-busy");
      sending = false;
    }
  };

  input.addEventListener("change", () => {
    if (input.files?.[0]) void send(input.files[0]);
  });
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.dataset.over = "";
    });
  }
  drop.addEventListener("dragleave", () => delete drop.dataset.over);
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    const file = event.dataTransfer?.files[0];
    if (file) void send(file);
    else refuse("That was not a file. Save the card first, then drop it here.");
  });
}

const form = document.querySelector("form[data-card-form]");
if (form instanceof HTMLFormElement) arm(form);
