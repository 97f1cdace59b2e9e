// @ts-check
/** What is asked before something is done: publishing, and two versions of one draft. */

import { icon } from "../../app/icons.js";
import { toast } from "../../app/toast.js";
import { button, iconButton } from "./actions-editor.js";
import { counted } from "./captions.js";
import { field, h, redraw } from "./dom.js";
import { sentence, stopWords } from "./findings-panel.js";
import { JsonError, read } from "./json.js";
import { clashWords, merge } from "./merging.js";
import { OfflineError, ServerError } from "./server.js";
import { indexOf, titleOf } from "./tree.js";
import { isObject, write } from "./writing.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @type {[string, string][]} */
export const VISIBILITY = [["public", "Everyone"], ["unlisted", "Anyone with the link"], ["private", "Only me"]];

/** @param {string} title @param {string} id */
function sheet(title, id) {
  const dialog = h("dialog", { class: "sheet ed-sheet", "aria-labelledby": id });
  const inside = h("div", { class: "stack" });
  dialog.append(h("div", { class: "sheet__body" },
    h("div", { class: "row row--between row--nowrap" }, h("h2", { id }, title), iconButton("x", "Close", () => dialog.close())),
    inside));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  return { dialog, inside };
}

/**
 * @param {Desk} desk @param {{version: number, next: number, playing: number, visibility: string}} facts
 * @param {{go: (finding: import("./findings.js").Finding) => void, done: (version: any) => void}} how
 */
export function publish(desk, facts, { go, done }) {
  const { next } = facts;
  // The first time it is meant to be seen.
  let visibility = facts.version ? facts.visibility : "public";
  const { dialog, inside } = sheet(`Publish version ${next}`, "ed-publish-title");
  let note = "";
  let said = "";
  let busy = false;
  /** @type {import("./findings.js").Finding[]} what the server refused */
  let refused = [];
  const send = async () => {
    busy = true;
    draw();
    try {
      await desk.save();
      if (desk.saver.status !== "saved") throw new OfflineError("The draft is not saved yet. Publish when it is.");
      const version = await desk.server.publish(desk.saver.rev, note, visibility);
      facts.visibility = visibility;
      dialog.close();
      done(version);
    } catch (error) {
      if (!(error instanceof ServerError) && !(error instanceof OfflineError)) throw error;
      said = error.message;
      refused = error instanceof ServerError ? error.data.findings ?? [] : [];
    } finally {
      busy = false;
    }
    draw();
  };
  const draw = () => redraw(inside, () => {
    const errors = [...desk.errors, ...refused.filter(({ severity }) => severity === "error")];
    const known = errors.filter((one, i) => errors.findIndex(({ code, pointer }) => code === one.code && pointer === one.pointer) === i);
    return [
      said && h("p", { class: "error", role: "alert" }, icon("circle-alert"), h("span", {}, said)),
      known.length > 0 && h("section", { class: "notice notice--bad" }, icon("circle-alert"), h("p", { class: "notice__title" }, stopWords(known.length)),
        h("ul", { class: "small ed-findings", role: "list" }, known.slice(0, 12).map((one) => sentence(desk, one, (finding) => {
          dialog.close();
          go(finding);
        })))),
      h("p", {}, facts.playing
        ? `${counted(facts.playing, "game")} in progress ${facts.playing === 1 ? "keeps its" : "keep their"} version. Who begins from now on plays version ${next}.`
        : `Who begins from now on plays version ${next}.`),
      field("What changed", { value: note, focus: "publish-note", maxlength: 300, hint: "For your own list, and for players who go on from an older version.", oninput: (text) => { note = text; } }),
      field("Who sees it", {
        value: visibility, focus: "publish-visibility", options: VISIBILITY, onchange: (value) => { visibility = value; },
      }),
      h("div", { class: "row" }, h("button", {
        type: "button", class: "btn btn--primary", disabled: known.length > 0 || busy, "aria-busy": busy ? "true" : undefined, "data-focus": "publish-go", onclick: () => void send(),
      }, `Publish version ${next}`)),
    ];
  });
  const again = () => draw();
  desk.addEventListener("findings", again);
  dialog.addEventListener("close", () => desk.removeEventListener("findings", again));
  draw();
  dialog.showModal();
  void desk.ask();
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    const scene = read(text);
    return isObject(scene) ? scene : null;
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}

