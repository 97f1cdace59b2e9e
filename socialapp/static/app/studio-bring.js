// @ts-check
/** A background of one's own, brought into the studio. */
import { RefusedError, post } from "./http.js";
import { objection } from "./objection.js";

/**
 * Send a picture; what it became hangs among the others, chosen.
 * @param {HTMLElement} studio
 * @param {HTMLInputElement} field
 * @param {File} file
 */
export async function bring(studio, field, file) {
  const wrong = studio.querySelector("[data-bring-error]");
  const said = studio.querySelector("[data-bring-said]");
  /** @param {string} words */
  const refuse = (words) => {
    const text = wrong?.querySelector("span");
    if (text) text.textContent = words;
    wrong?.toggleAttribute("hidden", !words);
  };
  refuse(objection(file, Number(studio.dataset.maxBytes)));
  field.value = "";
  if (!wrong?.hasAttribute("hidden")) return;
  if (said) said.textContent = "Looking at the picture. A few seconds.";
  const fields = new FormData();
  fields.set("picture", file);
  try {
    const made = await post(studio.dataset.backgrounds ?? "", fields);
    if (said) said.textContent = made.waits ? `“${made.title}” waits. ${made.waits}` : "";
    if (!made.waits) hang(studio, made);
  } catch (error) {
    if (said) said.textContent = "";
    refuse(error instanceof RefusedError ? error.message : "The picture did not arrive. Check the connection and try again.");
  }
}

/**
 * @param {HTMLElement} studio
 * @param {{name: string, title: string, url: string}} made
 */
function hang(studio, made) {
  const pattern = studio.querySelector(".bgpick:has(img)");
  const tile = studio.querySelector("[data-bring-tile]");
  const known = studio.querySelector(`[name="background"][value="${CSS.escape(made.name)}"]`);
  const label = known?.closest("label") ?? pattern?.cloneNode(true);
  if (!(label instanceof HTMLElement) || !tile) return;
  const [radio, picture, title] = [label.querySelector("input"), label.querySelector("img"), label.querySelector("span")];
  if (!radio || !picture || !title) return;
  radio.value = made.name;
  radio.dataset.url = picture.src = made.url;
  title.textContent = made.title;
  if (!known) tile.after(label);
  radio.checked = true;
  // As if it had been pressed: it hangs on the stage, and the draft knows of it.
  for (const name of ["input", "change"]) radio.dispatchEvent(new Event(name, { bubbles: true }));
}
