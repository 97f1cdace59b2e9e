// @ts-check
/** What is seen of a show: the cast on one canvas, or their portraits where that fails. */

import { heldPose } from "../stage/calm.js";
import { idleFace } from "../stage/idle.js";
import { faceTrack, opening, restingFace } from "../stage/motion.js";
import { loadRig } from "../stage/rig.js";
import { Scene } from "../stage/scene.js";
import { Screen } from "../stage/screen.js";
import { Joint, Light } from "./smooth.js";

/** @import { Face, Part, Stage } from "../stage/performance.js" */
/** @import { Loaded } from "../stage/rig.js" */
/** @import { Line } from "./lines.js" */

/** @typedef {{name: string, rig: string, portrait: string}} Actor */

/** A pose without news is over this long after its last key; then the face idles. */
const POSE_LASTS = 3;
/** The light stays on who spoke last for this long. */
const LINGERS = 1.5;

/**
 * @typedef {object} Instant
 * @property {number} now seconds of any clock that never jumps
 * @property {number} clock the stream's
 * @property {{line: Line, began: number} | null} playing
 * @property {number} position seconds into its line
 * @property {boolean} calm less motion, please
 * @property {boolean} spotlight
 */

export class Picture {
  /** What the speaker's lips do in the picture, 0 to 1. */
  opening = 0;
  /** @type {Screen | null} */ #screen = null;
  /** @type {Scene | null} */ #scene = null;
  /** @type {{seat: string, loaded: Loaded}[]} */ #loaded = [];
  /** @type {Map<string, HTMLImageElement>} */ #portraits = new Map();
  /** @type {Map<string, Joint>} */ #joints = new Map();
  /** @type {Map<string, Light>} */ #lights = new Map();
  /** @type {Map<string, {at: number, part: Part, track: {at: (t: number) => Face}}>} */
  #poses = new Map();
  /** @type {WeakMap<Part, {at: (t: number) => Face}>} */ #tracks = new WeakMap();
  /** @type {WeakMap<Stage, Stage>} */ #stages = new WeakMap();
  /** @type {Instant["playing"]} */ #last = null;
  #spokeAt = -Infinity;
  #drawnAt = 0;
  #loading = new AbortController();

  /**
   * @param {HTMLElement} host
   * @param {Record<string, Actor>} cast by seat
   * @param {(drawn: "webgl" | "plain") => void} changed
   */
  constructor(host, cast, changed) {
    this.host = host;
    this.cast = cast;
    this.changed = changed;
    /** @type {Stage} the stream's own, for lines that say nothing of theirs */
    this.stage = { background: "", shape: "", places: {}, camera: [] };
    for (const seat of Object.keys(cast)) {
      this.#joints.set(seat, new Joint());
      this.#lights.set(seat, new Light());
    }
  }

