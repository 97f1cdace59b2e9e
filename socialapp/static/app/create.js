// @ts-check
/** Step 1: a picture by file, drop or paste. */
import { armDrop } from "./drop.js";
import { objection } from "./objection.js";
import { part } from "./player.js";
import { takeShared } from "./shared.js";

/** @param {HTMLFormElement} form */
function arm(form) {
  const ways = part(form, "[data-real-person]");
  const send = armDrop(form, part(form, "#picture-error"), {
    field: "picture",
    objection,
    lost: "The picture did not arrive. Check the connection and try again.",
    empty: "That was not a file. Save the picture first, then drop it here.",
    // A face of a real person: there are two ways on.
    refused: (data) => {
      if (data.real_person) ways.hidden = false;
    },
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) void send(file);
  });
  // Another app's picture, brought here from /share/.
  if (location.hash === "#shared") {
    void takeShared().then((file) => {
      if (file) void send(file);
    });
  }
}

const form = document.querySelector("form[data-portrait-form]");
if (form instanceof HTMLFormElement) arm(form);
