// @ts-check
/** One node: its lines as text, its choices, what else it does, and its JSON. */

import { icon } from "../../app/icons.js";
import { actionsEditor, button, iconButton } from "./actions-editor.js";
import { backdropField } from "./backdrops.js";
import * as commands from "./commands.js";
import { complain, field, h, redraw, toggle } from "./dom.js";
import { edgesEditor, fold, textFields } from "./edges-editor.js";
import { JsonError, read } from "./json.js";
import { parseBeats, writeBeats } from "./lines.js";
import { MOODS } from "./shapes.js";
import { pickSound } from "./sounds.js";
import { refusalOf, renameState } from "./naming.js";
import { linksOf, listOf, titleOf, withKey } from "./tree.js";
import { isObject, writeLine, writePart } from "./writing.js";

/** @typedef {import("./desk.js").Desk} Desk */

export class NodePanel {
  /** What was typed for a node's lines, where it says the same as its beats. @type {Map<string, string>} */
  typed = new Map();

  /** @param {HTMLElement} element @param {Desk} desk @param {{onplay: () => void, onback: () => void}} how */
  constructor(element, desk, how) {
    this.element = element;
    this.desk = desk;
    this.how = how;
    desk.addEventListener("scene", (event) => {
      const { from } = /** @type {CustomEvent} */ (event).detail;
      if (from === this) this.json();
      else this.draw();
    });
    desk.addEventListener("select", () => this.draw());
    desk.addEventListener("assets", () => this.draw());
    desk.addEventListener("findings", () => this.mark());
  }

  get id() {
    return this.desk.selected;
  }

  get state() {
    return this.desk.index.get(this.id)?.state ?? null;
  }

  /** @param {string} label @param {Record<string, any>} changes @param {string} together @param {boolean} typed */
  put(label, changes, together = "", typed = false) {
    this.desk.put(label, commands.editState(this.desk.scene, this.id, changes), {
      together: together && `${this.id} ${together}`, from: typed ? this : null,
    });
  }

  draw() {
    const { state } = this;
    redraw(this.element, () => (state ? this.whole(state) : [this.nothing()]));
    this.element.setAttribute("aria-label", state ? `Node: ${titleOf(this.id, state)}` : "Node");
  }

  /** Links to what is wrong are red. */
  mark() {
    const bad = new Set(this.desk.errors.map(({ state }) => state));
    for (const one of this.element.querySelectorAll("[data-target]")) {
      const to = one.getAttribute("data-target") ?? "";
      one.classList.toggle("badge--bad", Boolean(to) && (bad.has(to) || !this.desk.index.has(to)));
    }
  }

  nothing() {
    return h("div", { class: "card card--pad ed-none" },
      h("h2", {}, "No node chosen"),
      h("p", { class: "muted" }, "Choose one on the map, or add one. Double-click the map to put it there."));
  }

  /** @param {any} state */
  whole(state) {
    const { id, desk } = this;
    const place = desk.index.get(id);
    const history = state.type === "history";
    return [h("div", { class: "card card--pad ed-node" },
      h("div", { class: "row row--between row--nowrap" },
        h("button", { type: "button", class: "btn btn--icon btn--quiet ed-back", "aria-label": "Back to the nodes", onclick: this.how.onback }, icon("arrow-left")),
        h("h2", { class: "grow", tabindex: -1, "data-focus": "node-title-head" }, titleOf(id, state)),
        h("span", { class: "badge" }, `Node ${place?.number}`)),
      !history && this.lines(state),
      !history && state.type !== "final" && edgesEditor(desk, id, state, "choices", (list, together, typed) => (
        this.put("Choices", { choices: list }, together, typed)
      ), (to) => desk.select(to, { show: true, edit: true })),
      state.type === "final" && this.ending(state),
      history && this.history(state),
      this.more(state),
      this.other(state),
      fold("This node as JSON", "json", false, this.source(state)),
      h("div", { class: "row row--tight" },
        button("Play from here", "play", this.how.onplay),
        button("Duplicate", "copy", () => {
          const [scene, made] = commands.duplicateState(desk.scene, id);
          desk.put("Duplicate", scene, { select: made });
          desk.select(made, { show: true });
        }),
        button("Delete", "trash-2", () => this.remove(), { class: "btn btn--sm btn--danger" })))];
  }

