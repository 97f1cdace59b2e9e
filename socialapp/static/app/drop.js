// @ts-check
/** A form that sends one file as soon as it is chosen or dropped. */
import { RefusedError, post } from "./http.js";
import { part, say } from "./player.js";

/**
 * @typedef {object} Words
 * @property {string} field the name under which the file is sent
 * @property {(file: File, maxBytes: number) => string | null | undefined} objection
 *   why this file is not worth sending
 * @property {string} lost said when no answer came
 * @property {string} empty said when something was dropped that is no file
 * @property {(data: Record<string, any>) => void} [refused] sees what a refusal brings
 */

/**
 * Arms the form and gives the function that sends a file through it.
 * @param {HTMLFormElement} form
 * @param {HTMLElement} error where refusals are said
 * @param {Words} words
 * @returns {(file: File) => Promise<void>}
 */
export function armDrop(form, error, words) {
  const drop = part(form, "[data-drop]");
  const input = /** @type {HTMLInputElement} */ (part(form, "input[type=file]"));
  const painting = /** @type {HTMLInputElement} */ (part(form, "[data-painting]"));
  const busy = part(form, "[data-busy]");
  let sending = false;

  /** @param {string} why */
  const refuse = (why) => {
    say(error, why);
    input.setAttribute("aria-invalid", "true");
    // The same file can be chosen again after it was changed.
    input.value = "";
  };

  /** @param {File} file */
  const send = async (file) => {
    if (sending) return;
    say(error);
    input.removeAttribute("aria-invalid");
    const why = words.objection(file, Number(form.dataset.maxBytes));
    if (why) return refuse(why);
    const fields = new FormData();
    fields.set(words.field, file);
    if (painting.checked) fields.set("painting", "1");
    sending = true;
    busy.hidden = false;
    drop.setAttribute("aria-busy", "true");
    try {
      const { next } = await post(form.action, fields);
      location.assign(next);
    } catch (problem) {
      const data = problem instanceof RefusedError ? problem.data : null;
      if (data?.error) words.refused?.(data);
      refuse(data?.error || words.lost);
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
    else refuse(words.empty);
  });
  return send;
}
