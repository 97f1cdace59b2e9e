// @ts-check
/**
 * `<troupe-scene-editor>`: a scene's draft, from the map down to a single line. The page
 * has its pieces by `data-piece`; this puts them to work.
 */

import { toast } from "../../app/toast.js";
import { assetsOf, begin } from "./backdrops.js";
import { CastPanel } from "./cast-panel.js";
import * as commands from "./commands.js";
import { Desk } from "./desk.js";
import { publish, settle } from "./dialogs.js";
import { h } from "./dom.js";
import { FindingsPanel } from "./findings-panel.js";
import { shortOf } from "./findings.js";
import { TroupeGraph } from "./graph.js";
import { heatOf } from "./heat.js";
import { idFor, renameState } from "./naming.js";
import { NodePanel } from "./node-panel.js";
import { NodesPanel } from "./nodes-panel.js";
import { Saver } from "./saving.js";
import { OfflineError, Server, ServerError } from "./server.js";
import { SettingsPanel } from "./settings-panel.js";
import { StatisticsPanel } from "./statistics-panel.js";
import { TextPanel } from "./text-panel.js";
import { Trial } from "./trial.js";
import { wordsOf } from "./tree.js";
import { ValuesPanel } from "./values-panel.js";

/** @typedef {import("./graph.js").Mark} Mark */

const NEW = "New node";
const STATUS = {
  saved: "Saved", waiting: "Not saved yet", saving: "Saving",
  offline: "Kept in this browser; sent when the server can be reached",
  refused: "Not saved", conflict: "Changed elsewhere",
};

export class TroupeSceneEditor extends HTMLElement {
  view = "graph";
  /** The node that was edited before. */
  last = "";
  warm = false;

  async connectedCallback() {
    if (this.desk) return;
    const { key = "", facts = "{}" } = this.dataset;
    this.facts = JSON.parse(facts);
    const server = new Server(key, { csrf: document.body.dataset.csrf ?? "" });
    const saver = new Saver(server, storage());
    const desk = new Desk(server, saver);
    this.desk = desk;
    desk.assetUrl = (/** @type {string} */ kind, /** @type {string} */ name) => assetsOf(desk, kind).find((one) => one.name === name)?.url ?? null;
    this.build();
    this.listen();
    try {
      const { document: text, rev } = await server.draft();
      desk.open(saver.begin(text, rev));
    } catch (error) {
      if (!(error instanceof ServerError) && !(error instanceof OfflineError)) throw error;
      this.piece("loading").replaceChildren(h("p", { class: "error", role: "alert" }, `The draft did not load. ${error.message} Reload the page to try again.`));
      return;
    }
    this.status();
    this.piece("loading").hidden = true;
    this.piece("desk").hidden = false;
    this.choose(matchMedia("(max-width: 44.99rem)").matches ? "nodes" : "graph");
    const wanted = location.hash.slice(1);
    if (desk.index.has(wanted)) desk.select(wanted, { show: true, edit: true });
    if (saver.conflict) settle(desk);
    const built = [...this.querySelectorAll("[data-backdrop]")].map((one) => {
      const { name = "", title = "", url = "" } = /** @type {HTMLElement} */ (one).dataset;
      return { name, title, url, kind: "background" };
    });
    begin(desk, built);
    void this.loadStats();
    this.dataset.ready = "";
  }

  disconnectedCallback() {
    this.away?.abort();
  }

