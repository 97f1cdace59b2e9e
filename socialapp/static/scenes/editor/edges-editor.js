// @ts-check
/** Choices, timers and transitions of a node: a row each, which opens to its form. */

import { icon } from "../../app/icons.js";
import { actionsEditor, button, conditionField, iconButton, targetField } from "./actions-editor.js";
import { cut } from "./captions.js";
import { reworded } from "./commands.js";
import { field, h } from "./dom.js";
import { idFor } from "./naming.js";
import { listOf, moved, withItem, withKey, wordsOf } from "./tree.js";
import { isObject } from "./writing.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {"choices" | "always" | "after"} Kind */
/** @typedef {(list: any[] | undefined, together?: string, typed?: boolean) => void} Change */

const WORDS = {
  choices: { add: "Add a choice", one: "choice" },
  after: { add: "Add a timer", one: "timer" },
  always: { add: "Go on by itself", one: "way on" },
};

/**
 * @param {Desk} desk @param {string} id @param {any} state @param {Kind} kind
 * @param {Change} change @param {(id: string) => void} go opens another node
 */
export function edgesEditor(desk, id, state, kind, change, go) {
  const edges = listOf(state[kind]);
  const rows = edges.map((edge, i) => (isObject(edge)
    ? row(desk, `${id}-${kind}-${edge.id ?? i}`, edges, i, kind, change, go) : h("p", { class: "small" }, `${edge} is no object: see the JSON.`)));
  return h("div", { class: "field" },
    kind === "choices" && h("span", { class: "label" }, "Choices"),
    rows.length > 0 && h("div", { class: "list ed-edges" }, rows),
    button(WORDS[kind].add, "plus", () => change([...edges, fresh(kind, edges)]), { class: "btn btn--sm btn--line btn--wide", "data-focus": `${id}-${kind}-add` }));
}

/** @param {Kind} kind @param {any[]} edges */
function fresh(kind, edges) {
  if (kind === "after") return { seconds: 10 };
  if (kind === "always") return {};
  const ids = new Set(edges.map((one) => one?.id));
  return { id: idFor("choice", (one) => ids.has(one)), text: "Say something" };
}

/**
 * @param {Desk} desk @param {string} focus @param {any[]} edges @param {number} i @param {Kind} kind
 * @param {Change} change @param {(id: string) => void} go
 */
function row(desk, focus, edges, i, kind, change, go) {
  const edge = edges[i];
  /** Always of the list as it is by now: typing changes it under the form. */
  const now = () => {
    const place = desk.index.get(desk.selected);
    return listOf(place?.state[kind]);
  };
  /** @param {string} key @param {any} value @param {boolean} typed */
  const put = (key, value, typed = false) => (
    change(withItem(now(), i, withKey(now()[i] ?? edge, key, value)), `${focus}-${key}`, typed)
  );
  const broken = edge.target !== undefined && !desk.index.has(edge.target);
  const where = edge.target === undefined ? "stays here" : `to ${desk.title(edge.target)}`;
  const bad = broken || desk.errors.some(({ state }) => state === edge.target && edge.target !== undefined);
  return h("details", { class: "ed-edge", "data-fold": focus },
    h("summary", {},
      h("span", { class: "ed-edge__words", "data-summary": true }, titleOf(edge, kind)),
      h("span", { class: `badge${bad ? " badge--bad" : ""}`, "data-target": edge.target ?? "" }, cut(where, 24))),
    h("div", { class: "stack ed-edge__form" },
      kind === "choices" && texts(desk, edge, focus, (text, said) => {
        put("text", text, true);
        summarise(said, edge, kind, text);
      }),
      kind === "after" && field("After so many seconds", {
        type: "number", min: 0, max: 86400, step: "any", value: edge.seconds ?? 0, focus: `${focus}-seconds`,
        oninput: (value) => value !== "" && put("seconds", Number(value), true),
      }),
      targetField(desk, edge.target, `${focus}-target`, (target) => put("target", target)),
      conditionField(desk, edge.guard ?? "", `${focus}-guard`, (guard) => put("guard", guard, true)),
      actionsEditor(desk, edge.actions, `${focus}-actions`, (list, together, typed) => (
        change(withItem(now(), i, withKey(now()[i] ?? edge, "actions", list.length ? list : undefined)), together, typed)
      )),
      h("div", { class: "row row--tight" },
        edge.target && !broken && button("Open it", "arrow-right", () => go(edge.target)),
        i > 0 && iconButton("chevron-up", "Move up", () => change(moved(now(), i, i - 1)), { "data-focus": `${focus}-up` }),
        i < edges.length - 1 && iconButton("chevron-down", "Move down", () => change(moved(now(), i, i + 1)), { "data-focus": `${focus}-down` }),
        iconButton("trash-2", `Delete this ${WORDS[kind].one}`, () => {
          const left = withItem(now(), i, undefined);
          change(left.length ? left : undefined);
        }))));
}

/** @param {any} edge @param {Kind} kind */
function titleOf(edge, kind) {
  if (kind === "choices") return wordsOf(edge.text) || "(no words)";
  const when = edge.guard ? `when ${cut(String(edge.guard), 30)}` : "";
  return kind === "after" ? `After ${edge.seconds} s ${when}`.trim() : when || "Always";
}

/** @param {HTMLElement} input @param {any} edge @param {Kind} kind @param {any} text */
function summarise(input, edge, kind, text) {
  const said = input.closest("details")?.querySelector("[data-summary]");
  if (said) said.textContent = titleOf({ ...edge, text }, kind);
}

/** @param {Desk} desk @param {any} edge @param {string} focus @param {(text: any, input: HTMLElement) => void} change */
function texts(desk, edge, focus, change) {
  return textFields(desk, "What one chooses", edge.text, `${focus}-text`, change);
}

/**
 * A text in every language of the scene.
 * @param {Desk} desk @param {string} label @param {any} text @param {string} focus
 * @param {(text: any, input: HTMLElement) => void} change @param {Record<string, any>} more
 */
export function textFields(desk, label, text, focus, change, more = {}) {
  let now = text;
  return desk.languages.map((language, i) => field(i ? `${label}, in ${language}` : label, {
    value: isObject(text) ? text[language] ?? "" : i ? "" : text ?? "",
    focus: `${focus}-${language}`,
    lang: language,
    maxlength: 2000,
    ...more,
    oninput: (words, input) => {
      now = reworded(now, language, words, desk.languages);
      change(now, input);
    },
  }));
}

/** A fold with a heading. @param {string} words @param {string} name @param {boolean} open @param {...any} inside */
export const fold = (words, name, open, ...inside) => h("details", { class: "fold", "data-fold": name, open },
  h("summary", {}, words, icon("chevron-down")), h("div", { class: "stack" }, ...inside));
