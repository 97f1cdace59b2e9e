// @ts-check
/** Tells a run on a stage: who stands where, what is said and heard, step by step. */

import { reading } from "../../streams/house-clock.js";
import { Sound } from "../../streams/sound.js";
import { wantsCalm } from "../../stage/calm.js";
import { readPerformance } from "../../stage/performance.js";
import { Effects } from "./effects.js";
import { Improv } from "./improv.js";
import { OnStage, neededBy } from "./on-stage.js";
import { Picture } from "./picture.js";
import { Reader } from "./readers.js";
import { DEFAULTS } from "./settings.js";
import { Spoken } from "./spoken.js";
import { linesIn, words } from "./steps.js";
import { Teller } from "./teller.js";
import { Voices } from "./voices.js";
import { PAGE } from "./words.js";

/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./steps.js").Step} Step */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./faces.js").Speaking} Speaking */
/**
 * @typedef {object} Means
 * @property {import("./voices.js").Ask | null} [takes] null: text with living faces
 * @property {((step: Step, said: string) => Promise<import("./talk.js").Answer | null>) | null} [improv]
 * @property {(kind: "background" | "sound", name: string) => string | null} [assets]
 * @property {import("./read-marks.js").ReadMarks | null} [marks] what was read before
 */
/** @typedef {{rests: () => void, speaks: (place: string) => void, done: () => void}} Told */

/** Wider than this, a caption has room for more. Pixels. */
const WIDE = 700;

export class Performer {
  #sound = new Sound();
  #effects = new Effects();
  #reader = Reader.possible ? new Reader(reading) : null;
  /** @type {Spoken | null} */ #spoken = null;
  /** @type {Step | null} what is said */ #step = null;
  #place = "";
  #asked = false;
  /** @type {Settings} */ #settings = { ...DEFAULTS };

