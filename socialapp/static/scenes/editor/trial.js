// @ts-check
/**
 * A trial from any node, with variables as one wants them: in words at once, with what
 * the scene remembers beside them; on stage when the player is there.
 */

import { icon } from "../../app/icons.js";
import { Machine, PlayError } from "../machine.js";
import { Play, offers, told } from "../play.js";
import { SceneError } from "../scene.js";
import { button, iconButton } from "./actions-editor.js";
import { cut } from "./captions.js";
import { field, h, redraw } from "./dom.js";
import { read } from "./json.js";
import { entriesOf, listOf } from "./tree.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {Record<string, any>} Values */

const SEEDS = 2 ** 32;

/** A value of a variable from what stands in its field. @param {any} declared @param {string} text */
export function valueOf(declared, text) {
  if (declared.type === "bool") return text === "true";
  if (declared.type !== "int" && declared.type !== "float") return text;
  const number = Number(text);
  const whole = declared.type === "int" ? Math.round(number) : number;
  return Number.isFinite(whole) ? Math.max(declared.min, Math.min(declared.max, whole)) : declared.start;
}

/** Loads a style sheet, once. @param {string} address */
function dressed(address) {
  if (!address || document.querySelector(`link[href="${address}"]`)) return null;
  const link = h("link", { rel: "stylesheet", href: address });
  document.head.append(link);
  return new Promise((done) => {
    link.addEventListener("load", done);
    link.addEventListener("error", done);
  });
}

export class Trial {
  /** @type {Play | null} */
  play = null;
  /** @type {Play[]} */
  before = [];
  /** @type {Machine | null} */
  machine = null;
  said = "";
  stage = false;
  /** @type {Values} */
  values = {};

