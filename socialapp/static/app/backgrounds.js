// @ts-check
/** My backgrounds: a picture by file, drop or paste. */
import { armDrop } from "./drop.js";
import { objection } from "./objection.js";
import { part } from "./player.js";

const form = document.querySelector("form[data-backdrop-form]");
if (form instanceof HTMLFormElement) {
  const send = armDrop(form, part(form, "#picture-error"), {
    field: "picture",
    objection,
    lost: "The picture did not arrive. Check the connection and try again.",
    empty: "That was not a file. Save the picture first, then drop it here.",
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) void send(file);
  });
}
