// @ts-check
/** The scene itself: its title and what it promises, for whom, in which languages. */

import { icon } from "../../app/icons.js";
import { tagsOf, RATING_WORDS } from "./cast-panel.js";
import { editScene } from "./commands.js";
import { VISIBILITY } from "./dialogs.js";
import { complain, field, h, redraw, toggle } from "./dom.js";
import { textFields } from "./edges-editor.js";
import { ServerError, OfflineError } from "./server.js";
import { RATINGS } from "./shapes.js";
import { entriesOf } from "./tree.js";

/** @typedef {import("./desk.js").Desk} Desk */

const EXPORTS = [["json", "Our JSON"], ["twee", "Twee, for Twine"], ["html", "A page that plays by itself"]];
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;

export class SettingsPanel {
  said = "";
  /** @type {{number: number, note: string, approval: string, created: string}[]} */
  versions = [];
  /** How many are known: asked for again when one more is published. */
  asked = 1;

  /** @param {HTMLElement} element @param {Desk} desk @param {{visibility: string, remixable: boolean, tags: string[], version: number, next: number}} facts what is kept beside the document */
  constructor(element, desk, facts) {
    this.element = element;
    this.desk = desk;
    this.facts = facts;
  }

  draw() {
    const { desk } = this;
    const { scene } = desk;
    void this.load();
    /** @param {string} key @param {any} value @param {boolean} typed */
    const put = (key, value, typed = true) => desk.put("Settings", editScene(desk.scene, { [key]: value }), {
      together: `scene ${key}`, from: typed ? this : null,
    });
    redraw(this.element, () => [
      h("section", { class: "card card--pad" }, h("h2", {}, "The scene"),
        textFields(desk, "Title", scene.title, "scene-title", (text) => put("title", text), { maxlength: 120 }),
        textFields(desk, "In one line", scene.logline, "scene-logline", (text) => put("logline", text || undefined), { maxlength: 300 }),
        textFields(desk, "Who the player is", scene.player, "scene-player", (text) => put("player", text || undefined)),
        h("div", { class: "ed-two" },
          field("Genre", { value: scene.genre ?? "", focus: "scene-genre", maxlength: 60, oninput: (text) => put("genre", text || undefined) }),
          field("For", {
            value: scene.rating, focus: "scene-rating", options: RATINGS.map((one) => [one, RATING_WORDS[one]]),
            onchange: (rating) => put("rating", rating, false),
          })),
        field("Languages", {
          value: desk.languages.join(", "), focus: "scene-languages", class: "input--code", spellcheck: "false",
          hint: "Tags as en or pt-BR. The first is the one that plain texts are in; translations of a line follow it as @de.",
          onchange: (text, input) => {
            const tags = [...new Set(text.split(",").map((one) => one.trim()).filter(Boolean))].slice(0, 20);
            const odd = tags.find((tag) => !LANGUAGE.test(tag));
            complain(input, !tags.length ? "A scene has a language." : odd ? `${odd} is no language tag. Write en, de or pt-BR.` : "");
            if (tags.length && !odd) put("languages", tags, false);
          },
        }),
        field("Starts with", {
          value: scene.initial ?? "", focus: "scene-initial",
          options: entriesOf(scene.states).map(([id]) => [id, desk.title(id)]),
          onchange: (initial) => put("initial", initial, false),
        })),
      h("section", { class: "card card--pad" }, h("h2", {}, "On the bill"),
        h("p", { class: "hint" }, "These hold from now on, without publishing again."),
        h("p", { class: "error", role: "alert", hidden: !this.said }, this.said),
        field("Who sees it", {
          value: this.facts.visibility, focus: "scene-visibility",
          options: VISIBILITY,
          onchange: (visibility) => void this.keep({ visibility }),
        }),
        toggle("Others may remix it", this.facts.remixable, (remixable) => void this.keep({ remixable }), "scene-remixable", "They begin a scene of their own with it, and yours is named."),
        field("Tags", {
          value: this.facts.tags.join(", "), focus: "scene-tags", hint: "Up to ten words, for those who look for scenes.",
          onchange: (text) => void this.keep({ tags: tagsOf(text).slice(0, 10) }),
        })),
      this.versions.length > 0 && h("section", { class: "card card--pad" }, h("h2", {}, "Versions"),
        h("ul", { class: "list plain" }, this.versions.slice(0, 50).map(({ number, note, approval, created }) => h("li", {},
          h("b", {}, `Version ${number}`), approval === "approved" ? "" : ", not on stage", h("br"),
          h("span", { class: "small muted" }, [new Date(created).toLocaleDateString(), note].filter(Boolean).join(". ")))))),
      this.facts.version > 0 && h("section", { class: "card card--pad" }, h("h2", {}, "Take it elsewhere"),
        h("p", { class: "hint" }, "The version on stage, as a file. What you write now is under Text."),
        h("div", { class: "row row--tight" }, EXPORTS.map(([form, words]) => h("a", {
          class: "btn btn--sm btn--line", href: `/sc/${desk.server.key}/export/${form}/`,
        }, icon("download"), words)))),
    ]);
  }

  /** What was published, once for each number. */
  async load() {
    if (this.asked >= this.facts.next) return;
    this.asked = this.facts.next;
    try {
      this.versions = await this.desk.server.versions();
      this.draw();
    } catch (error) {
      if (!(error instanceof ServerError) && !(error instanceof OfflineError)) throw error;
    }
  }

  /** @param {Record<string, any>} changes */
  async keep(changes) {
    this.said = "";
    try {
      await this.desk.server.settings(changes);
      Object.assign(this.facts, changes);
    } catch (error) {
      if (!(error instanceof ServerError) && !(error instanceof OfflineError)) throw error;
      this.said = error.message;
    }
    this.draw();
  }
}
