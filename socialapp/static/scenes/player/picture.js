// @ts-check
/** What is seen of a scene: place and cast on one canvas, or pictures where that fails. */

import { loadRig } from "../../stage/rig.js";
import { Screen } from "../../stage/screen.js";
import { Actor, lipsOf } from "./faces.js";
import { Troop } from "./troop.js";

/** @import { Face } from "../../stage/performance.js" */
/** @import { Loaded } from "../../stage/rig.js" */
/** @typedef {import("./faces.js").Speaking} Speaking */
/** @typedef {{name: string, rig: string | null, portrait: string | null}} Part of the cast */

/** Seconds in which a place goes dark, and comes back. */
const FADE = 0.24;
/** A place that is not here after so long comes later. Seconds. */
const PATIENCE = 1.5;
/** The light stays on who spoke last for this long. */
const LINGERS = 1.2;

/**
 * @typedef {object} Instant
 * @property {number} now seconds of any clock that never jumps
 * @property {Speaking | null} speaking
 * @property {boolean} calm less motion, please
 */

export class Picture {
  /** What the speaker's lips do in the picture, 0 to 1. */
  opening = 0;
  /** @type {Screen | null} */ #screen = null;
  /** @type {Troop | null} */ #troop = null;
  /** @type {Map<string, Actor>} */ #actors = new Map();
  /** @type {Map<string, Loaded>} */ #loaded = new Map();
  /** @type {Map<string, HTMLImageElement>} */ #portraits = new Map();
  /** @type {Map<string, Promise<HTMLImageElement | null>>} by address */ #places = new Map();
  /** @type {string[]} */ #seats = [];
  /** @type {HTMLImageElement | null} */ #hung = null;
  #place = "";
  #turn = 0;
  #spoke = { role: "", at: -Infinity };
  #drawnAt = 0;
  #loading = new AbortController();