  remove() {
    const { desk, id } = this;
    const place = desk.index.get(id);
    if (!place) return;
    const title = titleOf(id, place.state);
    const before = [...desk.index.values()].find((one) => linksOf(one).some(({ to }) => to === id))?.id ?? "";
    desk.put("Delete", commands.deleteState(desk.scene, id), { select: before });
    desk.tell("removed", { title });
    desk.select(before);
  }

  /** @param {any} state */
  lines(state) {
    const { desk, id } = this;
    const beats = listOf(state.beats);
    const unread = desk.unread.get(id);
    const text = unread ?? this.textOf(id, beats);
    const found = unread === undefined ? [] : parseBeats(unread, desk.known).problems;
    const box = field("Lines", {
      type: "textarea", value: text, focus: `${id}-lines`, rows: Math.min(14, Math.max(5, text.split("\n").length + 1)), class: "ed-lines",
      lang: desk.languages[0], placeholder: this.example(), spellcheck: "true",
      oninput: (value, input) => this.write(value, input),
    });
    const area = /** @type {HTMLTextAreaElement} */ (box.querySelector("textarea"));
    this.problems(area, found);
    return h("div", { class: "stack stack--tight" }, box, this.palette(area),
      backdropField(desk, state.background ?? "", (name) => this.put("Background", { background: name || undefined })));
  }

  example() {
    const [one = "role"] = this.desk.known.roles;
    return `${one.toUpperCase()} [happy]: What somebody says.\nWhat nobody says.`;
  }

  /** What was typed, or how it is written. @param {string} id @param {any[]} beats */
  textOf(id, beats) {
    const { known } = this.desk;
    const typed = this.typed.get(id);
    if (typed !== undefined) {
      const { beats: again, problems } = parseBeats(typed, known);
      const line = (/** @type {any} */ beat) => writeLine(beat, "beat", known.languages);
      if (!problems.length && again.map(line).join("\n") === beats.map(line).join("\n")) return typed;
      this.typed.delete(id);
    }
    return writeBeats(beats, known);
  }

  /** @param {string} value @param {HTMLTextAreaElement} input */
  write(value, input) {
    const { desk, id } = this;
    const { beats, problems } = parseBeats(value, desk.known);
    this.problems(input, problems);
    if (problems.length) {
      desk.unread.set(id, value);
      desk.tell("findings");
      return;
    }
    const was = desk.unread.delete(id);
    this.typed.set(id, value);
    this.put("Lines", { beats: beats.length ? beats : undefined }, "lines", true);
    if (was) desk.tell("findings");
  }

  /** @param {HTMLTextAreaElement} input @param {import("./lines.js").Problem[]} found */
  problems(input, found) {
    const said = input.closest(".field")?.querySelector("[data-error]");
    complain(input, found.map(({ line, message }) => `Line ${line}: ${message}.`).join(" "));
    if (!(said instanceof HTMLElement)) return;
    const role = found.find((one) => one.role)?.role;
    if (!role || refusalOf(this.desk.scene, "roles", role, this.desk.known.roles)) return;
    said.append(button(`Add the role ${role.toUpperCase()}`, "plus", () => {
      const { desk, id } = this;
      const text = desk.unread.get(id) ?? input.value;
      const words = role[0].toUpperCase() + role.slice(1).replaceAll("_", " ");
      desk.put("Role", commands.editEntry(desk.scene, "roles", role, { label: words }));
      this.write(text, input);
      this.draw();
    }));
  }

