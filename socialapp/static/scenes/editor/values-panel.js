// @ts-check
/** What a play remembers: variables with their bounds, and dice. */

import { button, iconButton } from "./actions-editor.js";
import { counted } from "./captions.js";
import { editEntry } from "./commands.js";
import { complain, field, h, redraw } from "./dom.js";
import { idFor, refusalOf, renameDice, renameVariable, usesOf } from "./naming.js";
import { entriesOf, listOf, withKey } from "./tree.js";
import { isObject } from "./writing.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @type {Record<string, any>} */
const NEW = {
  int: { type: "int", min: 0, max: 10, start: 0 },
  float: { type: "float", min: 0, max: 1, start: 0 },
  bool: { type: "bool", start: false },
  enum: { type: "enum", values: ["one", "other"], start: "one" },
  string: { type: "string", max_length: 40, start: "" },
};
/** @type {[string, string][]} */
const KINDS = [
  ["int", "A whole number"], ["float", "A number"], ["bool", "Yes or no"], ["enum", "One of some words"], ["string", "A text"],
];

export class ValuesPanel {
  /** @param {HTMLElement} element @param {Desk} desk */
  constructor(element, desk) {
    this.element = element;
    this.desk = desk;
  }

  draw() {
    const { desk } = this;
    /** @param {"context" | "dice"} kind @param {string} word @param {any} fresh */
    const add = (kind, word, fresh) => button(kind === "dice" ? "Add dice" : "Add a variable", "plus", () => {
      const known = entriesOf(desk.scene[kind]).map(([id]) => id);
      const id = idFor(word, (one) => Boolean(refusalOf(desk.scene, kind, one, known)), word);
      desk.put("Value", editEntry(desk.scene, kind, id, fresh));
    }, { "data-focus": `${kind}-add` });
    const variables = entriesOf(desk.scene.context).filter(([, one]) => isObject(one));
    const dice = entriesOf(desk.scene.dice).filter(([, one]) => isObject(one));
    redraw(this.element, () => [
      h("h2", {}, "Variables"),
      h("p", { class: "muted" }, "Choices change them, conditions ask them, and {name} in a text shows them."),
      variables.length > 0 && h("div", { class: "ed-cards" }, variables.map(([id, one]) => this.variable(id, one))),
      h("div", {}, add("context", "value", NEW.int)),
      h("h2", {}, "Dice"),
      dice.length > 0 && h("div", { class: "ed-cards" }, dice.map(([id, one]) => this.dice(id, one))),
      h("div", {}, add("dice", "luck", { count: 1, sides: 6 })),
    ]);
  }

  /**
   * @param {"context" | "dice"} kind @param {string} id
   * @returns {(changes: Record<string, any>, typed?: boolean) => void}
   */
  putter(kind, id) {
    return (changes, typed = true) => {
      const { desk } = this;
      const made = Object.entries(changes).reduce((one, [key, value]) => withKey(one, key, value), desk.scene[kind][id]);
      desk.put("Value", editEntry(desk.scene, kind, id, made), {
        together: `${kind} ${id} ${Object.keys(changes)}`, from: typed ? this : null,
      });
    };
  }

  /** @param {"context" | "dice"} kind @param {string} id @param {any} one @param {...any} inside */
  card(kind, id, one, ...inside) {
    const { desk } = this;
    const uses = usesOf(desk.scene, kind, id);
    const rename = kind === "dice" ? renameDice : renameVariable;
    const put = this.putter(kind, id);
    return h("section", { class: "card", "aria-label": id },
      h("div", { class: "row row--between row--nowrap" },
        h("h3", { class: "ed-code" }, id),
        h("span", { class: "small muted" }, uses ? `Named in ${counted(uses, "place")}` : "Not used yet"),
        iconButton("trash-2", `Delete ${id}`, () => desk.put("Value", editEntry(desk.scene, kind, id, undefined)))),
      inside,
      field("What it is for", { value: one.about ?? "", focus: `${kind}-${id}-about`, maxlength: 2000, oninput: (about) => put({ about: about || undefined }) }),
      field("Id", {
        value: id, focus: `${kind}-${id}-id`, class: "input--code", spellcheck: "false",
        onchange: (to, input) => {
          if (to === id) return;
          const no = refusalOf(desk.scene, kind, to, entriesOf(desk.scene[kind]).map(([other]) => other));
          complain(input, no);
          if (!no) desk.put("Id", rename(desk.scene, id, to));
        },
      }));
  }

  /** @param {string} id @param {any} one */
  variable(id, one) {
    const put = this.putter("context", id);
    /** @param {string} label @param {string} key @param {string} [step] */
    const number = (label, key, step = "1") => field(label, {
      type: "number", step, value: one[key], focus: `context-${id}-${key}`,
      oninput: (text) => text !== "" && Number.isFinite(Number(text)) && put({ [key]: Number(text) }),
    });
    const numeric = one.type === "int" || one.type === "float";
    const step = one.type === "float" ? "any" : "1";
    return this.card("context", id, one,
      field("Holds", {
        value: one.type, options: KINDS, focus: `context-${id}-type`,
        onchange: (type) => {
          const about = one.about ? { about: one.about } : {};
          const kept = one.extensions ? { extensions: one.extensions } : {};
          this.desk.put("Kind", editEntry(this.desk.scene, "context", id, { ...NEW[type], ...about, ...kept }));
        },
      }),
      numeric && h("div", { class: "ed-three" }, number("From", "min", step), number("To", "max", step), number("Starts at", "start", step)),
      one.type === "bool" && field("Starts as", {
        value: String(one.start), options: [["false", "No"], ["true", "Yes"]], focus: `context-${id}-start`,
        onchange: (text) => put({ start: text === "true" }),
      }),
      one.type === "enum" && field("Words, a line each", {
        type: "textarea", rows: 3, value: listOf(one.values).join("\n"), focus: `context-${id}-values`,
        onchange: (text) => {
          const values = [...new Set(text.split("\n").map((word) => word.trim()).filter(Boolean))].slice(0, 100);
          if (values.length) put({ values, start: values.includes(one.start) ? one.start : values[0] }, false);
        },
      }),
      one.type === "enum" && field("Starts as", {
        value: one.start, options: listOf(one.values).map((word) => [word, word]), focus: `context-${id}-start`,
        onchange: (start) => put({ start }),
      }),
      one.type === "string" && h("div", { class: "ed-two" }, number("Characters at most", "max_length"),
        field("Starts as", { value: one.start, focus: `context-${id}-start`, maxlength: one.max_length, oninput: (start) => put({ start }) })));
  }

  /** @param {string} id @param {any} one */
  dice(id, one) {
    const put = this.putter("dice", id);
    /** @param {string} label @param {string} key @param {number} min @param {number} max */
    const number = (label, key, min, max) => field(label, {
      type: "number", min, max, value: one[key], focus: `dice-${id}-${key}`,
      oninput: (text) => Number.isInteger(Number(text)) && Number(text) >= min && Number(text) <= max && put({ [key]: Number(text) }),
    });
    return this.card("dice", id, one, h("div", { class: "ed-two" }, number("How many", "count", 1, 20), number("Sides", "sides", 2, 1000)));
  }
}
