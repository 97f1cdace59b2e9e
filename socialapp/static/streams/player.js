// @ts-check
/** Plays lines: what the schedule says, with the sound as the clock wherever it is heard. */

import { Lines } from "./lines.js";
import { Schedule } from "./schedule.js";

/** @import { Line } from "./lines.js" */
/** @import { Playing } from "./schedule.js" */
/** @import { Heard, Sound } from "./sound.js" */

/** Seconds before its moment that a sound is decoded, and that it is given to the mixer. */
const DECODED_AHEAD = 15;
const MIXED_AHEAD = 4;
/** Sound that is this far from where it should be is put there: the computer slept. */
const ASTRAY = 0.25;
/** A line that is over is kept this long, for what may still be told about it. */
const KEPT = 150;

/**
 * @typedef {object} Told
 * @property {(line: Line) => void} begun
 * @property {(line: Line) => void} ended
 */

/** @typedef {{voice: Heard, began: number, seats: number}} Mixed */

export class Player {
  lines = new Lines();
  schedule = new Schedule(this.lines);
  /** @type {Map<number, Mixed>} by number of the line */ #mixed = new Map();
  /** @type {Set<object>} recordings that are being decoded */ #decoding = new Set();

  /**
   * @param {Sound} sound
   * @param {() => number} clock the stream's
   * @param {Told} told
   */
  constructor(sound, clock, told) {
    this.sound = sound;
    this.clock = clock;
    this.told = told;
  }

  /** @returns {Playing | null} */
  get playing() {
    return this.schedule.current;
  }

  /**
   * Bring everything up to date.
   * @param {{forget?: boolean, silent?: boolean}} [how] forget: what is over is not wanted
   *   again; silent: time stands still, and so does the sound
   */
  tick({ forget = true, silent = false } = {}) {
    const now = this.clock();
    this.#decode(now, forget);
    const { ended, begun } = this.schedule.step(now);
    for (const line of ended) this.told.ended(line);
    if (begun) this.told.begun(begun.line);
    if (silent) this.hush();
    else this.#mix(now);
    if (forget) this.lines.drop(now - KEPT);
  }

  /** Go to `now`, wherever that is. */
  join() {
    const before = this.playing;
    this.hush();
    this.schedule.join(this.clock());
    if (before) this.told.ended(before.line);
  }

  /** No sound until the next tick. */
  hush() {
    for (const { voice } of this.#mixed.values()) voice.stop();
    this.#mixed.clear();
  }

  /**
   * Seconds into the line on stage, as it is heard, or seen where nothing is.
   * @returns {number}
   */
  position() {
    const { playing } = this;
    if (!playing) return 0;
    const heard = this.#heard(playing);
    const t = heard ?? this.clock() - playing.began;
    return Math.min(Math.max(t, 0), playing.line.seconds);
  }

  /**
   * How far `position` is ahead of the sound, by the sound card's own word. Seconds;
   * null: nothing is heard.
   * @returns {number | null}
   */
  offset() {
    const { playing } = this;
    const mixed = playing && this.#mixed.get(playing.line.line);
    const { raw } = this.sound;
    if (!mixed || raw === null) return null;
    return this.position() - (raw - mixed.voice.zero);
  }

  /** @param {Playing} playing */
  #heard({ line }) {
    const mixed = this.#mixed.get(line.line);
    const heard = mixed ? this.sound.heard : null;
    return mixed && heard !== null ? heard - mixed.voice.zero : null;
  }

  /** @param {number} now */
  #mix(now) {
    if (!this.sound.running) return this.hush();
    const next = this.schedule.next();
    const wanted = [this.playing, next && next.moment - now < MIXED_AHEAD ? next : null];
    const numbers = wanted.map((one) => one?.line.line);
    for (const [number, { voice }] of this.#mixed) {
      if (numbers.includes(number)) continue;
      voice.stop();
      this.#mixed.delete(number);
    }
    for (const one of wanted) {
      if (one) this.#voice(one, now);
    }
  }

  /**
   * @param {Playing} playing
   * @param {number} now
   */
  #voice({ line, began }, now) {
    const buffers = [...line.sounds.values()].filter((buffer) => buffer !== null);
    if (!buffers.length) return;
    const mixed = this.#mixed.get(line.line);
    if (mixed) {
      const position = (this.sound.heard ?? 0) - mixed.voice.zero;
      const astray = Math.abs(position - (now - began)) > ASTRAY;
      if (!astray && mixed.began === began && mixed.seats === buffers.length) return;
      mixed.voice.stop();
      this.#mixed.delete(line.line);
    }
    const voice = this.sound.play(buffers, began - now);
    if (voice) this.#mixed.set(line.line, { voice, began, seats: buffers.length });
  }

  /**
   * @param {number} now
   * @param {boolean} forget
   */
  #decode(now, forget) {
    for (const line of this.lines.after(0)) {
      if (line.at > now + DECODED_AHEAD) break;
      if (line.at + line.seconds < now - 2) {
        if (!forget && line !== this.playing?.line) this.#release(line);
        continue;
      }
      for (const [seat, recording] of line.recordings) {
        if (line.sounds.has(seat) || this.#decoding.has(recording)) continue;
        const { file } = recording;
        if (!file) continue;
        this.#decoding.add(recording);
        void this.sound.decode(file).then((buffer) => {
          this.#decoding.delete(recording);
          line.sounds.set(seat, buffer);
          line.settle(this.clock());
        });
      }
    }
  }

  /** What was decoded takes fifty times the room. @param {Line} line */
  #release(line) {
    if (!line.sounds.size) return;
    line.sounds.clear();
    line.settle(-Infinity);
  }
}