/** What a document differs by from another, in words. @param {any} one @param {any} other */
function difference(one, other) {
  if (!one || !other) return [];
  const [mine, theirs] = [indexOf(one), indexOf(other)];
  /** @type {string[]} */
  const found = [];
  for (const id of new Set([...mine.keys(), ...theirs.keys()])) {
    const [a, b] = [mine.get(id), theirs.get(id)];
    const place = a ?? b;
    if (!place) continue;
    const title = titleOf(id, place.state);
    if (!b) found.push(`${title} is here only`);
    else if (!a) found.push(`${title} is not here`);
    else if (write(a.state) !== write(b.state)) found.push(`${title} is different`);
  }
  return found;
}

/** Two versions of one draft. @param {Desk} desk */
export function settle(desk) {
  const { conflict } = desk.saver;
  if (!conflict) return;
  const { dialog, inside } = sheet("This draft was changed elsewhere", "ed-conflict-title");
  const mine = parsed(desk.text);
  const theirs = parsed(conflict.theirs);
  const base = conflict.base === null ? null : parsed(conflict.base);
  const merged = mine && theirs ? merge(base, mine, theirs) : null;
  let said = "";
  /** @param {string} text */
  const take = (text) => {
    desk.saver.settle(text);
    desk.open(text);
    dialog.close();
  };
  const copy = async () => {
    try {
      const made = await desk.server.create({ document: desk.text });
      take(conflict.theirs);
      toast(`Yours is kept as a scene of its own: /sc/${made.key}/edit/`, "copy");
    } catch (error) {
      if (!(error instanceof ServerError) && !(error instanceof OfflineError)) throw error;
      said = error.message;
      draw();
    }
  };
  /** @param {string} title @param {any} scene @param {any} other @param {string} text */
  const side = (title, scene, other, text) => h("section", { class: "card" }, h("h3", {}, title),
    scene ? h("p", { class: "small" }, counted(indexOf(scene).size, "node")) : h("p", { class: "small" }, "No JSON."),
    h("ul", { class: "small" }, difference(scene, other).slice(0, 8).map((words) => h("li", {}, words))),
    h("details", { class: "fold" }, h("summary", {}, "Its text", icon("chevron-down")), h("pre", { class: "code ed-both", tabindex: 0, "aria-label": title }, text)));
  const draw = () => redraw(inside, () => [
    h("p", {}, "Another window, or somebody else, saved this draft meanwhile. Nothing was written over. Choose what goes on."),
    said && h("p", { class: "error", role: "alert" }, said),
    h("div", { class: "ed-two" }, side("Here", mine, theirs, desk.text), side("There", theirs, mine, conflict.theirs)),
    merged?.scene ? h("p", { class: "small" }, "The changes are to different nodes: both fit into one.")
      : h("p", { class: "small" }, merged ? `Both changed ${merged.clashes.slice(0, 4).map((one) => clashWords(one, mine)).join(", ")}${merged.clashes.length > 4 ? " and more" : ""}: they cannot be put together by themselves.` : "One of them is no JSON: they cannot be put together."),
    h("div", { class: "row" },
      merged?.scene && h("button", { type: "button", class: "btn btn--primary", onclick: () => take(write(merged.scene)) }, "Put both together"),
      button("Keep mine as a copy, go on with theirs", "copy", () => void copy(), { class: "btn btn--line" }),
      button("Take theirs", "check", () => take(conflict.theirs), { class: "btn btn--line" }),
      button("Go on with mine", "pencil", () => take(desk.text), { class: "btn btn--line" })),
  ]);
  draw();
  dialog.showModal();
}
