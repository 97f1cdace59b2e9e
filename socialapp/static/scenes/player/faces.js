// @ts-check
/** What each face in a scene does: speaks its take, listens and reacts, or just lives. */

import { heldPose } from "../../stage/calm.js";
import { idleFace } from "../../stage/idle.js";
import { faceTrack, opening } from "../../stage/motion.js";
import { Joint, Light } from "../../streams/smooth.js";

/** @import { Face, Part, Viseme } from "../../stage/performance.js" */
/** @typedef {import("./words.js").Word} Word */
/** @typedef {{at: (t: number) => Face}} Track */
/**
 * Who is heard now, and how.
 * @typedef {object} Speaking
 * @property {string} role
 * @property {string} emotion
 * @property {Part | null} part of the take; null: it is read, not heard
 * @property {Word[]} words
 * @property {string[] | null} listeners null: everybody
 * @property {number} position seconds
 */

/** Whoever hears this shows a little of that. @type {Record<string, [string, number]>} */
const REACTIONS = {
  happy: ["happy", 0.4],
  sad: ["sad", 0.4],
  angry: ["afraid", 0.3],
  afraid: ["surprised", 0.35],
  surprised: ["surprised", 0.35],
  disgusted: ["surprised", 0.25],
};
/** Seconds of a line before its listeners show that they have heard it. */
const HEARD = 0.7;
/** How far a head turns to who speaks, degrees, and the eyes. */
const TURN = 5;
const GAZE = 0.5;
const NOD_EVERY = 3.1;
const NOD_SECONDS = 0.65;
const NOD = 2.6;
/** Text that is read, not heard, opens the mouth less. */
const READ_ALOUD = 0.55;

/** Letters as a mouth makes them, near enough for words that nobody hears. */
const LETTERS = [
  ["aa", "aàáâä"], ["E", "eèéêëæ"], ["ih", "iyìíîï"], ["oh", "oòóôö"], ["ou", "uwùúûü"],
  ["PP", "pbm"], ["FF", "fv"], ["DD", "dtl"], ["kk", "kgqcx"], ["SS", "sz"], ["nn", "n"],
  ["RR", "r"], ["CH", "j"], ["TH", "h"],
];
/** @type {Map<string, string>} */
const SHAPES = new Map(LETTERS.flatMap(([name, all]) => [...all].map((letter) => [letter, name])));

/** One of the cast. */
export class Actor {
  joint = new Joint();
  light = new Light();
  mood = "calm";
  weight = 1;
  /** @type {Map<string, Face>} */ #moods = new Map();
  /** @type {{of: unknown, track: Track} | null} */ #track = null;

  /** @param {number} number tells neighbours apart */
  constructor(number) {
    this.seed = number * 1.7;
  }

  /**
   * @param {{now: number, calm: boolean, speaking: Speaking | null, role: string, side: number}} instant
   *   `side`: where who speaks stands, seen from here: -1 left, 1 right, 0 nobody
   * @returns {Face}
   */
  face({ now, calm, speaking, role, side }) {
    const life = calm ? null : idleFace(now, this.seed);
    if (speaking?.role === role) {
      return this.#shown(this.#speak(speaking, life), speaking.part ?? speaking.words, now, calm);
    }
    const hears = speaking !== null && (speaking.listeners?.includes(role) ?? true);
    const [mood, weight] = this.#reaction(hears ? speaking : null);
    const face = { ...this.#rest(mood, weight), ...life };
    face.lid_left = Math.max(face.lid_left, this.#rest(mood, weight).lid_left);
    face.lid_right = Math.max(face.lid_right, this.#rest(mood, weight).lid_right);
    const turn = hears ? side : 0;
    face.gaze_x = GAZE * turn;
    face.yaw += TURN * turn;
    if (hears && !calm) face.pitch -= nodAt(speaking.position, this.seed);
    return this.#shown(face, `${mood} ${weight} ${turn}`, now, calm);
  }

  /**
   * Joined with what it did before. With less motion a head is here or there, with no way
   * between.
   * @param {Face} goal
   * @param {unknown} source by identity
   * @param {number} now
   * @param {boolean} calm
   */
  #shown(goal, source, now, calm) {
    const face = this.joint.follow(goal, source, now);
    const { yaw, pitch, roll, x, y } = goal;
    return calm ? { ...face, yaw, pitch, roll, x, y } : face;
  }

  /**
   * @param {Speaking} speaking
   * @param {Partial<Face> | null} life
   * @returns {Face}
   */
  #speak({ part, words, position, emotion }, life) {
    const source = part ?? words;
    if (this.#track?.of !== source) {
      this.#track = { of: source, track: faceTrack(part ?? readPart(words, emotion)) };
    }
    const face = this.#track.track.at(position);
    if (!life) return { ...face, ...heldPose(part, position) };
    const { lid_left = 0, lid_right = 0, ...pose } = life;
    const lids = part?.blinks.length
      ? {}
      : { lid_left: Math.max(face.lid_left, lid_left), lid_right: Math.max(face.lid_right, lid_right) };
    return { ...face, ...(part?.poses.length ? {} : pose), ...lids };
  }

  /** @param {Speaking | null} heard @returns {[string, number]} */
  #reaction(heard) {
    const reaction = heard && heard.position > HEARD ? REACTIONS[heard.emotion] : undefined;
    return this.mood === "calm" && reaction ? reaction : [this.mood, this.weight];
  }

  /** @param {string} mood @param {number} weight @returns {Face} */
  #rest(mood, weight) {
    const key = `${mood} ${weight}`;
    let face = this.#moods.get(key);
    if (!face) {
      face = { ...faceTrack(emptyPart([{ at: -10, mood, weight }])).at(0), y: 0 };
      this.#moods.set(key, face);
    }
    return face;
  }
}

/**
 * How far a listener's head goes down, degrees.
 * @param {number} t seconds
 * @param {number} seed
 */
export function nodAt(t, seed) {
  const phase = ((t + seed) % NOD_EVERY) / NOD_SECONDS;
  return phase < 1 ? NOD * Math.sin(Math.PI * phase) ** 2 : 0;
}

/**
 * What a mouth does for words at reading speed.
 * @param {Word[]} words
 * @returns {Viseme[]}
 */
export function readVisemes(words) {
  return words.flatMap(({ at, until, text }) => {
    const shapes = [...text.trim().toLowerCase()].flatMap((letter) => SHAPES.get(letter) ?? []);
    const each = (until - at) / Math.max(shapes.length, 1);
    return shapes.map((name, i) => (
      { at: at + i * each, until: at + (i + 1) * each, name, weight: READ_ALOUD }
    ));
  });
}

/** How far the lips are apart. @param {Face} face */
export const lipsOf = (face) => opening(face);

/** @param {Word[]} words @param {string} emotion @returns {Part} */
function readPart(words, emotion) {
  return { ...emptyPart([{ at: 0, mood: emotion, weight: 1 }]), visemes: readVisemes(words) };
}

/** @param {Part["expressions"]} expressions @returns {Part} */
function emptyPart(expressions) {
  return {
    seat: "a", sound: null, phones: [], visemes: [], expressions, poses: [], glances: [],
    blinks: [], captions: [],
  };
}
