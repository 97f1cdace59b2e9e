// @ts-check
/** Effects and conditions, as small forms: what a choice, a timer or a state does. */

import { icon } from "../../app/icons.js";
import { stepOf } from "./captions.js";
import { complain, field, h } from "./dom.js";
import { refusalOf } from "./findings.js";
import { entriesOf, listOf, withItem } from "./tree.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {(list: any[], together?: string, typed?: boolean) => void} Change `typed`: the form itself shows it already */

/** A quiet button with an icon alone. @param {string} name @param {string} label @param {() => void} onclick @param {Record<string, any>} more */
export const iconButton = (name, label, onclick, more = {}) => h("button", {
  type: "button", class: "btn btn--icon btn--sm btn--quiet", "aria-label": label, title: label, onclick, ...more,
}, icon(name));

/** @param {string} words @param {string} name @param {() => void} onclick @param {Record<string, any>} more */
export const button = (words, name, onclick, more = {}) => h("button", {
  type: "button", class: "btn btn--sm btn--line", onclick, ...more,
}, name && icon(name), words);

/**
 * A condition. What does not read is told and kept.
 * @param {Desk} desk @param {string} value @param {string} focus @param {(text: string | undefined) => void} change
 */
export const conditionField = (desk, value, focus, change) => field("Only when", {
  value,
  focus,
  class: "input--code",
  placeholder: "trust > 2 and not visited(cellar)",
  spellcheck: "false",
  error: refusalOf(desk.scene, value),
  oninput: (text, input) => {
    complain(input, refusalOf(desk.scene, text));
    change(text.trim() ? text : undefined);
  },
});

/**
 * The effects of something.
 * @param {Desk} desk @param {any[]} actions @param {string} focus @param {Change} change
 */
export function actionsEditor(desk, actions, focus, change) {
  const variables = entriesOf(desk.scene.context).map(([id]) => id);
  const dice = entriesOf(desk.scene.dice).map(([id]) => id);
  const rows = listOf(actions).map((action, i) => {
    const own = `${focus}-${i}`;
    const away = iconButton("x", "Take this effect away", () => change(withItem(actions, i, undefined)));
    if (action?.type === "roll") {
      return h("div", { class: "ed-effect" }, h("span", { class: "small" }, "Roll"),
        select(dice, action.dice, "Which dice", `${own}-dice`, (id) => change(withItem(actions, i, { ...action, dice: id }))), away);
    }
    return h("div", { class: "ed-effect" },
      select(variables, action?.variable, "Which variable", `${own}-variable`, (id) => change(withItem(actions, i, { ...action, variable: id }))),
      h("span", { class: "small", "aria-hidden": "true" }, "="),
      h("input", {
        class: "input input--sm input--code", value: action?.value ?? "", "aria-label": `New value of ${action?.variable}`, title: stepOf(action),
        "data-focus": `${own}-value`, spellcheck: "false", autocomplete: "off",
        oninput: (/** @type {any} */ event) => {
          const text = event.target.value;
          event.target.toggleAttribute("aria-invalid", Boolean(refusalOf(desk.scene, text, false)));
          if (text.trim()) change(withItem(listOf(actions), i, { ...action, value: text }), `${own}-value`, true);
        },
      }),
      away);
  });
  return h("div", { class: "field" },
    h("span", { class: "label" }, "Then"),
    rows.length ? rows : h("p", { class: "hint" }, variables.length || dice.length ? "Nothing else changes." : "Nothing else changes. Variables and dice are added under Values."),
    h("div", { class: "row row--tight" },
      variables.length > 0 && button("Set a variable", "plus", () => change([
        ...listOf(actions), { type: "assign", variable: variables[0], value: valueFor(desk.scene.context[variables[0]], variables[0]) },
      ]), { "data-focus": `${focus}-set` }),
      dice.length > 0 && button("Roll dice", "plus", () => change([...listOf(actions), { type: "roll", dice: dice[0] }]), { "data-focus": `${focus}-roll` })));
}

/** A first value that fits. @param {any} declared @param {string} id */
function valueFor(declared, id) {
  if (declared?.type === "int" || declared?.type === "float") return `${id} + 1`;
  if (declared?.type === "bool") return "true";
  return `'${String(declared?.start ?? "").replaceAll("'", "\\'")}'`;
}

/** @param {string[]} ids @param {string} value @param {string} label @param {string} focus @param {(id: string) => void} change */
function select(ids, value, label, focus, change) {
  const all = ids.includes(value) ? ids : [value, ...ids];
  return h("select", {
    class: "input input--sm", value, "aria-label": label, "data-focus": focus,
    onchange: (/** @type {any} */ event) => change(event.target.value),
  }, all.map((id) => h("option", { value: id }, id)));
}

/** Where something leads. @param {Desk} desk @param {string | undefined} value @param {string} focus @param {(id: string | undefined) => void} change @param {string} nowhere */
export function targetField(desk, value, focus, change, nowhere = "Stays here") {
  const ids = [...desk.index.keys()];
  const broken = value !== undefined && !desk.index.has(value);
  /** @type {[string, string][]} */
  const options = [["", nowhere], ...ids.map((id) => /** @type {[string, string]} */ ([id, desk.title(id)]))];
  if (broken) options.push([value, `${value} (not there)`]);
  return field("Leads to", {
    value: value ?? "", focus, options,
    error: broken ? `${value} is not there. Choose another node.` : "",
    onchange: (id) => change(id || undefined),
  });
}
