// @ts-check
/** The browser's twin of socialapp/performance/mouth.py: what lips do for visemes. */

import { bump, countUntil, smooth } from "./curves.js";

/** @import { Viseme } from "./performance.js" */

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
export const SPRITE_EASE = 0.04;
const LOOK = 0.3;

/** Jaw, width, rounding, tongue, press and bite by dominance (see mouth.py). */
export class Lips {
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
export function spriteKeys(visemes) {
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
