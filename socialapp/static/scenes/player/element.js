// @ts-check
/**
 * ``<troupe-scene>``: a scene, played. ``load()`` gives it the scene's file, the cast and
 * ways to save, to be voiced and to improvise; everything else it does by itself.
 *
 * Says, bubbling: ``scene-position`` (``{state, status}``), ``scene-choice`` (``{state,
 * choice}``), ``scene-ending`` (``{state, title, mood}``), ``scene-again`` and
 * ``scene-back`` (cancelable: a page may do more), ``scene-asks`` (a key for something
 * that the page has: history, full, help; or settings that a key has changed). Its
 * dataset tells state, status (loading, curtain, telling, resting, waiting, ended, stuck,
 * failed), line, drawn (webgl or plain), frames, opening.
 */

import { wantsCalm } from "../../stage/calm.js";
import { Sight } from "../../stage/screen.js";
import { reading } from "../../streams/house-clock.js";
import { actOf, forStage, perform } from "./keys.js";
import { Performer } from "./performer.js";
import { Run } from "./run.js";
import { DEFAULTS } from "./settings.js";
import { View } from "./view.js";

/** @typedef {import("./run.js").How} Story */
/** @typedef {import("./performer.js").Means} Means */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./cards.js").Way} Way */
/** @typedef {import("./saves.js").State} SaveState */
/** @typedef {import("./means.js").Rest} Rest */
/** @typedef {Story & Means & Rest} How */
/** @typedef {"loading" | "curtain" | "telling" | "resting" | "waiting" | "ended" | "stuck" | "failed"} Status */

/** Between two looks at what is due, for pages that draw nothing. Milliseconds. */
const LOOK = 250;
/** Idling is drawn at most this often. */
const IDLE_FPS = 30;

export class TroupeScene extends HTMLElement {
  /** @type {View | null} */ #view = null;
  /** @type {Run | null} */ #run = null;
  /** @type {Performer | null} */ #performer = null;
  /** @type {Rest} */ #rest = {};
  /** @type {Settings} */ #settings = { ...DEFAULTS };
  /** @type {Set<string>} */ #found = new Set();
  /** @type {Sight | null} */ #sight = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #looks;
  /** @type {Set<string>} why time stands still */ #holds = new Set();
  /** @type {{words: string, tally: Record<string, number>, mine: string | null} | null} */ #company = null;
  #request = 0;
  #drawnAt = 0;
  #frames = 0;

