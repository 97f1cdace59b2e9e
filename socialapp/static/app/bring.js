// @ts-check
/** A card by file or drop. */
import { armDrop } from "./drop.js";
import { cardObjection } from "./objection.js";
import { part } from "./player.js";

const form = document.querySelector("form[data-card-form]");
if (form instanceof HTMLFormElement) {
  armDrop(form, part(form, "#card-error"), {
    field: "card",
    objection: cardObjection,
    lost: "No answer came. Check the connection; if the card is large, it is still being read: look into your cast in a minute.",
    empty: "That was not a file. Save the card first, then drop it here.",
  });
}
