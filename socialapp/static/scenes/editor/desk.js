// @ts-check
/**
 * The document on the desk: what every panel reads, and the only place through which it is
 * changed. Tells `scene`, `select`, `findings`, `stats` when there is news.
 */

import { placeNodes } from "./commands.js";
import { findingsOf, together } from "./findings.js";
import { History } from "./history.js";
import { JsonError, read } from "./json.js";
import { alike, placesOf } from "./layout.js";
import { OfflineError, ServerError } from "./server.js";
import { entriesOf, indexOf, positionOf, titleOf } from "./tree.js";
import { isObject, languagesOf, write } from "./writing.js";

const LOOK = 150; // milliseconds after a change before it is checked here
const ASK = 1100; // and before the server is asked
const STATES = 10_000;
const WRITE = 400; // and before the text is written, to be saved

/** @typedef {import("./findings.js").Finding} Finding */
/** @typedef {import("./layout.js").Point} Point */

export class Desk extends EventTarget {
  /** The node that is edited; empty: none. */
  selected = "";
  /** @type {Finding[]} */
  local = [];
  /** @type {import("./server.js").Report | null} what the server said last */
  report = null;
  /** Somebody changed it since it was laid here. */
  touched = false;
  /** The server's word is about the document as it is now. */
  current = false;
  /** Lines that do not read yet, by state: they are not in the document. @type {Map<string, string>} */
  unread = new Map();
  /** The whole text, while it is no JSON; null: it is. @type {string | null} */
  raw = null;
  rawError = "";
  /** @type {any} counts of the players' choices, for the author */
  stats = null;
  /** @type {Map<string, Point> | null} */
  places = null;
  /** The document that they are of. @type {any} */
  placed = null;
  /** @type {Record<string, ReturnType<typeof setTimeout>>} */
  timers = {};
  /** @type {AbortController | null} */
  asking = null;
  /** Where a picture or sound is; null: nowhere. @type {(kind: string, name: string) => string | null} */
  assetUrl = () => null;

  /**
   * @param {import("./server.js").Server} server
   * @param {import("./saving.js").Saver} saver
   */
  constructor(server, saver) {
    super();
    this.server = server;
    this.saver = saver;
    this.history = new History({});
  }

  get scene() {
    return this.history.scene;
  }

  /** By state id. */
  get index() {
    return indexOf(this.scene);
  }

  get languages() {
    return languagesOf(this.scene);
  }

  /** What lines may name. */
  get known() {
    return { roles: entriesOf(this.scene.roles).map(([id]) => id), languages: this.languages };
  }

  /** @param {string} id */
  title(id) {
    const state = this.index.get(id)?.state;
    return state ? titleOf(id, state) : id;
  }

  /** @param {string} name @param {any} [detail] */
  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Lays a text on the desk, without a way back to what was there. @param {string} text */
  open(text) {
    const scene = this.parsed(text);
    this.history = new History(scene ?? {});
    this.unread.clear();
    this.selected = this.index.has(this.selected) ? this.selected : String(this.scene.initial ?? "");
    this.changed(null, { touched: false });
  }

  /** @param {string} text @returns {any} the scene, or null with `raw` and `rawError` */
  parsed(text) {
    try {
      const scene = read(text);
      if (!isObject(scene)) throw new JsonError(text, 0, "a scene is an object");
      const { size } = indexOf(scene);
      if (size > STATES) throw new JsonError(text, 0, `${size} nodes; ${STATES} are the most`);
      this.raw = null;
      this.rawError = "";
      return scene;
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.raw = text;
      this.rawError = error.message;
      return null;
    }
  }

  /** The text as it is saved. */
  get text() {
    return this.raw ?? write(this.scene);
  }

  /** The whole text was typed. @param {string} text @param {any} from */
  type(text, from) {
    const before = this.scene;
    const scene = this.parsed(text);
    if (scene && write(scene) !== write(before)) {
      this.history.put("Text", scene, { together: "text", selected: this.selected });
    }
    this.changed(from);
  }

