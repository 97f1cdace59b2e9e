// @ts-check
/** One play as it goes: where it stands, what happened, and its clock. Draws nothing. */

import { reading } from "../../streams/house-clock.js";
import { Machine, PlayError } from "../machine.js";
import { Play, offers, toJson } from "../play.js";
import { SceneError } from "../scene.js";
import { PlayClock } from "./clock.js";
import { endingOf, endingsOf, journal } from "./journal.js";
import { linesAhead, rolledBetween, stepsOf } from "./steps.js";

/** @typedef {import("../play.js").Event} Event */
/** @typedef {import("../machine.js").Position} Position */
/** @typedef {{character: string, name: string, rig: string | null, portrait: string | null}} Part */
/**
 * @typedef {object} How
 * @property {any} document the scene, parsed or as text
 * @property {Record<string, Part>} cast by role
 * @property {number} [seed]
 * @property {string} [language]
 * @property {string} [digest] of the version: what its saves belong to
 * @property {any} [snapshot] go on from here
 * @property {import("../play.js").Preset | null} [preset] an author's trial
 */

export class Run {
  /** @type {Position | null} before the latest event */ #before = null;

  /** @param {How} how throws SceneError, PlayError, SyntaxError */
  constructor({ document, cast, seed = 0, language = "", digest = "", snapshot = null, preset = null }) {
    this.machine = new Machine(document);
    this.parts = cast;
    this.language = language || this.machine.scene.languages?.[0] || "en";
    // A version is named by the digits alone, the log by the whole digest.
    this.digest = digest && !digest.includes(":") ? `sha256:${digest}` : digest;
    const names = Object.entries(cast).map(([role, { character, name }]) => [role, { character, name }]);
    const how = {
      seed: snapshot?.seed ?? seed,
      cast: /** @type {import("../play.js").Cast} */ (Object.fromEntries(names)),
      preset: snapshot?.preset ?? preset,
    };
    /** @type {Play} */
    this.play = Play.replay(this.machine, how, snapshot?.events ?? []);
    this.clock = new PlayClock(reading);
    this.clock.set(this.play.position.at);
  }

  get title() {
    return this.machine.scene.title ? this.words(this.machine.scene.title) : "";
  }

  /** Who plays whom. */
  get bill() {
    return [...this.machine.program.roles].map(([role, { label }]) => {
      const name = this.parts[role]?.name;
      return name ? `${name}: ${this.words(label)}` : this.words(label);
    });
  }

  get state() {
    return this.machine.leaf(this.play.position).id;
  }

  get pointer() {
    return this.machine.leaf(this.play.position).pointer;
  }

  get status() {
    return this.machine.status(this.play.position);
  }

  get count() {
    return this.play.events.length;
  }

  get offers() {
    return offers(this.machine, this.play.position, this.play.how.cast, this.language);
  }

  get steps() {
    return stepsOf(this.machine, this.play.position, this.play.how.cast, this.language);
  }

  get ahead() {
    return linesAhead(this.machine, this.play.position);
  }

  get rolled() {
    return this.#before ? rolledBetween(this.machine, this.#before, this.play.position) : [];
  }

  get ending() {
    return endingOf(this.machine, this.play.position, this.play.how.cast, this.language);
  }

  get endings() {
    return endingsOf(this.machine);
  }

  /** Choices taken so far. */
  get taken() {
    return this.play.events.filter((event) => event.type === "choose").length;
  }

  /** How many events were before the latest choice; -1: none was taken. */
  get lastChoice() {
    const { events } = this.play;
    let at = events.length - 1;
    while (at >= 0 && events[at].type !== "choose") at -= 1;
    return at;
  }

  /** The background of the place. */
  get background() {
    const { path } = this.machine.leaf(this.play.position);
    const inside = [...path].reverse().find((one) => one.state.background);
    return /** @type {string} */ (inside?.state.background ?? "");
  }

  /** Whether a state is active. @param {string} id */
  active(id) {
    return this.machine.leaf(this.play.position).path.some((node) => node.id === id);
  }

  /**
   * @param {string} id
   * @returns {boolean} whether something happened: the choice, or what came before it
   */
  choose(id) {
    const at = this.clock.now;
    return this.#take(
      () => this.play.choose(id, at),
      (code) => code === "late" && this.#take(() => this.play.wait(at)),
    );
  }

  /** Whether the first timer is due. */
  get due() {
    const [timer] = this.play.position.timers;
    return timer !== undefined && this.clock.now >= timer[0];
  }

  /** What the first timer does. @returns {boolean} whether another position is told */
  pass() {
    const before = this.play.position;
    const [due] = before.timers[0];
    if (!this.#take(() => this.play.wait(due))) return false;
    const after = this.play.position;
    return before.leaf !== after.leaf || after.told.length > 0;
  }

  /** Seconds until the first timer, and of how many; null: none runs. */
  get countdown() {
    const [timer] = this.play.position.timers;
    if (!timer) return null;
    const [due, state, number] = timer;
    return { left: Math.max(0, due - this.clock.now), of: this.machine.nodes[state].after[number].seconds };
  }

  /** @param {number} count of events that stay */
  rewind(count) {
    this.#go(this.play.rewind(count), null);
  }

  /**
   * To where another log of this play leads; what its last event tells is told.
   * @param {Event[]} events
   */
  follow(events) {
    const { position } = this.play;
    const goes = events.length > this.count;
    this.#go(Play.replay(this.machine, this.play.how, events), goes ? position : null);
  }

  /** @param {number} seed */
  restart(seed) {
    this.#go(new Play(this.machine, { ...this.play.how, seed }), null);
  }

  get snapshot() {
    const { seed, cast, preset } = this.play.how;
    return {
      format: "play",
      version: 1,
      scene: this.digest,
      seed,
      cast,
      events: this.play.events,
      position: toJson(this.machine, this.play.position),
      ...(preset ? { preset } : {}),
    };
  }

  journal() {
    return journal(this.machine, this.play.how, this.play.events, this.language);
  }

  /** A text of the file in the play's language. @param {any} text */
  words(text) {
    if (typeof text === "string") return text;
    const first = this.machine.scene.languages?.[0];
    return String(text?.[this.language] ?? text?.[first] ?? "");
  }

  /**
   * Why it cannot be played, in words.
   * @param {unknown} error
   */
  static trouble(error) {
    const title = "This scene cannot be played";
    if (error instanceof SceneError) {
      const words = error.message.slice(error.message.indexOf(": ") + 2);
      return { title, words: `Something in its file leads nowhere: ${words}.`, place: error.pointer || "/" };
    }
    if (error instanceof PlayError) {
      const said = error.code === "circles"
        ? "It goes in circles at once, without a choice for you."
        : `Its save does not fit it: ${error.message}.`;
      return { title, words: said, place: "" };
    }
    if (error instanceof SyntaxError) return { title, words: "Its file is not JSON.", place: "" };
    if (error instanceof RangeError) return { title, words: "Its file is nested too deeply.", place: "" };
    return { title, words: error instanceof Error ? error.message : "Something is wrong with it.", place: "" };
  }

  /**
   * @param {() => Play} event
   * @param {(code: string) => boolean} [otherwise]
   * @returns {boolean}
   */
  #take(event, otherwise = () => false) {
    const before = this.play.position;
    try {
      this.#go(event(), before);
      return true;
    } catch (error) {
      if (!(error instanceof PlayError)) throw error;
      return otherwise(error.code);
    }
  }

  /** @param {Play} play @param {Position | null} before */
  #go(play, before) {
    this.#before = before;
    this.play = play;
    this.clock.set(play.position.at);
  }
}