  connectedCallback() {
    this.#view ??= new View(this, { next: () => this.next(), choose: (id) => this.choose(id) });
    this.tabIndex = -1;
    this.#setStatus("loading");
    this.addEventListener("click", this.#clicked);
    document.addEventListener("keydown", this.#pressed);
    document.addEventListener("visibilitychange", this.#hidden);
    this.#sight = new Sight(this.#view.picture, {
      resized: () => this.#performer?.fit() && this.#draw(reading()),
      changed: () => this.#wake(),
    });
    this.#looks = setInterval(() => this.#tick(), LOOK);
  }

  disconnectedCallback() {
    clearInterval(this.#looks);
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.removeEventListener("click", this.#clicked);
    document.removeEventListener("keydown", this.#pressed);
    document.removeEventListener("visibilitychange", this.#hidden);
    this.#sight?.close();
    this.#performer?.close();
    this.#performer = this.#run = this.#sight = null;
  }

  // What a page does ------------------------------------------------------------

  /**
   * Play a scene. What cannot be played is said on the stage, with the place in the file.
   * @param {How} how
   * @returns {Promise<boolean>} whether it can be played
   */
  async load(how) {
    const view = /** @type {View} */ (this.#view);
    this.#performer?.close();
    this.#performer = this.#run = null;
    this.#setStatus("loading");
    this.#rest = how;
    this.#found = new Set(how.found ?? []);
    try {
      const run = new Run(how);
      this.#run = run;
      this.#performer = new Performer(run, view, how, {
        rests: () => this.#setStatus("resting"),
        speaks: (place) => { this.dataset.line = place; },
        done: () => this.#told(),
      });
      this.#performer.settings = this.#settings;
      await this.#performer.open((drawn) => {
        this.dataset.drawn = drawn;
        this.#wake();
      });
    } catch (error) {
      this.#fail(error);
      return false;
    }
    view.caption.hide();
    view.choices.hide();
    if (how.curtain) this.#raise();
    else this.#enter(this.#run.count > 0);
    return true;
  }

  /** From the curtain: call it in a gesture, browsers allow sound only there. */
  begin() {
    if (!this.#run || this.dataset.status !== "curtain") return;
    this.unlock();
    this.#enter(this.#run.count > 0);
  }

  unlock() {
    this.#performer?.unlock();
  }

  /** On to the next words. */
  next() {
    this.unlock();
    if (this.#holds.size) return;
    this.#performer?.next();
    this.#tick();
  }

  /** @param {string} id */
  choose(id) {
    const run = this.#run;
    if (!run || this.dataset.status !== "waiting") return;
    this.unlock();
    if (this.#rest.pick) return this.#rest.pick(id);
    const { state } = run;
    if (!run.choose(id)) return this.#offer();
    this.#tell("scene-choice", { state, choice: id });
    this.#arrive();
  }

  /**
   * Back before a choice; without a number, before the latest.
   * @param {number} [count] of events that stay
   */
  rewind(count = this.#run?.lastChoice ?? -1) {
    if (!this.#run || count < 0) return;
    this.#run.rewind(count);
    this.#save();
    this.#enter(true);
  }

  /** From the beginning. @param {number} seed */
  again(seed = Math.floor(Math.random() * 2 ** 32)) {
    if (!this.#run) return;
    this.#run.restart(seed);
    this.#save();
    this.#enter(false);
  }

  /** Time stands still for a reason, or that reason is gone. @param {string} why @param {boolean} still */
  hold(why, still) {
    if (still) this.#holds.add(why);
    else this.#holds.delete(why);
    this.#performer?.hold(this.#holds.size > 0);
    this.#run?.clock[this.#running() ? "run" : "hold"]();
  }

  /** @returns {Settings} */
  get settings() {
    return { ...this.#settings };
  }

  /** @param {Settings} settings */
  set settings(settings) {
    this.#settings = { ...settings };
    this.dataset.size = settings.size;
    if (this.#performer) this.#performer.settings = this.#settings;
    this.#view?.modes([settings.auto && "Automatic", settings.skip && "Skips what was read"].flatMap((one) => one || []));
    this.#run?.clock[this.#running() ? "run" : "hold"]();
    this.#tick();
  }

  /** How its save stands. @param {SaveState | ""} state */
  set mark(state) {
    this.#view?.mark(state);
  }

  /**
   * How the company stands; null: one plays alone.
   * @param {{words: string, tally: Record<string, number>, mine: string | null} | null} company
   */
  set company(company) {
    this.#company = company;
    this.#view?.together(company);
  }

  /** The play has gone on elsewhere: there, as its log says. @param {any[]} events */
  follow(events) {
    if (!this.#run || events.length === this.#run.count) return;
    const back = events.length < this.#run.count;
    this.#run.follow(events);
    if (this.dataset.status === "curtain") return;
    if (back) return this.#enter(true);
    this.#view?.card.hide();
    this.#arrive();
  }

  get snapshot() {
    return this.#run?.snapshot ?? null;
  }

  /** Everything told so far, and the choices taken. */
  get journal() {
    return this.#run?.journal() ?? [];
  }

  /** Choices taken so far. */
  get taken() {
    return this.#run?.taken ?? 0;
  }

  // What happens ----------------------------------------------------------------

  /** There, with its words on the stage. @param {boolean} quiet they were told before */
  #enter(quiet) {
    this.#view?.card.hide();
    this.#run?.clock.set(this.#run.play.position.at);
    this.#arrive(quiet);
    this.focus({ preventScroll: true });
  }

  /** @param {boolean} [quiet] */
  #arrive(quiet = false) {
    const run = /** @type {Run} */ (this.#run);
    const view = /** @type {View} */ (this.#view);
    // Who uses keys is led on; after a tap nothing is outlined.
    const keyed = view.choices.box.contains(document.activeElement) && document.activeElement?.matches(":focus-visible");
    run.clock.hold();
    view.choices.hide();
    view.countdown(null);
    view.rolled(quiet ? [] : run.rolled);
    this.#setStatus("telling");
    if (!quiet && run.count) this.#save();
    this.#performer?.tell(quiet);
    if (this.dataset.status === "telling") (keyed ? view.caption.next : this).focus({ preventScroll: true });
    this.#wake();
  }

  /** Everything is told: now it is the person's turn. */
  #told() {
    const run = /** @type {Run} */ (this.#run);
    const { status } = run;
    if (status === "ended") return this.#end();
    if (status === "stuck") return this.#stick();
    this.#offer();
  }

  #offer() {
    const run = /** @type {Run} */ (this.#run);
    const view = /** @type {View} */ (this.#view);
    const mine = this.contains(document.activeElement) || document.activeElement === document.body;
    view.choices.show(run.offers);
    view.together(this.#company);
    this.#setStatus("waiting");
    run.clock[this.#running() ? "run" : "hold"]();
    if (mine && view.choices.open && !view.card.open) view.choices.box.focus({ preventScroll: true });
  }

  #raise() {
    const run = /** @type {Run} */ (this.#run);
    const { words = "", note = "", ways = [] } = this.#rest;
    const begins = { words: run.count ? "Go on" : "Begin", icon: "play", look: "primary", press: () => this.begin() };
    this.#setStatus("curtain");
    this.#performer?.rehearse();
    this.#view?.card.curtain({ title: run.title, cast: run.bill, words, note, ways: [begins, ...ways] });
  }

  #end() {
    const run = /** @type {Run} */ (this.#run);
    const { ending } = run;
    this.#found.add(ending.state);
    this.#setStatus("ended");
    const all = run.endings;
    this.#view?.card.ending({
      ...ending,
      found: all.filter((id) => this.#found.has(id)).length,
      of: all.length,
      slots: this.#view.slots,
      ways: [
        { words: "Play again", icon: "rotate-ccw", look: "primary", press: () => this.#tell("scene-again") && this.again() },
        ...this.#back("Rewind one choice"),
        { words: "Leave", icon: "arrow-left", press: () => this.#tell("scene-back") },
      ],
    });
    this.#view?.announce(`The end: ${ending.title}`);
    this.#tell("scene-ending", ending);
  }

  #stick() {
    const run = /** @type {Run} */ (this.#run);
    this.#setStatus("stuck");
    this.#view?.card.stuck(run.pointer, [
      ...this.#back("Rewind one choice"),
      { words: "Start again", icon: "rotate-ccw", press: () => this.again() },
    ]);
  }

  /** @param {string} words @returns {Way[]} */
  #back(words) {
    return this.taken ? [{ words, icon: "undo-2", press: () => this.rewind() }] : [];
  }

  /** @param {unknown} error */
  #fail(error) {
    console.info("troupe-scene:", error);
    const { title, words, place } = Run.trouble(error);
    this.#setStatus("failed");
    this.#view?.card.trouble({
      title, words, place,
      ways: [{ words: "Leave", icon: "arrow-left", press: () => this.#tell("scene-back") }],
    });
  }

  #save() {
    const { save } = this.#rest;
    if (save && this.#run) void Promise.resolve(save(this.#run.snapshot)).catch(() => {});
  }

  // Time ------------------------------------------------------------------------

  /** Whether the play's clock may run: it is the person's turn, and they are here. */
  #running() {
    const { timed } = this.#settings;
    // Where only time leads on, it passes whatever one thinks of time limits.
    const counts = timed || !this.#view?.choices.open;
    return this.dataset.status === "waiting" && !this.#holds.size && counts && !this.#rest.follows;
  }

  #tick() {
    if (!this.#run || !this.#performer) return;
    this.#performer.tick();
    // Portraits are lit and listen too, though nothing is drawn.
    if (!this.#performer.alive) this.#draw(reading());
    if (this.#performer.busy && this.dataset.status === "resting" && !this.#performer.resting) this.#setStatus("telling");
    if (this.dataset.status !== "waiting") return;
    this.#view?.countdown(this.#running() ? this.#run.countdown : null);
    if (this.#running() && this.#run.due) {
      const came = this.#run.pass();
      if (came) this.#arrive();
    }
  }

  #wake() {
    if (this.#request || document.hidden || !this.#sight?.seen || !this.#performer?.alive) return;
    this.#request = requestAnimationFrame(() => {
      this.#request = 0;
      if (!this.isConnected) return;
      const now = reading();
      this.#tick();
      const lively = this.#performer?.lively(now) ?? false;
      if (lively || now - this.#drawnAt >= 1 / IDLE_FPS) this.#draw(now);
      this.#wake();
    });
  }

  /** @param {number} now */
  #draw(now) {
    this.#drawnAt = now;
    const performer = this.#performer;
    if (!performer?.draw(now, wantsCalm())) return;
    this.#frames += 1;
    this.dataset.frames = String(this.#frames);
    this.dataset.opening = performer.opening.toFixed(3);
  }

  // The person ------------------------------------------------------------------

  /** @param {MouseEvent} event */
  #clicked = (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("button, a, input, form, .scene__card, .choices")) return;
    this.next();
  };

  /** @param {KeyboardEvent} event */
  #pressed = (event) => {
    const focus = document.activeElement;
    const ours = !focus || focus === document.body || focus.closest("main") !== null;
    const act = actOf(event);
    if (act === null || !ours || event.defaultPrevented || !forStage(event.target, event.key)) return;
    if (document.querySelector("dialog[open]") || this.#view?.card.open) return;
    if (event.repeat && act !== "up" && act !== "down") return;
    if (this.#act(act)) event.preventDefault();
  };

  /** @param {import("./keys.js").Act | number} act @returns {boolean} whether it was for the stage */
  #act(act) {
    return perform(act, /** @type {View} */ (this.#view).choices, {
      next: () => this.next(),
      rewind: () => this.rewind(),
      toggle: (name) => {
        this.settings = { ...this.#settings, [name]: !this.#settings[name] };
        this.#tell("scene-asks", "settings");
      },
      asks: (what) => this.#tell("scene-asks", what),
    });
  }

  #hidden = () => this.hold("hidden", document.hidden);

  /** @param {Status} status */
  #setStatus(status) {
    const state = this.#run?.state ?? "";
    if (this.dataset.status === status && this.dataset.state === state) return;
    this.dataset.status = status;
    this.dataset.state = state;
    if (this.#run) this.#tell("scene-position", { state, status });
  }

  /**
   * @param {string} name
   * @param {unknown} [detail]
   * @returns {boolean} whether nobody has prevented what follows
   */
  #tell(name, detail = null) {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, cancelable: true }));
  }
}

if (!customElements.get("troupe-scene")) customElements.define("troupe-scene", TroupeScene);
