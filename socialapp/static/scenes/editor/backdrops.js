// @ts-check
/** Where a scene plays: the house's backgrounds with their pictures, and one's own. */

import { icon } from "../../app/icons.js";
import { button } from "./actions-editor.js";
import { h } from "./dom.js";
import { OfflineError, ServerError } from "./server.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{name: string, title: string, url: string, kind: string, note: string}} Asset `note`: why others do not see it yet */

/** What the server told, by desk. @type {WeakMap<Desk, Asset[]>} */
const known = new WeakMap();

/** @param {any} one @returns {Asset} */
const asset = (one) => ({
  name: String(one.name ?? one.key ?? ""), title: String(one.title ?? one.label ?? one.name ?? ""), url: String(one.url ?? one.thumb ?? ""),
  kind: String(one.kind ?? "background"), note: String(one.note ?? ""),
});

/** Desks that have asked. @type {WeakSet<Desk>} */
const asked = new WeakSet();

/** Backgrounds that the page knows: those of the house. @param {Desk} desk @param {any[]} built */
export function begin(desk, built) {
  known.set(desk, built.map(asset));
  desk.tell("assets");
  const own = [...desk.index.values()].some(({ state }) => String(state.background ?? "").startsWith("sha256:"));
  if (own) void load(desk);
}

/** One's own too, and the sounds; once. @param {Desk} desk */
export async function load(desk) {
  if (asked.has(desk)) return;
  asked.add(desk);
  const built = known.get(desk) ?? [];
  try {
    const told = await desk.server.assets();
    const lists = Array.isArray(told) ? told : [...(told.built_in ?? []), ...(told.mine ?? []), ...(told.results ?? [])];
    const names = new Set(lists.map((one) => one.name));
    known.set(desk, [...lists.map(asset), ...built.filter(({ name }) => !names.has(name))]);
    desk.tell("assets");
  } catch (error) {
    if (!(error instanceof OfflineError) && !(error instanceof ServerError)) throw error;
    asked.delete(desk);
  }
}

/** Something that was brought along just now. @param {Desk} desk @param {any} told @returns {Asset} */
export function learn(desk, told) {
  const made = asset(told);
  known.set(desk, [made, ...(known.get(desk) ?? [])]);
  desk.tell("assets");
  return made;
}

/** @param {Desk} desk @param {string} kind */
export const assetsOf = (desk, kind = "background") => (
  (known.get(desk) ?? []).filter((one) => one.kind === kind)
);

/** The one that is chosen, and a way to another. @param {Desk} desk @param {string} value @param {(name: string) => void} change */
export function backdropField(desk, value, change) {
  const found = assetsOf(desk).find(({ name }) => name === value);
  return h("button", {
    type: "button", class: "ed-backdrop", "data-focus": "backdrop", onclick: () => pick(desk, value, change),
  },
  found?.url ? h("img", { src: found.url, alt: "", width: 48, height: 48, loading: "lazy" }) : h("span", { class: "ed-backdrop__none" }, icon("image")),
  h("span", { class: "grow" }, h("span", { class: "small muted" }, "Background"), h("br"), h("b", {}, found?.title || value || "That of the node around it")),
  icon("chevron-right"));
}

/** @param {Desk} desk @param {string} value @param {(name: string) => void} change */
function pick(desk, value, change) {
  const dialog = h("dialog", { class: "sheet ed-sheet", "aria-labelledby": "ed-backdrop-title" });
  const said = h("p", { class: "error", role: "alert", hidden: true });
  /** @param {string} name */
  const choose = (name) => {
    dialog.close();
    change(name);
  };
  /** @param {string} name @param {string} title @param {string} url @param {string} note */
  const one = (name, title, url, note = "") => h("button", {
    type: "button", class: "btn btn--line bgpick", "aria-pressed": String(name === value), onclick: () => choose(name),
  }, url ? h("img", { src: url, alt: "", width: 90, height: 120, loading: "lazy" }) : h("span", { class: "bgpick__own" }, icon("image")), h("span", {}, title), note && h("span", { class: "small muted" }, note));
  const shelf = h("div", { class: "ed-backdrops" });
  const fill = () => shelf.replaceChildren(
    one("", "None of its own", ""), ...assetsOf(desk).map(({ name, title, url, note }) => one(name, title, url, note)),
  );
  fill();
  void load(desk).then(fill);
  const painted = h("input", { type: "checkbox" });
  const file = h("input", {
    type: "file", accept: "image/png,image/jpeg,image/webp", class: "sr", "aria-label": "A picture of your own",
    onchange: async () => {
      if (!file.files?.[0]) return;
      said.hidden = true;
      try {
        choose(learn(desk, await desk.server.upload(file.files[0], "background", painted.checked)).name);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        said.textContent = error.message;
        said.hidden = false;
      }
    },
  });
  dialog.append(h("div", { class: "sheet__body" },
    h("div", { class: "row row--between row--nowrap" }, h("h2", { id: "ed-backdrop-title" }, "Background"),
      h("button", { type: "button", class: "btn btn--icon btn--quiet", "aria-label": "Close", onclick: () => dialog.close() }, icon("x"))),
    shelf,
    said,
    h("div", { class: "row" }, file, button("Upload a picture", "upload", () => file.click(), { class: "btn btn--line" }),
      h("label", { class: "row row--tight tap small" }, painted, "A face in it that looks photographed is painted"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