  /**
   * @param {Desk} desk @param {{player?: string, playerLook?: string}} stage addresses of the stage's module and of its CSS
   * @param {any[]} faces who stands on stage
   */
  constructor(desk, { player = "", playerLook = "" } = {}, faces = []) {
    this.look = playerLook;
    this.faces = faces;
    this.desk = desk;
    this.player = player;
    this.from = desk.selected;
    this.seed = Math.floor(Math.random() * SEEDS);
    this.dialog = h("dialog", { class: "sheet ed-sheet ed-trial", "aria-labelledby": "ed-trial-title" });
    this.body = h("div", { class: "sheet__body" });
    this.dialog.append(this.body);
    this.dialog.addEventListener("close", () => this.dialog.remove());
    this.dialog.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const typing = event.target instanceof Element && event.target.matches("input, select, textarea");
      if (typing || !/^[1-9]$/.test(event.key)) return;
      const chosen = this.dialog.querySelectorAll("[data-choice]")[Number(event.key) - 1];
      if (chosen instanceof HTMLElement) chosen.click();
    });
  }

  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.begin();
  }

  begin() {
    this.said = "";
    this.before = [];
    try {
      // Of the file's own numbers: a trial reads what a player will.
      this.machine = new Machine(read(this.desk.text));
      this.play = new Play(this.machine, { seed: this.seed, preset: this.preset });
    } catch (error) {
      this.play = null;
      if (!(error instanceof SceneError) && !(error instanceof PlayError)) throw error;
      this.said = `It cannot be played yet. ${error.message}`;
    }
    this.draw();
    if (this.stage) void this.mount();
  }

  get preset() {
    const state = this.from || String(this.desk.scene.initial ?? "");
    return state === this.desk.scene.initial && !Object.keys(this.values).length ? null : { state, context: this.values };
  }

  /** @param {() => Play} step */
  step(step) {
    if (!this.play) return;
    try {
      const next = step();
      this.before.push(this.play);
      this.play = next;
      this.said = "";
    } catch (error) {
      if (!(error instanceof PlayError)) throw error;
      this.said = error.message;
    }
    this.draw();
    this.body.querySelector(".ed-said:last-of-type")?.scrollIntoView({ block: "nearest" });
  }

  draw() {
    const { desk } = this;
    const states = [...desk.index.values()].filter(({ state }) => state.type !== "history");
    redraw(this.body, () => [
      h("div", { class: "row row--between row--nowrap" }, h("h2", { id: "ed-trial-title" }, "Trial"),
        iconButton("x", "Close", () => this.dialog.close())),
      h("details", { class: "fold", "data-fold": "preset" }, h("summary", {}, h("span", {}, "From ", h("b", {}, desk.title(this.from || desk.scene.initial))), icon("chevron-down")),
        h("div", { class: "stack" },
          field("Begin at", {
            value: this.from, focus: "trial-from", options: states.map((one) => [one.id, desk.title(one.id)]),
            onchange: (id) => {
              this.from = id;
              this.begin();
            },
          }),
          h("div", { class: "ed-two" }, entriesOf(desk.scene.context).map(([id, one]) => this.preset1(id, one))))),
      this.said && h("p", { class: "notice notice--bad", role: "alert" }, icon("circle-alert"), h("span", {}, this.said)),
      this.stage ? this.holder : h("div", { class: "ed-trial__cols" }, this.story(), this.memory()),
      h("div", { class: "row row--tight" },
        !this.stage && button("One back", "undo-2", () => {
          this.play = this.before.pop() ?? this.play;
          this.draw();
        }, { disabled: !this.before.length, "data-focus": "trial-back" }),
        button("From the beginning", "rotate-ccw", () => this.begin(), { "data-focus": "trial-again" }),
        this.player && button(this.stage ? "In words" : "On stage", this.stage ? "type" : "theater", () => {
          this.stage = !this.stage;
          this.begin();
        }, { "data-focus": "trial-stage" }))]);
  }

  /** @param {string} id @param {any} declared */
  preset1(id, declared) {
    const value = Object.hasOwn(this.values, id) ? this.values[id] : declared.start;
    const options = declared.type === "bool" ? [["false", "No"], ["true", "Yes"]]
      : declared.type === "enum" ? listOf(declared.values).map((word) => [word, word]) : undefined;
    return field(id, {
      type: declared.type === "int" || declared.type === "float" ? "number" : "text", step: declared.type === "float" ? "any" : "1",
      value: String(value), focus: `trial-${id}`, options: /** @type {any} */ (options),
      onchange: (text) => {
        this.values[id] = valueOf(declared, text);
        this.begin();
      },
    });
  }

  story() {
    const { play, machine } = this;
    if (!play || !machine) return h("div", {});
    const plays = [...this.before, play];
    const status = machine.status(play.position);
    const leaf = machine.leaf(play.position);
    const due = play.position.timers.length ? Math.min(...play.position.timers.map(([at]) => at)) : null;
    return h("div", { class: "stack", "aria-live": "polite" },
      plays.slice(-6).map((one, i, all) => h("div", { class: `ed-said${i < all.length - 1 ? " ed-said--past" : ""}` },
        h("p", { class: "act" }, this.desk.title(machine.leaf(one.position).id)),
        told(machine, one.position).map((beat) => this.beat(beat)))),
      status === "ended" ? h("p", { class: "notice notice--ok" }, icon("circle-check"), h("span", {}, `The end: ${this.desk.title(leaf.id)}`)) : null,
      status === "stuck" ? h("p", { class: "notice notice--bad" }, icon("circle-alert"), h("span", {}, "Stuck: nothing is open here with these values.")) : null,
      h("div", { class: "stack stack--tight" }, offers(machine, play.position).map(({ id, text }, i) => h("button", {
        type: "button", class: "btn btn--line btn--wide ed-choice", "data-choice": id, "data-focus": `trial-choice-${i}`,
        onclick: () => this.step(() => play.choose(id)),
      }, h("kbd", {}, String(i + 1)), h("span", { class: "grow" }, text)))),
      due !== null && status === "waiting" ? button(`Wait ${Math.round((due - play.position.at) * 10) / 10} s`, "clock", () => this.step(() => play.wait(due)), { "data-focus": "trial-wait" }) : null);
  }

  /** @param {any} beat */
  beat({ written, text }) {
    if (written.type === "narration") return h("p", { class: "muted" }, text);
    if (text) return h("p", {}, h("b", {}, `${String(written.role).toUpperCase()}`), written.emotion ? ` [${written.emotion}]` : "", `: ${text}`);
    const { type, extensions, guard, ...rest } = written;
    return h("p", { class: "small muted ed-code" }, cut(`${type} ${Object.values(rest).join(" ")}`, 60));
  }

  /** What the scene remembers now. */
  memory() {
    const { play, machine } = this;
    if (!play || !machine) return null;
    const { variables, diceNames } = machine.program;
    const last = this.before.at(-1)?.position;
    const rows = [
      ...variables.map((name, i) => [name, play.position.values[i], last && last.values[i] !== play.position.values[i]]),
      ...diceNames.map((name, i) => [`rolled(${name})`, play.position.dice[i], last && last.dice[i] !== play.position.dice[i]]),
    ];
    return rows.length ? h("dl", { class: "bill ed-memory", "aria-label": "Values" }, rows.map(([name, value, changed]) => (
      h("div", { "data-changed": changed ? "" : undefined }, h("dt", { class: "ed-code" }, String(name)), h("dd", { class: "num" }, String(value)))
    ))) : null;
  }

  /** Faces for the roles, one after the other. */
  get cast() {
    const { faces } = this;
    if (!faces.length) return {};
    return Object.fromEntries(entriesOf(this.desk.scene.roles).map(([role], i) => [role, faces[i % faces.length]]));
  }

  holder = h("div", { class: "ed-stage" });

  /** The player's own element, with the house's starter cast. */
  async mount() {
    this.holder.replaceChildren(h("p", { class: "muted" }, "The stage is being set."));
    try {
      await Promise.all([import(this.player), dressed(this.look)]);
      const element = /** @type {any} */ (document.createElement("troupe-scene"));
      this.holder.replaceChildren(element);
      const assets = this.desk.assetUrl;
      await element.load({
        document: read(this.desk.text), cast: this.cast, seed: this.seed, language: this.desk.languages[0], preset: this.preset ?? undefined,
        save: () => null, takes: null, improv: null, assets,
      });
    } catch (error) {
      console.info(error);
      this.holder.replaceChildren(h("p", { class: "muted" }, "The stage did not open. The trial in words works."));
    }
  }
}