  /**
   * @param {HTMLElement} host
   * @param {Record<string, Part>} cast by role
   * @param {(drawn: "webgl" | "plain") => void} changed
   */
  constructor(host, cast, changed) {
    this.host = host;
    this.cast = cast;
    this.changed = changed;
    Object.keys(cast).forEach((role, i) => this.#actors.set(role, new Actor(i)));
    this.#hang();
  }

  /**
   * Portraits are there; everybody else comes as they are loaded, the first first.
   * @param {string[]} first
   */
  async load(first) {
    const names = Object.values(this.cast).map((one) => one.name).join(", ");
    this.#screen = Screen.make(this.host, { label: `On stage: ${names}` }, {
      lost: () => this.#show(false),
      restored: () => this.#build(),
    });
    if (!this.#screen) return this.#show(false);
    const roles = Object.keys(this.cast);
    const early = roles.filter((role) => first.includes(role));
    await Promise.all(early.map((role) => this.#fetch(role)));
    if (this.#loading.signal.aborted) return;
    this.#build();
    for (const role of roles) {
      if (!this.#loaded.has(role)) await this.#fetch(role);
      if (this.#loading.signal.aborted) return;
    }
  }

  /** Whether somebody can be seen at all. @param {string} role */
  visible(role) {
    const part = this.cast[role];
    return Boolean(part?.rig || part?.portrait);
  }

  get alive() {
    return this.#troop !== null && !this.#screen?.lost;
  }

  /** Whether the canvas is empty now because its size changed. */
  fit() {
    return this.#screen?.fit() ?? false;
  }

  /** @param {string} role @param {string} mood @param {number} weight */
  feel(role, mood, weight = 1) {
    const actor = this.#actors.get(role);
    if (actor) [actor.mood, actor.weight] = [mood, weight];
  }

  /** @param {string[]} seats @param {boolean} cut */
  seat(seats, cut) {
    this.#seats = seats;
    this.#troop?.seat(seats, cut);
    for (const [role, image] of this.#portraits) image.hidden = !seats.includes(role);
  }

  /** @param {string} on a role, or "all" @param {number} zoom @param {number} seconds @param {number} now */
  aim(on, zoom, seconds, now) {
    this.#troop?.aim({ on, zoom }, seconds, now);
  }

  /** Whether anybody walks, or the camera moves. @param {number} now */
  moving(now) {
    return this.#troop?.moving(now) ?? false;
  }

  /** Have a place ready. @param {string | null} url */
  prepare(url) {
    if (!url) return Promise.resolve(null);
    let place = this.#places.get(url);
    if (!place) {
      place = pictureAt(url);
      this.#places.set(url, place);
    }
    return place;
  }

  /**
   * To another place: dark, then there. `arrived` is called in the dark.
   * @param {string | null} url null: before the curtain
   * @param {boolean} cut
   * @param {() => void} arrived
   */
  async go(url, cut, arrived) {
    if ((url ?? "") === this.#place && this.#turn) return arrived();
    this.#place = url ?? "";
    const turn = ++this.#turn;
    const came = this.prepare(url);
    if (!cut) {
      this.host.dataset.dark = "";
      await seconds(FADE);
    }
    const picture = await Promise.race([came, seconds(PATIENCE)]);
    if (turn !== this.#turn) return;
    this.#behind(picture ?? null);
    arrived();
    delete this.host.dataset.dark;
    if (picture) return;
    const late = await came;
    if (late && turn === this.#turn) this.#behind(late);
  }

  /** @param {Instant} instant */
  draw({ now, speaking, calm }) {
    if (speaking && this.#seats.includes(speaking.role)) this.#spoke = { role: speaking.role, at: now };
    const on = speaking ? speaking.role : now - this.#spoke.at < LINGERS ? this.#spoke.role : "";
    const lit = this.#seats.includes(on) ? on : "";
    /** @type {Record<string, number>} */
    const lights = {};
    /** @type {Record<string, Face>} */
    const faces = {};
    for (const [role, actor] of this.#actors) {
      const goal = !lit || lit === role ? 1 : 0;
      lights[role] = actor.light.follow(goal, calm ? Infinity : now - this.#drawnAt);
      this.#portraits.get(role)?.toggleAttribute("data-listening", goal === 0);
    }
    const drawn = this.#troop?.drawn ?? [];
    for (const role of new Set([...this.#seats, ...drawn])) {
      const actor = this.#actors.get(role);
      if (actor) faces[role] = actor.face({ now, calm, speaking, role, side: this.#side(role, speaking) });
    }
    this.opening = speaking && faces[speaking.role] ? lipsOf(faces[speaking.role]) : 0;
    this.#drawnAt = now;
    if (!this.alive || !this.#troop) return false;
    this.#troop.draw({ now, faces, lights, calm });
    return true;
  }

  close() {
    this.#loading.abort();
    this.#turn += 1;
    this.#troop?.free();
    this.#screen?.close();
    this.#troop = this.#screen = null;
    this.host.replaceChildren();
  }

  /** Where who speaks stands, seen from this role. @param {string} role @param {Speaking | null} speaking */
  #side(role, speaking) {
    if (!speaking || speaking.role === role) return 0;
    const [here, there] = [this.#troop?.across(role), this.#troop?.across(speaking.role)];
    if (here === null || there === null || here === undefined || there === undefined) return 0;
    return Math.sign(there - here);
  }

  #build() {
    const screen = this.#screen;
    this.#troop = null;
    if (!screen || screen.lost) return this.#show(false);
    screen.fit();
    try {
      this.#troop = new Troop(screen);
      for (const [role, loaded] of this.#loaded) this.#troop.hire(role, loaded);
      this.#troop.hang(this.#hung);
      this.#troop.seat(this.#seats, true);
    } catch (error) {
      console.warn("troupe-scene:", error);
      this.#troop = null;
    }
    this.#show(this.#troop !== null);
  }

  /** @param {string} role */
  async #fetch(role) {
    const { signal } = this.#loading;
    const { rig, portrait } = this.cast[role];
    /** @type {Loaded | null} */
    let loaded = null;
    for (const source of [rig, portrait && (() => stillOf(portrait, signal))]) {
      if (!source || loaded) continue;
      try {
        loaded = typeof source === "function" ? await source() : await loadRig(source, signal);
      } catch (error) {
        if (!signal.aborted) console.info(`troupe-scene: ${role}:`, error);
      }
    }
    if (!loaded || signal.aborted) return;
    this.#loaded.set(role, loaded);
    if (!this.#troop) return;
    this.#troop.hire(role, loaded);
    this.#troop.seat(this.#seats, false);
  }

  /** @param {HTMLImageElement | null} picture */
  #behind(picture) {
    this.#hung = picture;
    this.#troop?.hang(picture);
    const plain = /** @type {HTMLImageElement} */ (this.host.querySelector(":scope > .stage__bg"));
    plain.hidden = !picture;
    if (picture) plain.src = picture.src;
  }

  /** @param {boolean} drawn */
  #show(drawn) {
    if (this.#screen) this.#screen.canvas.hidden = !drawn;
    const row = /** @type {HTMLElement} */ (this.host.querySelector(":scope > .show__cast"));
    row.hidden = drawn;
    this.changed(drawn ? "webgl" : "plain");
  }

  /** Hang up the portraits. */
  #hang() {
    const behind = document.createElement("img");
    behind.className = "stage__bg";
    behind.alt = "";
    behind.hidden = true;
    const row = document.createElement("div");
    row.className = "show__cast";
    for (const [role, { name, portrait }] of Object.entries(this.cast)) {
      if (!portrait) continue;
      const image = document.createElement("img");
      image.src = portrait;
      image.alt = name;
      image.hidden = true;
      this.#portraits.set(role, image);
      row.append(image);
    }
    this.host.replaceChildren(behind, row);
  }
}

/** @param {number} count */
const seconds = (count) => /** @type {Promise<null>} */ (
  new Promise((done) => setTimeout(() => done(null), 1000 * count))
);

/** @param {string} url @returns {Promise<HTMLImageElement | null>} */
async function pictureAt(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  }
}

/**
 * An actor whose rig does not load: the portrait, which does not move.
 * @param {string} portrait
 * @param {AbortSignal} signal
 */
async function stillOf(portrait, signal) {
  const blob = await (await fetch(portrait, { signal })).blob();
  const { width, height } = await createImageBitmap(blob);
  return loadRig({
    format: "rig", version: 1, style: "photo", portrait, width, height, anchors: null,
    mouth_drawn: false, grids: "", matte: "", layers: [], palette: {}, urls: { [portrait]: portrait },
  }, signal);
}
