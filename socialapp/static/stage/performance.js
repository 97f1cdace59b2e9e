// @ts-check
/**
 * The browser's twin of socialapp/performance: reads a stored performance. What a
 * face does in it is in motion.js, mouth.js and curves.js: same names, same arithmetic,
 * same numbers as the Python files; tests/performances holds both to 1e-6.
 */

import { countUntil, smooth } from "./curves.js";

/** @typedef {{at: number, until: number, name: string, word: number}} Phone */
/** @typedef {{at: number, until: number, name: string, weight: number}} Viseme */
/** @typedef {{at: number, mood: string, weight: number}} Expression */
/** @typedef {{at: number, yaw: number, pitch: number, roll: number, x: number, y: number}} Pose */
/** @typedef {{at: number, x: number, y: number}} Glance */
/** @typedef {{at: number, until: number}} Blink */
/** @typedef {{at: number, until: number, text: string}} Caption */
/**
 * @typedef {object} Part
 * @property {string} seat
 * @property {{ref: string, rate: number} | null} sound
 * @property {Phone[]} phones
 * @property {Viseme[]} visemes
 * @property {Expression[]} expressions
 * @property {Pose[]} poses
 * @property {Glance[]} glances
 * @property {Blink[]} blinks
 * @property {Caption[]} captions
 */
/** @typedef {{x: number, y: number, scale: number, facing: number}} Place */
/** @typedef {{at: number, on: string, zoom: number, ease: number, x?: number}} CameraKey */
/** @typedef {{seats: string[], background: string, places: Record<string, Place>, camera: CameraKey[]}} Panel */
/**
 * `panels`: of a frame that is split, as films are and live stages are not.
 * @typedef {{background: string, shape: string, places: Record<string, Place>, camera: CameraKey[], panels?: Panel[]}} Stage
 */
/**
 * @typedef {object} Performance
 * @property {number} seconds
 * @property {Part[]} parts
 * @property {Stage} stage
 * @property {{voice: string, director: string, seed: number}} made_by
 * @property {import("./bed.js").Bed} [bed] music under it
 */
/**
 * What one face does at one instant; fields and ranges as in socialapp/performance/face.py.
 * @typedef {object} Face
 * @property {number} jaw_open
 * @property {number} mouth_wide
 * @property {number} mouth_round
 * @property {number} mouth_press
 * @property {number} lip_bite
 * @property {number} tongue
 * @property {number} smile
 * @property {number} brow_raise
 * @property {number} brow_knit
 * @property {number} cheek
 * @property {number} nose_wrinkle
 * @property {number} lid_left
 * @property {number} lid_right
 * @property {number} gaze_x
 * @property {number} gaze_y
 * @property {number} yaw
 * @property {number} pitch
 * @property {number} roll
 * @property {number} x
 * @property {number} y
 * @property {string} mouth
 * @property {string} mouth_from
 * @property {number} mouth_mix
 */

export const VERSION = 1;

/** What a stored performance may hold: a default, or REQUIRED. */
const REQUIRED = Symbol("required");
const SPAN = { at: REQUIRED, until: REQUIRED };
const SHAPES = {
  performance: { seconds: REQUIRED, parts: REQUIRED, stage: {}, made_by: {}, bed: null },
  bed: { name: REQUIRED, levels: REQUIRED, start: 0 },
  level: { at: REQUIRED, gain: REQUIRED },
  part: {
    seat: REQUIRED, sound: null, phones: [], visemes: [], expressions: [], poses: [],
    glances: [], blinks: [], captions: [],
  },
  sound: { ref: REQUIRED, rate: REQUIRED },
  phones: { ...SPAN, name: REQUIRED, word: -1 },
  visemes: { ...SPAN, name: REQUIRED, weight: 1 },
  expressions: { at: REQUIRED, mood: REQUIRED, weight: 1 },
  poses: { at: REQUIRED, yaw: 0, pitch: 0, roll: 0, x: 0, y: 0 },
  glances: { at: REQUIRED, x: 0, y: 0 },
  blinks: SPAN,
  captions: { ...SPAN, text: REQUIRED },
  stage: { background: "", shape: "9:16", places: {}, camera: [], panels: [] },
  panel: { seats: REQUIRED, background: "", places: {}, camera: [] },
  place: { x: 0.5, y: 0.5, scale: 1, facing: 1 },
  camera: { at: REQUIRED, on: "all", zoom: 1, ease: 0, x: 0 },
  made_by: { voice: "", director: "", seed: 0 },
};
/** @type {(keyof Part & keyof typeof SHAPES)[]} */
const TRACKS = ["phones", "visemes", "expressions", "poses", "glances", "blinks", "captions"];