  /** @param {string} name @returns {HTMLElement} */
  piece(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-piece="${name}"]`));
  }

  build() {
    const desk = /** @type {Desk} */ (this.desk);
    this.graph = /** @type {TroupeGraph} */ (this.querySelector("troupe-graph"));
    this.panel = new NodePanel(this.piece("node"), desk, {
      onplay: () => this.play(), onback: () => this.close(),
    });
    /** @type {Record<string, {element: HTMLElement, draw: () => void}>} */
    this.panels = {
      nodes: new NodesPanel(this.piece("nodes"), desk, { marks: () => this.marks(), heat: () => this.heat }),
      text: new TextPanel(this.piece("text"), desk),
      cast: new CastPanel(this.piece("cast"), desk),
      values: new ValuesPanel(this.piece("values"), desk),
      settings: new SettingsPanel(this.piece("settings"), desk, this.facts),
    };
    this.findings = new FindingsPanel(this.piece("findings"), desk, (finding) => this.go(finding));
    this.figures = new StatisticsPanel(this.piece("figures"), desk);
  }

  listen() {
    const desk = /** @type {Desk} */ (this.desk);
    this.away = new AbortController();
    const { signal } = this.away;
    desk.addEventListener("scene", (event) => this.changed(/** @type {CustomEvent} */ (event).detail.from));
    desk.addEventListener("select", (event) => this.selected(/** @type {CustomEvent} */ (event).detail));
    desk.addEventListener("findings", () => this.checked());
    desk.addEventListener("removed", (event) => {
      toast(`${/** @type {CustomEvent} */ (event).detail.title} is deleted. Undo brings it back.`, "trash-2");
    });
    desk.saver.addEventListener("status", () => this.status());
    this.addEventListener("click", (event) => this.pressed(event));
    this.addEventListener("graph-select", (event) => {
      const { id, tap } = /** @type {CustomEvent} */ (event).detail;
      desk.select(id, { edit: Boolean(tap && id === desk.selected) });
    });
    this.addEventListener("graph-edit", (event) => desk.select(/** @type {CustomEvent} */ (event).detail.id, { edit: true }));
    this.addEventListener("graph-add", (event) => this.add(/** @type {CustomEvent} */ (event).detail.at));
    this.addEventListener("graph-delete", (event) => {
      desk.select(/** @type {CustomEvent} */ (event).detail.id);
      this.panel?.remove();
      if (desk.selected) this.graph?.focusNode(desk.selected);
    });
    this.addEventListener("graph-move", (event) => {
      const { places } = /** @type {CustomEvent} */ (event).detail;
      desk.put("Move", commands.placeNodes(desk.pinned, places), { together: `move ${[...places.keys()]}` });
    });
    this.addEventListener("graph-link", (event) => this.link(/** @type {CustomEvent} */ (event).detail));
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    addEventListener("pagehide", () => this.leave(), { signal });
    addEventListener("beforeunload", (event) => {
      desk.send();
      if (desk.saver.unsent && desk.saver.status !== "offline") event.preventDefault();
    }, { signal });
    addEventListener("online", () => void desk.saver.flush(), { signal });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) void desk.save();
    }, { signal });
  }

  leave() {
    this.desk?.send();
  }

  /** @param {any} from */
  changed(from) {
    const desk = /** @type {Desk} */ (this.desk);
    this.map();
    const panel = this.panels?.[this.view];
    if (panel && panel !== from) panel.draw();
    const title = wordsOf(desk.scene.title) || "Untitled scene";
    const head = this.piece("title");
    if (head.textContent !== title) head.textContent = title;
    const { past, future } = desk.history;
    this.enable("undo", past.length > 0 || desk.raw !== null, past.length ? `Undo: ${past[past.length - 1].label}` : "Undo");
    this.enable("redo", future.length > 0, future.length ? `Redo: ${future[future.length - 1].label}` : "Redo");
    this.piece("figures").hidden = desk.raw !== null;
    clearTimeout(this.counting);
    this.counting = setTimeout(() => this.figures?.draw(), 500);
  }

  /** @param {string} name @param {boolean} on @param {string} label */
  enable(name, on, label) {
    for (const one of this.querySelectorAll(`[data-do="${name}"]`)) {
      if (one instanceof HTMLButtonElement) one.disabled = !on;
      one.setAttribute("aria-label", label);
      one.setAttribute("title", label);
    }
  }

  /** @param {{edit: boolean, show: boolean}} how */
  selected({ edit, show }) {
    const desk = /** @type {Desk} */ (this.desk);
    if (this.last !== desk.selected) this.name(this.last);
    this.last = desk.selected;
    this.map();
    if (this.view === "nodes") this.panels?.nodes.draw();
    if (show && this.view === "graph") this.graph?.reveal(desk.selected);
    if (edit && desk.selected) {
      this.toggleAttribute("data-open", true);
      const first = this.piece("node").querySelector("[data-focus$='-lines']") ?? this.piece("node").querySelector("h2");
      if (first instanceof HTMLElement && !matchMedia("(pointer: coarse)").matches) first.focus();
      else if (matchMedia("(max-width: 74.99rem)").matches) this.piece("node").scrollIntoView({ block: "start" });
    }
  }

  /** A new node that has a title by now gets its id from it. @param {string} id */
  name(id) {
    const desk = /** @type {Desk} */ (this.desk);
    const title = desk.index.get(id)?.state.title;
    if (!/^new_node(_[0-9]+)?$/.test(id) || !title || title === NEW) return;
    desk.put("Id", renameState(desk.scene, id, idFor(title, (one) => desk.index.has(one))));
  }

  close() {
    this.removeAttribute("data-open");
    const row = this.querySelector(".ed-row[aria-current]");
    if (row instanceof HTMLElement) row.focus();
  }

  /** Why nodes are marked: the gravest reason of each. @returns {Map<string, Mark>} */
  marks() {
    /** @type {Map<string, Mark>} */
    const found = new Map();
    for (const one of this.desk?.findings ?? []) {
      if (one.state && one.severity !== "note" && !found.has(one.state)) {
        found.set(one.state, { severity: one.severity, words: shortOf(one) });
      }
    }
    // Warnings that are no news on the map: they stand below it.
    for (const [id, mark] of found) if (mark.words === "Something is wrong here" && mark.severity !== "error") found.delete(id);
    return found;
  }

  map() {
    const desk = /** @type {Desk} */ (this.desk);
    this.graph?.show({
      index: desk.index, places: desk.at, initial: String(desk.scene.initial ?? ""), selected: desk.selected,
      marks: this.marks(), heat: this.warm ? this.heat : null,
    });
  }

  checked() {
    this.map();
    this.findings?.draw();
    if (this.view === "nodes") this.panels?.nodes.draw();
    const errors = this.desk?.errors.length ?? 0;
    for (const one of this.querySelectorAll("[data-do='publish']")) one.toggleAttribute("data-stopped", errors > 0);
    this.dataset.errors = String(errors);
  }

  status() {
    const desk = /** @type {Desk} */ (this.desk);
    const { status, message } = desk.saver;
    this.dataset.status = status;
    this.piece("status").textContent = `${STATUS[status]}${status === "refused" ? `. ${message}` : ""}`;
    this.piece("conflict").hidden = status !== "conflict";
  }

  heat = /** @type {import("./graph.js").Heat | null} */ (null);

  async loadStats() {
    const desk = /** @type {Desk} */ (this.desk);
    if (!this.facts.version) return;
    try {
      this.heat = heatOf(await desk.server.stats());
      for (const one of this.querySelectorAll("[data-do='heat']")) /** @type {HTMLElement} */ (one).hidden = !this.heat;
    } catch (error) {
      if (!(error instanceof ServerError) && !(error instanceof OfflineError)) throw error;
    }
  }

  /** @param {string} view */
  choose(view) {
    this.view = view;
    this.dataset.view = view;
    this.removeAttribute("data-open");
    for (const one of this.querySelectorAll("[data-view-button]")) {
      one.setAttribute("aria-pressed", String(one.getAttribute("data-view-button") === view));
    }
    for (const name of ["graph", ...Object.keys(this.panels ?? {})]) this.piece(name).hidden = name !== view;
    this.panels?.[view]?.draw();
    if (view === "graph") this.map();
  }

  /** To what a finding is about. @param {import("./findings.js").Finding} finding */
  go(finding) {
    const desk = /** @type {Desk} */ (this.desk);
    if (finding.state && desk.index.has(finding.state)) {
      if (this.view !== "graph" && this.view !== "nodes") this.choose(matchMedia("(max-width: 44.99rem)").matches ? "nodes" : "graph");
      desk.select(finding.state, { edit: true, show: true });
    } else if (/^\/(roles)/.test(finding.pointer)) this.choose("cast");
    else if (/^\/(context|dice)/.test(finding.pointer)) this.choose("values");
    else if (/^\/(title|logline|rating|languages|initial|genre|player)/.test(finding.pointer)) this.choose("settings");
    else if (finding.code !== "no-ending") {
      this.choose("text");
      /** @type {TextPanel} */ (this.panels?.text).go(finding.pointer);
    }
  }

  /** @param {import("./layout.js").Point | null} at @returns {string} */
  add(at = null) {
    const desk = /** @type {Desk} */ (this.desk);
    const beside = desk.selected ? desk.at.get(desk.selected) : null;
    const place = at ?? (beside ? { x: beside.x + 220, y: beside.y + 20 } : null);
    const [scene, id] = commands.addState(place ? desk.pinned : desk.scene, { title: NEW, behind: desk.selected, at: place && this.free(place) });
    desk.put("Node", scene, { select: id });
    desk.select(id, { edit: true, show: true });
    return id;
  }

  /** A place near one, where no node stands yet. @param {import("./layout.js").Point} at */
  free(at) {
    const places = [...(this.desk?.at.values() ?? [])];
    let { x, y } = at;
    while (places.some((one) => Math.abs(one.x - x) < 120 && Math.abs(one.y - y) < 80)) y += 90;
    return { x, y };
  }

  /** @param {{from: string, to: string, at: import("./layout.js").Point}} how */
  link({ from, to, at }) {
    const desk = /** @type {Desk} */ (this.desk);
    const state = desk.index.get(from)?.state;
    if (!state || state.type) {
      toast(state?.type === "final" ? "An ending leads nowhere. Take the ending away first." : "This node leads back by itself.", "info");
      return;
    }
    let scene = to ? desk.scene : desk.pinned;
    let target = to;
    if (!target) [scene, target] = commands.addState(scene, { title: NEW, behind: from, at: { x: at.x, y: at.y - 35 } });
    desk.put("Link", commands.linkStates(scene, from, target, to ? `Go to ${desk.title(to)}` : "Go on"), { select: to ? from : target });
    desk.select(to ? from : target, { show: true });
  }

  play() {
    new Trial(/** @type {Desk} */ (this.desk), this.dataset, this.facts.faces ?? []).open();
  }

  /** @param {Event} event */
  pressed(event) {
    const target = event.target instanceof Element ? event.target : null;
    const view = target?.closest("[data-view-button]")?.getAttribute("data-view-button");
    if (view) this.choose(view);
    const act = target?.closest("[data-do]")?.getAttribute("data-do");
    const desk = /** @type {Desk} */ (this.desk);
    switch (act) {
      case "undo": desk.undo(); break;
      case "redo": desk.redo(); break;
      case "play": this.play(); break;
      case "add": this.add(); break;
      case "in": this.graph?.zoom(1.25); break;
      case "out": this.graph?.zoom(0.8); break;
      case "whole": this.graph?.whole(); break;
      case "tidy": this.tidy(); break;
      case "settle": settle(desk); break;
      case "heat":
        this.warm = !this.warm;
        target?.closest("[data-do]")?.setAttribute("aria-pressed", String(this.warm));
        this.map();
        break;
      case "publish":
        publish(desk, this.facts, { go: (finding) => this.go(finding), done: (version) => this.published(version) });
        break;
      default:
    }
  }

  tidy() {
    const desk = /** @type {Desk} */ (this.desk);
    desk.put("Tidy", commands.tidied(desk.scene));
    this.graph?.fit();
  }

  /** @param {{number: number, approval?: string}} version */
  published(version) {
    const { number, approval } = version;
    const waits = approval !== undefined && approval !== "approved";
    const was = this.facts.version ? ` Version ${this.facts.version} stays on stage until then.` : "";
    this.facts.next = number + 1;
    if (!waits) this.facts.version = number;
    this.piece("act").textContent = waits
      ? `Version ${number} waits to be looked at.${was}` : `Version ${number} is on stage. You write on the next one`;
    for (const one of this.querySelectorAll("[data-next]")) one.textContent = String(number + 1);
    this.dataset.version = String(number);
    toast(waits ? `Version ${number} goes on stage when it is approved.` : `Version ${number} is published.`, waits ? "clock" : "circle-check");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (document.querySelector("dialog[open]")) return;
    const control = event.ctrlKey || event.metaKey;
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
    const key = event.key.toLowerCase();
    if (control && key === "s") void this.desk?.save();
    else if (control && key === "enter") this.play();
    else if (control && key === "f" && !typing) {
      this.choose("nodes");
      /** @type {NodesPanel} */ (this.panels?.nodes).input.focus();
    } else if (control && !typing && key === "z") event.shiftKey ? this.desk?.redo() : this.desk?.undo();
    else if (control && !typing && key === "y") this.desk?.redo();
    else return;
    event.preventDefault();
  }
}

/** localStorage, where a page may have one. */
function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

customElements.define("troupe-scene-editor", TroupeSceneEditor);