  /** Buttons that write what is hard to remember. @param {HTMLTextAreaElement} area */
  palette(area) {
    const roles = this.desk.known.roles;
    const [one = "role"] = roles;
    /** Below the line that the cursor is in. @param {string} text */
    const write = (text) => {
      // The panel may have been drawn anew while a sheet was open.
      const now = area.isConnected ? area : /** @type {HTMLTextAreaElement | null} */ (
        document.querySelector(`[data-focus="${area.dataset.focus}"]`));
      if (!now) return;
      const { selectionStart: at, value } = now;
      const end = value.indexOf("\n", at) < 0 ? value.length : value.indexOf("\n", at);
      const before = value.slice(0, end);
      const put = `${before && !before.endsWith("\n") ? "\n" : ""}${text}`;
      now.value = before + put + value.slice(end);
      now.focus();
      now.setSelectionRange(end + put.length, end + put.length);
      now.dispatchEvent(new Event("input", { bubbles: true }));
    };
    /** @param {string} words @param {string} text @param {string} says */
    const insert = (words, text, says) => h("button", {
      type: "button", class: "chip", title: says, onclick: () => write(text),
    }, words);
    const sound = h("button", {
      type: "button", class: "chip", title: "A sound begins",
      onclick: () => pickSound(this.desk, (name) => write(`@sound ${name} volume 0.5`)),
    }, "Sound");
    return h("details", { class: "ed-palette", "data-fold": "palette" },
      h("summary", { class: "small" }, "Insert"),
      h("div", { class: "chips" },
        roles.map((role) => insert(role.toUpperCase(), `${role.toUpperCase()}: `, "A line")),
        insert("Pause", "@pause 1.5", "Seconds"),
        insert("Camera", `@camera ${one.toUpperCase()} zoom 1.5 ease 1`, "Looks at a role, or all"),
        insert("Face", `@face ${one.toUpperCase()} surprised`, "A face changes without words"),
        sound,
        insert("Only if", "@if ", "The next line is told only when this holds"),
        insert("Improvise", `@beat {"type": "improv", "role": "${one}", "goal": "What it is after", "turns": 3, "fallback": "What it says without an engine"}`, "Talks freely with the player")));
  }

  /** @param {any} state */
  ending(state) {
    const ending = isObject(state.ending) ? state.ending : {};
    /** @param {string} key @param {any} value @param {boolean} typed */
    const put = (key, value, typed) => {
      const now = isObject(this.state?.ending) ? this.state.ending : ending;
      this.put("Ending", { ending: withKey(now, key, value) }, `ending ${key}`, typed);
    };
    return h("div", { class: "stack" },
      textFields(this.desk, "How it ends", ending.title, `${this.id}-ending`, (text) => put("title", text, true)),
      field("Mood", {
        value: ending.mood ?? "calm", focus: `${this.id}-mood`, options: MOODS.map((mood) => [mood, mood]),
        onchange: (mood) => put("mood", mood, false),
      }));
  }

  /** @param {any} state */
  history(state) {
    const { desk, id } = this;
    const parent = desk.index.get(id)?.parent ?? "";
    const inside = [...desk.index.values()].filter(({ way, state: one }) => way.includes(parent) && way.at(-1) !== parent && one.type !== "history");
    return h("div", { class: "stack" },
      h("p", { class: "muted" }, "Leads back to where the play was in the node around it."),
      field("Remembers", {
        value: state.history, focus: `${id}-history`, options: [["shallow", "Which of the nodes"], ["deep", "The innermost place"]],
        onchange: (value) => this.put("History", { history: value }),
      }),
      field("At first leads to", {
        value: state.target, focus: `${id}-first`, options: inside.map((one) => [one.id, desk.title(one.id)]),
        onchange: (value) => this.put("History", { target: value }),
      }));
  }

  /** @param {any} state */
  more(state) {
    if (state.type === "history") return null;
    const { desk, id } = this;
    /** @param {"entry" | "exit"} key @param {string} words */
    const effects = (key, words) => h("div", { class: "ed-group" }, h("h3", {}, words), actionsEditor(desk, listOf(state[key]), `${id}-${key}`, (list, together, typed) => (
      this.put("Effects", { [key]: list.length ? list : undefined }, together, typed)
    )));
    /** @param {"always" | "after"} kind */
    const edges = (kind) => edgesEditor(desk, id, state, kind, (list, together, typed) => (
      this.put("Ways on", { [kind]: list }, together, typed)
    ), (to) => desk.select(to, { show: true, edit: true }));
    const busy = listOf(state.entry).length + listOf(state.exit).length + listOf(state.always).length + listOf(state.after).length;
    return fold(busy ? `Happens by itself (${busy})` : "Happens by itself", "itself", false,
      effects("entry", "When one comes here"),
      state.type !== "final" && effects("exit", "When one leaves"),
      state.type !== "final" && h("div", { class: "ed-group" }, h("h3", {}, "Without a choice"), edges("always"), edges("after")));
  }

