// @ts-check
/** Roles, and what a character needs to be cast in them. */

import { button, iconButton } from "./actions-editor.js";
import { counted } from "./captions.js";
import { editEntry } from "./commands.js";
import { complain, field, h, redraw, toggle } from "./dom.js";
import { textFields } from "./edges-editor.js";
import { idFor, refusalOf, renameRole, usesOf } from "./naming.js";
import { RATINGS } from "./shapes.js";
import { statisticsOf } from "./statistics.js";
import { entriesOf, listOf, withKey } from "./tree.js";
import { isObject } from "./writing.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @type {Record<string, string>} */
export const RATING_WORDS = { everyone: "Everyone", teen: "Teens and older", mature: "Adults" };

/** Lowercase words from "a, b". @param {string} text */
export const tagsOf = (text) => [...new Set(
  text.split(",").map((one) => one.trim().toLowerCase().slice(0, 64)).filter(Boolean),
)].slice(0, 20);

export class CastPanel {
  /** @param {HTMLElement} element @param {Desk} desk */
  constructor(element, desk) {
    this.element = element;
    this.desk = desk;
  }

  draw() {
    const { desk } = this;
    const roles = entriesOf(desk.scene.roles);
    const spoken = new Map(statisticsOf(desk.scene).roles.map((one) => [one.role, one]));
    redraw(this.element, () => [
      h("p", { class: "muted" }, "Whoever plays casts a character in each role. Say who fits, and what it needs."),
      h("div", { class: "ed-cards" }, roles.map(([id, role]) => this.card(id, isObject(role) ? role : {}, spoken.get(id)))),
      roles.length < 12 && h("div", {}, button("Add a role", "plus", () => {
        const id = idFor("role", (one) => Boolean(refusalOf(desk.scene, "roles", one, desk.known.roles)), "role");
        desk.put("Role", editEntry(desk.scene, "roles", id, { label: "Somebody" }));
      }, { "data-focus": "role-add" })),
    ]);
  }

  /** @param {string} id @param {any} role @param {{lines: number, words: number} | undefined} spoken */
  card(id, role, spoken) {
    const { desk } = this;
    /** @param {string} key @param {any} value @param {boolean} typed */
    const put = (key, value, typed = true) => desk.put("Role", editEntry(desk.scene, "roles", id, withKey(desk.scene.roles[id], key, value)), {
      together: `role ${id} ${key}`, from: typed ? this : null,
    });
    /** @param {string} key @param {any} value @param {boolean} typed */
    const need = (key, value, typed = false) => {
      const needs = withKey(desk.scene.roles[id].requires, key, value);
      put("requires", Object.keys(needs).length ? needs : undefined, typed);
    };
    const needs = isObject(role.requires) ? role.requires : {};
    const uses = usesOf(desk.scene, "roles", id);
    return h("section", { class: "card", "aria-label": `Role ${id}` },
      h("div", { class: "row row--between row--nowrap" },
        h("h3", {}, id.toUpperCase()),
        h("span", { class: "small muted" }, spoken ? `${counted(spoken.lines, "line")}, ${counted(spoken.words, "word")}` : ""),
        iconButton("trash-2", uses ? `Delete the role ${id}, named in ${counted(uses, "place")}` : `Delete the role ${id}`, () => (
          desk.put("Role", editEntry(desk.scene, "roles", id, undefined))
        ))),
      textFields(desk, "Called, until it is cast", role.label, `role-${id}-label`, (text) => put("label", text)),
      textFields(desk, "Suits", role.suits, `role-${id}-suits`, (text) => put("suits", text || undefined), { placeholder: "someone chatty, bright or bossy" }),
      h("div", { class: "ed-two" },
        field("Strongest rating", {
          value: needs.rating ?? "", focus: `role-${id}-rating`,
          options: [["", "As the scene"], ...RATINGS.map((one) => /** @type {[string, string]} */ ([one, RATING_WORDS[one]]))],
          onchange: (value) => need("rating", value || undefined),
        }),
        field("Tags it must have", {
          value: listOf(needs.tags).join(", "), focus: `role-${id}-tags`, placeholder: "fantasy, elder",
          oninput: (text) => need("tags", tagsOf(text).length ? tagsOf(text) : undefined, true),
        })),
      toggle("Needs a voice", needs.voice === true, (on) => need("voice", on || undefined), `role-${id}-voice`),
      field("Id", {
        value: id, focus: `role-${id}-id`, class: "input--code", spellcheck: "false", hint: "In lines it is written in capitals.",
        onchange: (to, input) => {
          if (to === id) return;
          const no = refusalOf(desk.scene, "roles", to, desk.known.roles);
          complain(input, no);
          if (!no) desk.put("Role", renameRole(desk.scene, id, to));
        },
      }));
  }
}