  /**
   * @param {Run} run
   * @param {View} view
   * @param {Means} means
   * @param {Told} told
   */
  constructor(run, view, means, told) {
    this.run = run;
    this.view = view;
    this.means = means;
    this.told = told;
    this.voices = new Voices(means.takes ?? null, async (url) => this.#sound.decode(await bytesAt(url)));
    this.teller = new Teller({
      say: (step) => this.#say(step),
      show: (step, quick) => this.#show(step, quick),
      rests: () => told.rests(),
      done: () => this.#done(),
    }, reading);
  }

  /** @param {(drawn: "webgl" | "plain") => void} drawn */
  async open(drawn) {
    const { run } = this;
    this.picture = new Picture(this.view.picture, run.parts, drawn);
    this.onStage = new OnStage([...run.machine.program.roles.keys()], (role) => this.picture?.visible(role) ?? false);
    const first = run.steps.flatMap(neededBy);
    // Words and portraits need not wait for rigs.
    void this.picture.load(first).catch((error) => console.warn("troupe-scene:", error));
    this.#prepare();
  }

  /** The place and the cast, before anything is told. */
  rehearse() {
    this.onStage?.need(this.#needed(this.run.steps));
    this.#seat(true);
    this.#go(this.run.background, true);
    this.#ask();
  }

  /** @param {boolean} quiet it was told before: the last words stand there */
  tell(quiet) {
    const { run, teller } = this;
    const { steps } = run;
    this.#effects.leave((state) => run.active(state));
    this.#ask();
    this.#prepare();
    const here = steps.find((step) => step.background)?.background ?? run.background;
    if (here !== this.#place) this.onStage?.leave();
    this.onStage?.need(this.#needed(steps.filter((step) => step.background === here)));
    if (quiet && !this.onStage?.seats.length) this.onStage?.need(this.#before());
    this.#go(here, quiet || wantsCalm());
    if (!steps.some(words)) this.#finish();
    teller.tell(steps, {
      auto: this.#settings.auto,
      skips: quiet ? () => true : (step) => this.#skips(step),
      holdsLast: !quiet && run.status === "ended",
    });
  }

  /** @param {Settings} settings */
  set settings(settings) {
    const before = this.#settings;
    this.#settings = settings;
    this.#sound.muted = !settings.voice;
    this.#effects.muted = !settings.sounds;
    this.teller.manner.auto = settings.auto;
    if (before.aloud && !settings.aloud) this.#reader?.stop();
  }

  get busy() {
    return this.teller.busy;
  }

  get resting() {
    return this.teller.resting;
  }

  get alive() {
    return this.picture?.alive ?? false;
  }

  /** What the speaker's lips do, 0 to 1. */
  get opening() {
    return this.picture?.opening ?? 0;
  }

  unlock() {
    void this.#sound.unlock().catch(() => {});
    this.#effects.unlock();
  }

  next() {
    this.teller.next();
  }

  /** @param {boolean} still */
  hold(still) {
    this.teller.hold(still);
    this.#effects.hold(still);
  }

  tick() {
    this.teller.tick();
    this.#caption();
  }

  fit() {
    return this.picture?.fit() ?? false;
  }

  /** Whether more is to be seen than idling. @param {number} now */
  lively(now) {
    return (this.#speaking() !== null && this.teller.busy) || (this.picture?.moving(now) ?? false);
  }

  /** @param {number} now @param {boolean} calm */
  draw(now, calm) {
    return this.picture?.draw({ now, speaking: this.#speaking(), calm }) ?? false;
  }

  close() {
    this.teller.stop();
    this.voices.close();
    this.#reader?.stop();
    this.#sound.close();
    this.#effects.close();
    this.picture?.close();
  }

  // Steps -----------------------------------------------------------------------

  /** @param {Step} step @returns {import("./teller.js").Saying} */
  #say(step) {
    this.#stand(step, false);
    this.means.marks?.add(step);
    this.told.speaks(`${step.state}:${step.beat}`);
    const { improv } = this.means;
    if (step.kind !== "improv" || !improv) return this.#speak(step, step.text);
    return new Improv(step, this.#nameOf(step.role), {
      box: this.view.talk,
      ask: async (said) => this.#taken(await improv(step, said)),
      speak: ({ text, emotion, take = null }) => this.#speak({ ...step, emotion }, text, { take }),
      fallback: () => this.#speak(step, step.text),
    });
  }

  /** An answer with what it sounds like. @param {import("./talk.js").Answer | null} answer */
  async #taken(answer) {
    if (!answer?.performance || !this.#settings.voice) return answer;
    const bytes = answer.sound ? Uint8Array.from(atob(answer.sound), (c) => c.charCodeAt(0)) : null;
    const sound = bytes ? await this.#sound.decode(bytes) : null;
    return { ...answer, take: { performance: readPerformance(answer.performance), sound } };
  }

  /**
   * @param {Step} step
   * @param {string} text
   * @param {{told?: boolean, take?: import("./voices.js").Take | null}} [how] told: it was
   *   said before; take: instead of the line's own, null: none
   */
  #speak(step, text, { told = false, take } = {}) {
    const { role } = step;
    this.#step = step;
    if (role) this.picture?.feel(role, step.emotion);
    const voiced = step.kind !== "narration" && this.#settings.voice;
    const spoken = new Spoken({
      text,
      told,
      language: this.run.language,
      most: this.view.host.clientWidth > WIDE ? PAGE.wide : PAGE.narrow,
      reading,
      take: () => (take !== undefined || !voiced ? (take ?? null) : this.voices.get(step)),
      near: () => take === undefined && voiced && this.voices.near(step),
      sound: this.#sound,
      reader: this.#settings.aloud ? this.#reader : null,
    });
    this.#spoken = spoken;
    const who = role ? `${this.#nameOf(role)}: ` : "";
    if (!this.#settings.aloud) this.view.announce(who + text);
    this.#caption();
    return spoken;
  }

  /** @param {Step} step @param {boolean} quick */
  #show(step, quick) {
    this.#stand(step, quick);
    const { written, role, kind } = step;
    if (kind === "emotion") this.picture?.feel(role, step.emotion, written.weight ?? 1);
    else if (kind === "camera") {
      this.picture?.aim(written.on, written.zoom ?? 1, quick ? 0 : (written.ease ?? 0), reading());
    } else if (kind === "sound") this.#hear(step, quick);
    else if (words(step)) {
      if (role) this.picture?.feel(role, step.emotion);
      this.means.marks?.add(step);
      this.told.speaks(`${step.state}:${step.beat}`);
      this.#spoken = null;
      this.#step = step;
    }
  }

  /** @param {Step} step @param {boolean} quick */
  #hear({ written, state }, quick) {
    const { sound, volume = 1, loop = false } = written;
    const url = this.means.assets?.("sound", sound);
    // Once is over by now; what goes on is still there.
    if (url && (loop || !quick)) void this.#effects.begin(url, volume, loop, state);
  }

  /** The stage as a step needs it. @param {Step} step @param {boolean} quick */
  #stand(step, quick) {
    if (step.background !== this.#place) {
      this.onStage?.leave();
      this.onStage?.need(this.#needed(this.run.steps.filter((one) => one.background === step.background)));
      this.#go(step.background, quick || wantsCalm());
    }
    this.onStage?.need(neededBy(step));
    if (!this.#going) this.#seat(quick);
  }

  #going = false;

  /** @param {string} background a name; "": the curtain @param {boolean} cut */
  #go(background, cut) {
    if (background === this.#place && this.#asked) return this.#seat(cut);
    this.#place = background;
    this.#asked = true;
    this.#going = true;
    const url = background ? (this.means.assets?.("background", background) ?? null) : null;
    void this.picture?.go(url, cut, () => {
      this.#going = false;
      this.picture?.aim("all", 1, 0, reading());
      this.#seat(true);
    });
  }

  /** @param {boolean} cut */
  #seat(cut) {
    this.picture?.seat(this.onStage?.seats ?? [], cut || wantsCalm());
  }

  /** @param {Step[]} steps */
  #needed(steps) {
    return [...new Set(steps.flatMap(neededBy))];
  }

  /** Who spoke last, when nobody does now. */
  #before() {
    const last = this.run.journal().reverse().find((entry) => entry.kind === "line");
    return last ? [last.role] : [];
  }

  /** @param {Step} step */
  #skips(step) {
    return this.#settings.skip && step.kind !== "improv" && (this.means.marks?.has(step) ?? false);
  }

  #done() {
    this.means.marks?.keep();
    const step = this.#step;
    if (step && !this.#spoken) this.#stands(step);
    this.told.done();
  }

  /** Words that stand there, told before. @param {Step} step */
  #stands(step) {
    this.#speak(step, step.text, { told: true });
  }