  /** @param {any} state */
  other(state) {
    const { desk, id } = this;
    const place = /** @type {import("./tree.js").Place} */ (desk.index.get(id));
    const compound = isObject(state.states);
    const groups = [...desk.index.values()].filter((one) => (
      one.id !== id && !one.way.includes(id) && !one.state.type && (isObject(one.state.states) || one.id !== place.parent)
    ));
    return fold("Name and place", "place", false,
      field("Title", {
        value: state.title ?? "", focus: `${id}-title`, maxlength: 200, hint: "For your map; players do not see it.",
        placeholder: titleOf(id, withKey(state, "title", undefined)),
        oninput: (title) => {
          this.put("Title", { title: title || undefined }, "title", true);
          const head = this.element.querySelector("h2");
          if (head) head.textContent = titleOf(id, this.state ?? {});
        },
      }),
      field("Id", {
        value: id, focus: `${id}-id`, class: "input--code", spellcheck: "false", hint: "Links and conditions change with it.",
        onchange: (to, input) => {
          if (to === id) return;
          const no = refusalOf(desk.scene, "states", to, desk.index.keys());
          complain(input, no);
          if (no) return;
          desk.put("Id", renameState(desk.scene, id, to), { select: to });
          desk.select(to);
        },
      }),
      !state.type && !compound && toggle("This is an ending", false, () => {
        desk.put("Ending", commands.makeEnding(desk.scene, id, titleOf(id, state)));
      }, `${id}-final`, "Choices and timers go; undo brings them back."),
      state.type === "final" && toggle("This is an ending", true, () => desk.put("No ending", commands.unmakeEnding(desk.scene, id)), `${id}-final`),
      desk.scene.initial !== id && !place.parent && state.type !== "history" && button("Start the story here", "locate-fixed", () => (
        desk.put("Start", commands.editScene(desk.scene, { initial: id }))
      )),
      field("Inside of", {
        value: place.parent, focus: `${id}-parent`,
        options: [["", "Nothing: it stands by itself"], ...groups.map((one) => /** @type {[string, string]} */ ([one.id, desk.title(one.id)]))],
        hint: "Choices of the node around it are open here too.",
        onchange: (parent) => desk.put("Inside of", commands.moveInto(desk.scene, id, parent)),
      }),
      compound && field("Begins with", {
        value: state.initial ?? "", focus: `${id}-initial`,
        options: Object.entries(state.states).filter(([, one]) => one?.type !== "history").map(([one]) => [one, desk.title(one)]),
        onchange: (initial) => this.put("Begins with", { initial }),
      }),
      h("div", { class: "row row--tight" },
        iconButton("chevron-up", "Earlier in the file", () => desk.put("Order", commands.shiftState(desk.scene, id, -1)), { "data-focus": `${id}-earlier` }),
        iconButton("chevron-down", "Later in the file", () => desk.put("Order", commands.shiftState(desk.scene, id, 1)), { "data-focus": `${id}-later` }),
        h("span", { class: "small muted" }, "Order in the file")));
  }

  /** @param {any} state */
  source(state) {
    return field("JSON", {
      type: "textarea", rows: 12, class: "input--code", spellcheck: "false", focus: `${this.id}-json`,
      value: writePart(state, "state", this.desk.languages), "data-json": true,
      oninput: (text, input) => {
        try {
          const made = read(text);
          if (!isObject(made)) throw new JsonError(text, 0, "a node is an object");
          complain(input, "");
          this.desk.put("JSON", commands.editState(this.desk.scene, this.id, {
            ...Object.fromEntries(Object.keys(this.state ?? {}).map((key) => [key, undefined])), ...made,
          }), { together: `${this.id} json`, from: this });
        } catch (error) {
          if (!(error instanceof JsonError)) throw error;
          complain(input, error.message);
        }
      },
    });
  }

  /** The JSON follows what is typed in the forms. */
  json() {
    const area = this.element.querySelector("[data-json]");
    if (!(area instanceof HTMLTextAreaElement) || area === document.activeElement || !this.state) return;
    area.value = writePart(this.state, "state", this.desk.languages);
  }
}