/**
 * A performance from its JSON. Throws on another version, an unknown key or a missing one.
 * @param {any} data
 * @returns {Performance}
 */
export function readPerformance(data) {
  if (data?.format !== "performance" || data.version !== VERSION) {
    throw new TypeError(`Not a performance of version ${VERSION}`);
  }
  const { format: _format, version: _version, ...body } = data;
  const whole = fill("performance", body);
  whole.parts = whole.parts.map((/** @type {any} */ raw) => {
    const part = fill("part", raw);
    if (part.sound) part.sound = fill("sound", part.sound);
    for (const track of TRACKS) {
      part[track] = part[track].map((/** @type {any} */ item) => fill(track, item));
    }
    return part;
  });
  const { panels, ...stage } = staged("stage", whole.stage);
  // As it is stored: a frame that is whole does not speak of panels.
  whole.stage = panels.length
    ? { ...stage, panels: panels.map((/** @type {any} */ one) => staged("panel", one)) }
    : stage;
  whole.made_by = fill("made_by", whole.made_by);
  // As it is stored: one without music does not speak of it.
  if (whole.bed === null) delete whole.bed;
  else {
    whole.bed = fill("bed", whole.bed);
    whole.bed.levels = whole.bed.levels.map((/** @type {any} */ one) => fill("level", one));
  }
  return whole;
}

/**
 * A stage, or a panel of one: who stands where, and what the camera does.
 * @param {"stage" | "panel"} kind
 * @param {any} data
 */
function staged(kind, data) {
  const stage = fill(kind, data);
  /** @type {[string, any][]} */
  const places = Object.entries(stage.places);
  return {
    ...stage,
    camera: stage.camera.map((/** @type {any} */ key) => {
      const { x, ...rest } = fill("camera", key);
      // As it is stored: a key in the middle does not speak of it.
      return x ? { ...rest, x } : rest;
    }),
    places: Object.fromEntries(places.map(([seat, place]) => [seat, fill("place", place)])),
  };
}

/**
 * @param {keyof typeof SHAPES} kind
 * @param {any} data
 * @returns {any}
 */
function fill(kind, data) {
  /** @type {Record<string, any>} */
  const shape = SHAPES[kind];
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new TypeError(`${kind}: an object is needed`);
  }
  const odd = Object.keys(data).filter((key) => !(key in shape));
  if (odd.length) throw new TypeError(`${kind}: unknown ${odd.join(", ")}`);
  /** @type {Record<string, any>} */
  const out = {};
  for (const [key, standard] of Object.entries(shape)) {
    if (!(key in data) && standard === REQUIRED) throw new TypeError(`${kind}: missing ${key}`);
    out[key] = key in data ? data[key] : standard;
  }
  return out;
}

/**
 * Where the camera looks at `t`: the key in force, the one before it, and how far the
 * move between them has come (1 at once for a cut).
 * @param {Stage} stage @param {number} t
 * @returns {{from: CameraKey, to: CameraKey, mix: number}}
 */
export function cameraAt(stage, t) {
  const keys = stage.camera.length ? stage.camera : [{ at: 0, on: "all", zoom: 1, ease: 0 }];
  const i = Math.max(0, countUntil(keys.map((k) => k.at), t) - 1);
  const to = keys[i];
  const from = keys[Math.max(0, i - 1)];
  return { from, to, mix: i && to.ease > 0 ? smooth((t - to.at) / to.ease) : 1 };
}

/**
 * The word being said, and its index; null in silence.
 * @param {Part} part @param {number} t
 * @returns {{index: number, caption: Caption} | null}
 */
export function captionAt(part, t) {
  const index = countUntil(part.captions.map((c) => c.at), t) - 1;
  const caption = part.captions[index];
  return caption && t < caption.until ? { index, caption } : null;
}