  /**
   * The next document. `from` is the panel that made it, and need not draw itself anew.
   * @param {string} label
   * @param {any} scene
   * @param {{together?: string, from?: any, select?: string}} how
   */
  put(label, scene, { together: same = "", from = null, select } = {}) {
    if (this.raw !== null || scene === this.scene) return;
    this.history.put(label, scene, { together: same, selected: this.selected });
    if (select !== undefined) this.selected = select;
    this.changed(from);
  }

  /** One step back; from a text that does not read, to the scene as it read last. */
  undo() {
    if (this.raw !== null) {
      this.raw = null;
      this.rawError = "";
      this.changed(null);
      return;
    }
    this.back(this.history.undo(this.selected));
  }

  redo() {
    this.back(this.history.redo(this.selected));
  }

  /** @param {import("./history.js").Step | null} step */
  back(step) {
    if (!step) return;
    this.raw = null;
    this.rawError = "";
    this.unread.clear();
    if (this.index.has(step.selected)) this.selected = step.selected;
    this.changed(null);
  }

  /** @param {any} from @param {{touched?: boolean}} how whether somebody changed it, so that it is saved */
  changed(from, { touched = true } = {}) {
    this.touched = touched;
    this.current = false;
    if (this.selected && !this.index.has(this.selected)) this.selected = "";
    this.tell("scene", { from });
    this.later("look", LOOK, () => this.look());
    this.later("ask", ASK, () => void this.ask());
    if (touched) this.later("write", WRITE, () => this.send());
  }

  /** @param {string} name @param {number} wait @param {() => void} run */
  later(name, wait, run) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(run, wait);
  }

  /** Hands the text to be saved, now. */
  send() {
    clearTimeout(this.timers.write);
    if (this.touched) this.saver.changed(this.text);
  }

  /** Saves, and waits for it. */
  async save() {
    this.send();
    await this.saver.flush();
  }

  /** Checks here, at once. */
  look() {
    clearTimeout(this.timers.look);
    this.local = this.raw === null ? findingsOf(this.scene) : [];
    this.tell("findings");
  }

  /** Asks the server for what is only found there. */
  async ask() {
    clearTimeout(this.timers.ask);
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const { scene } = this;
    try {
      const report = await this.server.check(this.text, asking.signal);
      if (this.asking !== asking || scene !== this.scene) return;
      this.report = report;
      this.current = true;
      this.look();
    } catch (error) {
      const known = error instanceof OfflineError || error instanceof ServerError
        || (error instanceof Error && error.name === "AbortError");
      if (!known) throw error;
    }
  }

  /** @returns {Finding[]} the gravest first */
  get findings() {
    const unread = [...this.unread.keys()].filter((id) => this.index.has(id)).map((id) => (
      /** @type {Finding} */ ({
        severity: "error", code: "lines", pointer: this.index.get(id)?.pointer ?? "", state: id,
        message: `Some lines of ${this.title(id)} do not read yet, and are not in the scene.`,
      })
    ));
    if (this.raw !== null) {
      return [{ severity: "error", code: "json", message: `The text is no scene that can be drawn. ${this.rawError}`, pointer: "", state: "" }];
    }
    const all = [...unread, ...together(this.local, this.report?.findings ?? [])];
    const rank = { error: 0, warning: 1, note: 2 };
    return all.sort((a, b) => rank[a.severity] - rank[b.severity]);
  }

  get errors() {
    return this.findings.filter(({ severity }) => severity === "error");
  }

  /** Every node's place. */
  get at() {
    if (!this.places || (this.placed !== this.scene && !alike(this.placed, this.scene))) {
      this.places = placesOf(this.scene);
    }
    this.placed = this.scene;
    return this.places;
  }

  /** The document with every node kept where it is seen: one is about to be placed. */
  get pinned() {
    const all = [...this.index.values()].every(({ state }) => positionOf(state));
    return all ? this.scene : placeNodes(this.scene, this.at);
  }

  /** @param {string} id @param {{edit?: boolean, show?: boolean}} how `edit`: bring its panel; `show`: bring it into view */
  select(id, { edit = false, show = false } = {}) {
    if (id && !this.index.has(id)) return;
    this.selected = id;
    this.tell("select", { edit, show });
  }
}