  /** Portraits at once, and the living picture when everything is there. */
  async load() {
    this.#hang();
    const { signal } = this.#loading;
    const entries = Object.entries(this.cast);
    const [background, ...loaded] = await Promise.all([
      this.#background(),
      ...entries.map(([, actor]) => loadRig(actor.rig, signal).catch(() => stillOf(actor, signal))),
    ]);
    if (signal.aborted) return;
    this.background = background;
    this.#loaded = entries.map(([seat], i) => ({ seat, loaded: loaded[i] }));
    const names = entries.map(([, actor]) => actor.name).join(" and ");
    this.#screen = Screen.make(this.host, { after: this.host.querySelector(":scope > .show__cast"), label: `${names} on stage` }, {
      lost: () => this.#show(false),
      restored: () => this.#build(),
    });
    this.#build();
  }

  /** Whether there is anything to draw on. */
  get alive() {
    return this.#scene !== null && !this.#screen?.lost;
  }

  /** Whether the canvas is empty now because its size changed. */
  fit() {
    return this.#screen?.fit() ?? false;
  }

  /**
   * What a seat does between lines.
   * @param {{at: number, part: Part}} event
   */
  pose({ at, part }) {
    this.#poses.set(part.seat, { at, part, track: faceTrack(part) });
  }

  /** @param {Instant} instant */
  draw(instant) {
    const { playing, clock, position, calm, now } = instant;
    const shown = playing ?? this.#last;
    if (playing) this.#spokeAt = now;
    this.#last = shown;
    const lights = this.#lit(instant);
    /** @type {Record<string, Face>} */
    const faces = {};
    for (const seat of Object.keys(this.cast)) faces[seat] = this.#face(seat, instant);
    this.opening = playing ? opening(faces[playing.line.seat] ?? restingFace()) : 0;
    this.#drawnAt = now;
    if (!this.#scene || !this.alive) return false;
    this.#scene.set(this.#stageOf(shown?.line ?? null));
    const time = playing ? position : shown ? clock - shown.began : 0;
    this.#scene.draw({ faces, time, lights, cuts: calm });
    return true;
  }

  close() {
    this.#loading.abort();
    this.#scene?.free();
    this.#screen?.close();
    this.#scene = this.#screen = null;
    this.host.querySelector(":scope > .show__cast")?.remove();
  }

  #build() {
    const screen = this.#screen;
    this.#scene = null;
    if (!screen || screen.lost) return this.#show(false);
    screen.fit();
    try {
      this.#scene = new Scene(screen, this.#loaded, this.background ?? null);
    } catch (error) {
      console.warn("troupe-show:", error);
    }
    this.#show(this.#scene !== null);
  }

  /** @param {boolean} drawn */
  #show(drawn) {
    if (this.#screen) this.#screen.canvas.hidden = !drawn;
    const portraits = /** @type {HTMLElement | null} */ (this.host.querySelector(":scope > .show__cast"));
    if (portraits) portraits.hidden = drawn;
    this.changed(drawn ? "webgl" : "plain");
  }

  /** Hang up the portraits. */
  #hang() {
    const row = document.createElement("div");
    row.className = "show__cast";
    for (const [seat, { name, portrait }] of Object.entries(this.cast)) {
      const image = document.createElement("img");
      image.src = portrait;
      image.alt = name;
      this.#portraits.set(seat, image);
      row.append(image);
    }
    const behind = this.host.querySelector(":scope > .stage__bg");
    if (behind) behind.after(row);
    else this.host.prepend(row);
  }

  /** @returns {Promise<HTMLImageElement | null>} */
  async #background() {
    const image = /** @type {HTMLImageElement | null} */ (this.host.querySelector(":scope > .stage__bg"));
    if (!image?.getAttribute("src")) return null;
    try {
      await image.decode();
      return image;
    } catch {
      return null;
    }
  }

  /**
   * Who is lit: who speaks, or everybody. Told to the portraits too.
   * @param {Instant} instant
   */
  #lit({ playing, now, calm, spotlight }) {
    const lingers = now - this.#spokeAt < LINGERS ? this.#last : null;
    const on = spotlight ? (playing ?? lingers)?.line.seat : undefined;
    /** @type {Record<string, number>} */
    const lights = {};
    for (const [seat, light] of this.#lights) {
      const goal = on === undefined || on === seat ? 1 : 0;
      lights[seat] = light.follow(goal, calm ? Infinity : now - this.#drawnAt);
      this.#portraits.get(seat)?.toggleAttribute("data-listening", goal === 0);
    }
    return lights;
  }

  /**
   * @param {string} seat
   * @param {Instant} instant
   * @returns {Face}
   */
  #face(seat, { now, clock, playing, position, calm }) {
    const joint = /** @type {Joint} */ (this.#joints.get(seat));
    const seed = [...this.#joints.keys()].indexOf(seat) * 1.7;
    const life = calm ? null : idleFace(now, seed);
    const part = playing?.line.part(seat);
    if (playing && part) {
      const face = lively(part, this.#track(part).at(position), life);
      return held(joint.follow(face, playing.line, now), part, position, calm);
    }
    const pose = this.#poses.get(seat);
    const t = pose ? clock - pose.at : 0;
    if (pose && t < (pose.part.poses.at(-1)?.at ?? 0) + POSE_LASTS) {
      const face = lively(pose.part, pose.track.at(t), life);
      return held(joint.follow(face, pose, now), pose.part, t, calm);
    }
    return held(joint.follow({ ...restingFace(), ...life }, "idle", now), null, now, calm);
  }

  /** @param {Line | null} line @returns {Stage} */
  #stageOf(line) {
    if (!line) return this.stage;
    const { stage } = line.performance;
    if (Object.keys(stage.places).length) return stage;
    let own = this.#stages.get(stage);
    if (!own) {
      own = { ...this.stage, camera: stage.camera };
      this.#stages.set(stage, own);
    }
    return own;
  }

  /** @param {Part} part */
  #track(part) {
    const known = this.#tracks.get(part);
    if (known) return known;
    const track = faceTrack(part);
    this.#tracks.set(part, track);
    return track;
  }
}

/**
 * Who is given no movement of their own breathes and blinks all the same.
 * @param {Part} part
 * @param {Face} face
 * @param {Partial<Face> | null} life
 * @returns {Face}
 */
function lively(part, face, life) {
  if (!life) return face;
  const { lid_left = 0, lid_right = 0, ...pose } = life;
  const lids = part.blinks.length
    ? {}
    : { lid_left: Math.max(face.lid_left, lid_left), lid_right: Math.max(face.lid_right, lid_right) };
  return { ...face, ...(part.poses.length ? {} : pose), ...lids };
}

/**
 * With less motion a pose is there at once, also where one line joins another.
 * @param {Face} face
 * @param {Part | null} part
 * @param {number} t
 * @param {boolean} calm
 * @returns {Face}
 */
function held(face, part, t, calm) {
  return calm ? { ...face, ...heldPose(part, t) } : face;
}

/**
 * An actor whose rig does not load: the portrait, which does not move.
 * @param {Actor} actor
 * @param {AbortSignal} signal
 * @returns {Promise<Loaded>}
 */
async function stillOf({ portrait }, signal) {
  const blob = await (await fetch(portrait, { signal })).blob();
  const { width, height } = await createImageBitmap(blob);
  const rig = {
    format: "rig", version: 1, style: "photo", portrait, width, height, anchors: null,
    mouth_drawn: false, grids: "", matte: "", layers: [], palette: {}, urls: { [portrait]: portrait },
  };
  return loadRig(rig, signal);
}
