// @ts-check
/**
 * The browser's twin of socialapp/performance: reads a stored performance and says what
 * a face does at any second. Same names, same arithmetic, same numbers as the Python
 * side (motion.py, mouth.py, curves.py); tests/performances holds both to 1e-6.
 */

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
/** @typedef {{at: number, on: string, zoom: number, ease: number}} CameraKey */
/** @typedef {{background: string, shape: string, places: Record<string, Place>, camera: CameraKey[]}} Stage */
/**
 * @typedef {object} Performance
 * @property {number} seconds
 * @property {Part[]} parts
 * @property {Stage} stage
 * @property {{voice: string, director: string, seed: number}} made_by
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

// Reading -------------------------------------------------------------------

/** What a stored performance may hold: a default, or REQUIRED. */
const REQUIRED = Symbol("required");
const SPAN = { at: REQUIRED, until: REQUIRED };
const SHAPES = {
  performance: { seconds: REQUIRED, parts: REQUIRED, stage: {}, made_by: {} },
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
  stage: { background: "", shape: "9:16", places: {}, camera: [] },
  place: { x: 0.5, y: 0.5, scale: 1, facing: 1 },
  camera: { at: REQUIRED, on: "all", zoom: 1, ease: 0 },
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
  whole.stage = fill("stage", whole.stage);
  whole.stage.camera = whole.stage.camera.map((/** @type {any} */ key) => fill("camera", key));
  /** @type {[string, any][]} */
  const places = Object.entries(whole.stage.places);
  whole.stage.places = Object.fromEntries(places.map(([seat, p]) => [seat, fill("place", p)]));
  whole.made_by = fill("made_by", whole.made_by);
  return whole;
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

// Curves --------------------------------------------------------------------

/** @param {number} x @param {number} low @param {number} high */
function clamp(x, low, high) {
  return x < low ? low : Math.min(x, high);
}

/** 0 to 1 with flat ends, for any x. @param {number} x */
export function smooth(x) {
  const u = clamp(x, 0, 1);
  return u * u * (3 - 2 * u);
}

/** 1 at distance 0, flat 0 from `reach` on. @param {number} distance @param {number} reach */
function bump(distance, reach) {
  if (distance >= reach) return 0;
  const u = distance / reach;
  const v = 1 - u * u;
  return v * v;
}

/** How many of the sorted `times` are at or before `t`. @param {number[]} times @param {number} t */
function countUntil(times, t) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t < times[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Values that hold until the next key and change softly, in `ramp` seconds. */
class Holds {
  /** @param {[number, number[]][]} keys @param {number} ramp */
  constructor(keys, ramp) {
    this.ramp = ramp;
    this.times = keys.map(([at]) => at);
    this.goals = keys.map(([, values]) => values);
    /** @type {number[][]} */
    this.starts = [];
    this.times.forEach((at, i) => {
      this.starts.push(i === 0 ? this.goals[0] : this.value(i - 1, at));
    });
  }

  /** @param {number} i @param {number} t @returns {number[]} */
  value(i, t) {
    const s = smooth((t - this.times[i]) / this.ramp);
    return this.starts[i].map((a, k) => a + (this.goals[i][k] - a) * s);
  }

  /** @param {number} t */
  at(t) {
    return this.value(Math.max(0, countUntil(this.times, t) - 1), t);
  }
}

/** Monotone cubic interpolation (Fritsch and Carlson, 1980). */
class Smooth {
  /** @param {[number, number[]][]} keys */
  constructor(keys) {
    const kept = keys.filter(([at], i) => i + 1 === keys.length || keys[i + 1][0] > at);
    this.times = kept.map(([at]) => at);
    this.values = kept.map(([, values]) => values);
    this.slopes = kept.map((_, i) => this.slopesAt(i));
  }

  /** @param {number} i @returns {number[]} */
  slopesAt(i) {
    if (i === 0 || i + 1 === this.times.length) return this.values[i].map(() => 0);
    const before = this.times[i] - this.times[i - 1];
    const after = this.times[i + 1] - this.times[i];
    return this.values[i].map((b, k) => {
      const d0 = (b - this.values[i - 1][k]) / before;
      const d1 = (this.values[i + 1][k] - b) / after;
      if (d0 * d1 <= 0) return 0;
      const w0 = 2 * after + before;
      const w1 = after + 2 * before;
      return (w0 + w1) / (w0 / d0 + w1 / d1);
    });
  }

  /** @param {number} t @returns {number[]} */
  at(t) {
    const end = this.times.length - 1;
    if (t <= this.times[0]) return this.values[0];
    if (t >= this.times[end]) return this.values[end];
    const i = countUntil(this.times, t) - 1;
    const h = this.times[i + 1] - this.times[i];
    const u = (t - this.times[i]) / h;
    const v = 1 - u;
    const h00 = (1 + 2 * u) * v * v;
    const h10 = u * v * v;
    const h01 = u * u * (3 - 2 * u);
    const h11 = u * u * (u - 1);
    return this.values[i].map(
      (a, k) =>
        h00 * a + h10 * h * this.slopes[i][k] +
        h01 * this.values[i + 1][k] + h11 * h * this.slopes[i + 1][k],
    );
  }
}

// The mouth -----------------------------------------------------------------

/** @type {Record<string, {jaw: number, wide: number, round: number, tongue: number, jawPull: number, lipsPull: number}>} */
const TARGETS = Object.fromEntries(
  /** @type {[string, number, number, number, number, number, number][]} */ ([
    ["sil", 0.0, 0.0, 0.0, 0.0, 0.6, 0.35],
    ["PP", 0.05, 0.0, 0.0, 0.0, 0.8, 0.15],
    ["FF", 0.08, 0.1, 0.0, 0.0, 0.8, 0.3],
    ["TH", 0.18, 0.15, 0.0, 1.0, 0.6, 0.25],
    ["DD", 0.16, 0.25, 0.0, 0.8, 0.55, 0.2],
    ["kk", 0.24, 0.1, 0.0, 0.1, 0.4, 0.12],
    ["CH", 0.14, 0.0, 0.55, 0.2, 0.75, 0.6],
    ["SS", 0.08, 0.45, 0.0, 0.2, 0.85, 0.45],
    ["nn", 0.2, 0.15, 0.0, 0.8, 0.5, 0.15],
    ["RR", 0.2, 0.0, 0.45, 0.2, 0.55, 0.55],
    ["aa", 0.85, 0.15, 0.0, 0.0, 1.0, 0.6],
    ["E", 0.48, 0.4, 0.0, 0.1, 0.85, 0.6],
    ["ih", 0.28, 0.75, 0.0, 0.2, 0.8, 0.85],
    ["oh", 0.58, 0.0, 0.75, 0.0, 1.0, 1.0],
    ["ou", 0.26, 0.0, 1.0, 0.0, 0.9, 1.1],
  ]).map(([name, jaw, wide, round, tongue, jawPull, lipsPull]) => [
    name, { jaw, wide, round, tongue, jawPull, lipsPull },
  ]),
);
/** @type {Record<string, string>} */
const SPRITES = {
  sil: "X", PP: "A", FF: "G", TH: "H", DD: "B", kk: "B", CH: "B", SS: "B", nn: "H", RR: "E",
  aa: "D", E: "C", ih: "B", oh: "E", ou: "F",
};
/** @type {Record<string, string>} */
const QUIET_SPRITES = { D: "C", C: "B", E: "B" };
const QUIET = 0.5;

const CORE = 0.2;
const JAW_REACH = 0.08;
const LIPS_REACH_BEFORE = 0.16;
const LIPS_REACH_AFTER = 0.1;
const REST_PULL = 0.04;
const LONG_SILENCE = 0.25;
const HOLD = 0.044;
const CLOSING = 0.05;
const OPENING = 0.045;
const SPRITE_HOLD = 0.08;
const SPRITE_EASE = 0.04;
const LOOK = 0.3;

/** Jaw, width, rounding, tongue, press and bite by dominance (see mouth.py). */
class Lips {
  /** @param {Viseme[]} visemes */
  constructor(visemes) {
    this.visemes = visemes;
    this.starts = visemes.map((v) => v.at);
    this.longest = visemes.reduce((most, v) => Math.max(most, v.until - v.at), 0);
  }

  /** @param {number} t @returns {[number, number, number, number, number, number]} */
  at(t) {
    let [jaw, wide, round, tongue, press, bite] = [0, 0, 0, 0, 0, 0];
    let jawPull = REST_PULL;
    let lipsPull = REST_PULL;
    const first = countUntil(this.starts, t - LOOK - this.longest);
    const last = countUntil(this.starts, t + LOOK);
    for (let i = first; i < last; i += 1) {
      const v = this.visemes[i];
      if (v.until < t - LOOK) continue;
      if (v.name === "PP") press = Math.max(press, closure(v, t));
      else if (v.name === "FF") bite = Math.max(bite, closure(v, t));
      const target = TARGETS[v.name];
      if (!target) continue;
      const length = v.until - v.at;
      const early = v.at + CORE * length - t;
      const late = t - (v.until - CORE * length);
      const scale = v.name === "sil" ? Math.min(1, length / LONG_SILENCE) : 1;
      const outside = Math.max(0, early, late);
      let pull = scale * target.jawPull * bump(outside, JAW_REACH);
      jaw += pull * target.jaw * v.weight;
      tongue += pull * target.tongue;
      jawPull += pull;
      const reach = early > 0 ? LIPS_REACH_BEFORE : LIPS_REACH_AFTER;
      pull = scale * target.lipsPull * bump(outside, reach);
      const effort = 0.5 + 0.5 * v.weight;
      wide += pull * target.wide * effort;
      round += pull * target.round * effort;
      lipsPull += pull;
    }
    return [jaw / jawPull, wide / lipsPull, round / lipsPull, tongue / jawPull, press, bite];
  }
}

/** 1 while a closure is shut, never shorter than HOLD. @param {Viseme} v @param {number} t */
function closure(v, t) {
  const spare = Math.max(0, HOLD - (v.until - v.at)) / 2;
  const at = v.at - spare;
  const until = v.until + spare;
  if (t < at) return smooth(1 - (at - t) / CLOSING);
  if (t > until) return smooth(1 - (t - until) / OPENING);
  return 1;
}

/** @typedef {{letter: string, at: number, until: number}} Shown */

/** @param {Shown} shown */
function shut(shown) {
  return shown.letter === "A" || shown.letter === "G";
}

/** From when on a neighbour may take over. @param {Shown} shown */
function freeFrom(shown) {
  return shut(shown) ? shown.at + SPRITE_EASE + HOLD : shown.at;
}

/** @param {Shown[]} shown @param {number} i */
function lasts(shown, i) {
  return (i + 1 < shown.length ? shown[i + 1].at : shown[i].until) - shown[i].at;
}

/** Which drawn mouth shows from when on. @param {Viseme[]} visemes @returns {Shown[]} */
function spriteKeys(visemes) {
  /** @type {Shown[]} */
  const shown = [];
  for (const v of visemes) {
    let letter = SPRITES[v.name] ?? "X";
    if (v.weight < QUIET) letter = QUIET_SPRITES[letter] ?? letter;
    const before = shown.at(-1);
    if (before && before.letter === letter) {
      before.until = v.until;
      continue;
    }
    const spare = Math.max(0, HOLD - (v.until - v.at)) / 2;
    const now = { letter, at: v.at, until: v.until };
    if (shut(now)) now.at = v.at - spare - SPRITE_EASE;
    if (before) now.at = Math.max(now.at, freeFrom(before));
    shown.push(now);
  }
  for (let i = tooShort(shown); i >= 0; i = tooShort(shown)) {
    borrow(shown, i);
    if (lasts(shown, i) < SPRITE_HOLD - 1e-9) drop(shown, i);
  }
  return shown;
}

/** The open letter that lasts shortest, if too short; else -1. @param {Shown[]} shown */
function tooShort(shown) {
  if (shown.length < 2) return -1;
  let found = -1;
  let shortest = SPRITE_HOLD - 1e-9;
  shown.forEach((letter, i) => {
    if (!shut(letter) && lasts(shown, i) < shortest) {
      shortest = lasts(shown, i);
      found = i;
    }
  });
  return found;
}

/** Time from closures on either side that can spare it. @param {Shown[]} shown @param {number} i */
function borrow(shown, i) {
  let missing = SPRITE_HOLD - lasts(shown, i);
  if (i && shut(shown[i - 1])) {
    const taken = Math.max(0, Math.min(missing, shown[i].at - freeFrom(shown[i - 1])));
    shown[i].at -= taken;
    missing -= taken;
  }
  if (missing > 0 && i + 1 < shown.length && shut(shown[i + 1])) {
    const after = shown[i + 1];
    const end = i + 2 < shown.length ? shown[i + 2].at : after.until;
    const spare = end - HOLD - SPRITE_EASE - after.at;
    after.at += Math.max(0, Math.min(missing, spare));
  }
}

/** Leave a letter out; an open neighbour fills in, else a closure. @param {Shown[]} shown @param {number} i */
function drop(shown, i) {
  if (i + 1 < shown.length && !shut(shown[i + 1]) && (i === 0 || shut(shown[i - 1]))) {
    shown[i + 1].at = shown[i].at;
  }
  shown.splice(i, 1);
  if (i > 0 && i < shown.length && shown[i - 1].letter === shown[i].letter) {
    shown[i - 1].until = shown[i].until;
    shown.splice(i, 1);
  }
}

// The face ------------------------------------------------------------------

const MOOD_RAMP = 0.4;
const GLANCE_RAMP = 0.07;
const LID_SHUT = 0.4;
const LID_OPEN = 0.55;
const BREATH_RATE = 0.25;
const BREATH_DEPTH = 0.004;
const SMILE_LOST = 0.5;
/** smile, brow_raise, brow_knit, cheek, nose_wrinkle, lid. @type {Record<string, number[]>} */
const MOODS = {
  calm: [0, 0, 0, 0, 0, 0],
  happy: [0.8, 0.15, 0, 0.6, 0, 0.08],
  sad: [-0.6, 0.15, -0.75, 0, 0, 0.2],
  angry: [-0.35, -0.55, 0.95, 0.1, 0.4, 0.12],
  afraid: [-0.25, 0.75, -0.65, 0, 0, -0.3],
  surprised: [0, 0.95, 0, 0, 0, -0.4],
  disgusted: [-0.5, -0.3, 0.45, 0.35, 0.85, 0.15],
};

/**
 * Every instant of one part.
 * @param {Part} part
 * @returns {{at: (t: number) => Face}}
 */
export function faceTrack(part) {
  const lips = new Lips(part.visemes);
  const sprites = spriteKeys(part.visemes);
  const spriteTimes = sprites.map((s) => s.at);
  /** @type {[number, number[]][]} */
  const moodKeys = part.expressions.map((e) => [
    e.at, (MOODS[e.mood] ?? MOODS.calm).map((w) => w * e.weight),
  ]);
  const moods = new Holds(moodKeys.length ? moodKeys : [[0, MOODS.calm]], MOOD_RAMP);
  /** @type {[number, number[]][]} */
  const gazeKeys = part.glances.map((g) => [g.at, [g.x, g.y]]);
  const gaze = new Holds(gazeKeys.length ? gazeKeys : [[0, [0, 0]]], GLANCE_RAMP);
  const poses = part.poses.length
    ? new Smooth(part.poses.map((p) => [p.at, [p.yaw, p.pitch, p.roll, p.x, p.y]]))
    : null;

  return {
    at(t) {
      const [jaw, wide, round, tongue, press, bite] = lips.at(t);
      const [smile, raised, knit, cheek, nose, moodLid] = moods.at(t);
      const [gazeX, gazeY] = gaze.at(t);
      const breath = BREATH_DEPTH * Math.sin(2 * Math.PI * BREATH_RATE * t);
      const [yaw, pitch, roll, x, y] = poses ? poses.at(t) : [0, 0, 0, 0, breath];
      const down = part.blinks.reduce((most, b) => Math.max(most, lidOf(b, t)), 0);
      const lid = clamp(moodLid + (1 - moodLid) * down, -0.5, 1);
      const i = countUntil(spriteTimes, t) - 1;
      return {
        jaw_open: jaw,
        mouth_wide: wide,
        mouth_round: round,
        mouth_press: press,
        lip_bite: bite,
        tongue,
        smile: clamp(smile * (1 - SMILE_LOST * round), -1, 1),
        brow_raise: clamp(raised, -1, 1),
        brow_knit: clamp(knit, -1, 1),
        cheek: clamp(cheek, 0, 1),
        nose_wrinkle: clamp(nose, 0, 1),
        lid_left: lid,
        lid_right: lid,
        gaze_x: clamp(gazeX, -1, 1),
        gaze_y: clamp(gazeY, -1, 1),
        yaw,
        pitch,
        roll,
        x,
        y,
        mouth: i < 0 ? "X" : sprites[i].letter,
        mouth_from: i < 1 ? "X" : sprites[i - 1].letter,
        mouth_mix: i < 0 ? 1 : smooth((t - sprites[i].at) / SPRITE_EASE),
      };
    },
  };
}

/** @param {Blink} blink @param {number} t */
function lidOf(blink, t) {
  if (!(blink.at < t && t < blink.until)) return 0;
  const u = (t - blink.at) / (blink.until - blink.at);
  if (u < LID_SHUT) return smooth(u / LID_SHUT);
  if (u > LID_OPEN) return smooth((1 - u) / (1 - LID_OPEN));
  return 1;
}

/** How far apart the lips are, 0 to 1. @param {Face} face */
export function opening(face) {
  return face.jaw_open * (1 - Math.max(face.mouth_press, face.lip_bite));
}

/** A face at rest. @returns {Face} */
export function restingFace() {
  const part = { visemes: [], expressions: [], glances: [], poses: [], blinks: [] };
  return faceTrack(/** @type {any} */ (part)).at(0);
}

// Stage and words -----------------------------------------------------------

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
