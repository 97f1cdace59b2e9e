// @ts-check
/** Which sound begins: the house's and one's own, heard before one is chosen. */

import { icon } from "../../app/icons.js";
import { button } from "./actions-editor.js";
import { assetsOf, learn, load } from "./backdrops.js";
import { h } from "./dom.js";

/** @typedef {import("./desk.js").Desk} Desk */

/** @param {Desk} desk @param {(name: string) => void} chosen */
export function pickSound(desk, chosen) {
  const dialog = h("dialog", { class: "sheet ed-sheet", "aria-labelledby": "ed-sound-title" });
  const said = h("p", { class: "error", role: "alert", hidden: true });
  const heard = new Audio();
  /** @param {string} name */
  const choose = (name) => {
    dialog.close();
    chosen(name);
  };
  /** @param {import("./backdrops.js").Asset} sound */
  const row = ({ name, title, url, note }) => h("li", { class: "row row--between row--nowrap" },
    h("button", { type: "button", class: "btn btn--quiet grow ed-sound", onclick: () => choose(name) }, title, note && h("span", { class: "small muted" }, ` ${note}`)),
    h("button", {
      type: "button", class: "btn btn--icon btn--quiet", "aria-label": `Hear ${title}`, disabled: !url,
      onclick: () => {
        heard.src = url;
        void heard.play();
      },
    }, icon("play")));
  const shelf = h("ul", { class: "plain-list ed-sounds" });
  const fill = () => shelf.replaceChildren(...assetsOf(desk, "sound").map(row));
  fill();
  void load(desk).then(fill);
  const file = h("input", {
    type: "file", accept: "audio/*", class: "sr", "aria-label": "A sound of your own",
    onchange: async () => {
      if (!file.files?.[0]) return;
      said.hidden = true;
      try {
        choose(learn(desk, await desk.server.upload(file.files[0], "sound")).name);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        said.textContent = error.message;
        said.hidden = false;
      }
    },
  });
  dialog.append(h("div", { class: "sheet__body" },
    h("div", { class: "row row--between row--nowrap" }, h("h2", { id: "ed-sound-title" }, "Sound"),
      h("button", { type: "button", class: "btn btn--icon btn--quiet", "aria-label": "Close", onclick: () => dialog.close() }, icon("x"))),
    shelf,
    said,
    h("div", { class: "row" }, file, button("Upload a sound", "upload", () => file.click(), { class: "btn btn--line" }))));
  dialog.addEventListener("close", () => {
    heard.pause();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}
