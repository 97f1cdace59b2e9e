// @ts-check
/** Step 1: a picture by file, drop or paste. */
import { RefusedError, post } from "./http.js";
import { objection } from "./objection.js";
import { part, say } from "./player.js";

/** @param {HTMLFormElement} form */
function arm(form) {
  const drop = part(form, "[data-drop]");
  const input = /** @type {HTMLInputElement} */ (part(form, "input[type=file]"));
  const error = part(form, "#picture-error");
  const busy = part(form, "[data-busy]");
  const ways = part(form, "[data-real-person]");
  const painting = /** @type {HTMLInputElement} */ (part(form, "[data-painting]"));
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
    const words = objection(file, Number(form.dataset.maxBytes));
    if (words) return refuse(words);
    const fields = new FormData();
    fields.set("picture", file);
    if (painting.checked) fields.set("painting", "1");
    sending = true;
    busy.hidden = false;
    drop.setAttribute("aria-busy", "true");
    try {
      const { next } = await post(form.action, fields);
      location.assign(next);
    } catch (problem) {
      const refused = problem instanceof RefusedError && problem.data?.error;
      // A face of a real person: there are two ways on.
      if (refused && problem.data.real_person) ways.hidden = false;
      refuse(refused || "The picture did not arrive. Check the connection and try again.");
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
    else refuse("That was not a file. Save the picture first, then drop it here.");
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) void send(file);
  });
}

const form = document.querySelector("form[data-portrait-form]");
if (form instanceof HTMLFormElement) arm(form);