  /** Nothing is said here: no old words stay. */
  #finish() {
    this.#spoken = this.#step = null;
    this.view.caption.hide();
  }

  // Words and voices ------------------------------------------------------------

  /** @returns {Speaking | null} */
  #speaking() {
    const [step, spoken] = [this.#step, this.#spoken];
    if (!step?.role || !spoken || !this.teller.busy || spoken.over()) return null;
    return {
      role: step.role,
      emotion: step.emotion,
      part: spoken.take?.performance.parts[0] ?? null,
      words: spoken.words,
      listeners: step.listeners,
      position: spoken.position,
    };
  }

  #caption() {
    const [step, spoken] = [this.#step, this.#spoken];
    if (!step || !spoken) return;
    const { caption } = this.view;
    caption.next.hidden = !this.teller.busy;
    caption.row.toggleAttribute("data-rests", this.teller.resting && !this.#settings.auto);
    if (!this.#settings.captions && spoken.heard) return caption.hide();
    const { words: shown, lit, page } = spoken.shown();
    caption.show({
      who: step.role ? this.#nameOf(step.role) : "",
      kind: step.role ? "line" : "narration",
      side: String([...this.run.machine.program.roles.keys()].indexOf(step.role) % 3),
      words: shown,
      lit,
      key: `${this.run.count} ${step.state} ${step.beat} ${page} ${spoken.take ? "take" : ""} ${spoken.how.text.length}`,
    });
  }

  /** @param {string} role */
  #nameOf(role) {
    return this.run.parts[role]?.name ?? this.run.words(this.run.machine.program.roles.get(role)?.label ?? role);
  }

  #ask() {
    if (this.#settings.voice) this.voices.want(linesIn(this.run.steps), this.run.ahead);
  }

  /** Places and sounds of what is told now. */
  #prepare() {
    const { assets } = this.means;
    const { steps } = this.run;
    for (const name of new Set([this.run.background, ...steps.map((step) => step.background)])) {
      if (name) void this.picture?.prepare(assets?.("background", name) ?? null);
    }
    for (const { kind, written } of steps) {
      const url = kind === "sound" ? assets?.("sound", written.sound) : null;
      if (url) void this.#effects.prepare(url);
    }
  }
}

/** @param {string} url */
async function bytesAt(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return new Uint8Array(await response.arrayBuffer());
}
