// @ts-check
/** Takes: which lines have a voice already, which are being made, and their sound. */

import { readPerformance } from "../../stage/performance.js";
import { keyOf } from "./steps.js";

/** @typedef {import("./steps.js").LineAt} LineAt */
/** @typedef {import("../../stage/performance.js").Performance} Performance */
/**
 * What the server says of a line.
 * @typedef {object} Told
 * @property {string} state
 * @property {number} beat
 * @property {string} id
 * @property {"ready" | "making" | "silent" | "refused"} status
 * @property {any} performance
 * @property {string | null} sound
 */
/** @typedef {(lines: LineAt[], soon: LineAt[]) => Promise<Told[] | null> | null} Ask */
/** @typedef {{performance: Performance, sound: AudioBuffer | null}} Take */
/** @typedef {"asked" | "making" | "fetching" | "ready" | "none"} Status */
/** @typedef {{status: Status, take: Take | null}} Known */

/** Seconds until it is asked again for what is being made; the later, the rarer. */
const AGAIN = [0.7, 1, 1.5, 2, 3, 5, 8, 13];
/** Takes that are kept: the sound of a line has about 300 kB once it is decoded. */
const KEPT = 80;
/** Lines that the server answers at once. */
const MOST = 20;

export class Voices {
  /** @type {Map<string, Known>} */ #known = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #turn = 0;
  #closed = false;

  /**
   * @param {Ask | null} ask null: nobody has a voice
   * @param {(url: string) => Promise<AudioBuffer | null>} decode
   */
  constructor(ask, decode) {
    this.ask = ask;
    this.decode = decode;
  }

  /**
   * The lines that are told now, and those that may come next.
   * @param {LineAt[]} lines
   * @param {LineAt[]} soon
   */
  want(lines, soon) {
    clearTimeout(this.#timer);
    this.#turn += 1;
    if (this.ask) void this.#request(lines, soon, 0, this.#turn);
  }

  /** @param {LineAt} line @returns {Take | null} */
  get(line) {
    return this.#known.get(keyOf(line))?.take ?? null;
  }

  /** Whether it may be here in a moment. @param {LineAt} line */
  near(line) {
    const status = this.#known.get(keyOf(line))?.status;
    return status === "asked" || status === "fetching";
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /**
   * @param {LineAt[]} lines
   * @param {LineAt[]} soon
   * @param {number} time how manieth
   * @param {number} turn
   */
  async #request(lines, soon, time, turn) {
    const wanted = lines.filter((line) => this.#open(line)).slice(0, MOST);
    if (!wanted.length && !soon.length) return;
    for (const line of wanted) {
      if (!time) this.#known.set(keyOf(line), { status: "asked", take: null });
    }
    /** @type {Told[] | null} */
    let answers = null;
    try {
      answers = (await this.ask?.(wanted, soon)) ?? null;
    } catch (error) {
      const { status = 0, message } = /** @type {any} */ (error);
      console.info(`troupe-scene: no voices just now: ${message}`);
      // Nobody gives voices here: the words are read, and it is not asked again.
      if (status === 404 || status === 403) this.ask = null;
    }
    if (this.#closed) return;
    wanted.forEach((line, i) => this.#heard(line, answers?.[i] ?? null));
    if (!this.ask) return;
    if (turn !== this.#turn || !lines.some((line) => this.#open(line))) return;
    const seconds = AGAIN[Math.min(time, AGAIN.length - 1)];
    this.#timer = setTimeout(() => void this.#request(lines, [], time + 1, turn), 1000 * seconds);
  }

  /** Whether there is something to ask about it. @param {LineAt} line */
  #open(line) {
    const status = this.#known.get(keyOf(line))?.status;
    return status === undefined || status === "making" || status === "asked";
  }

  /** @param {LineAt} line @param {Told | null} told */
  #heard(line, told) {
    const key = keyOf(line);
    if (this.ask && (told === null || told.status === "making")) {
      this.#known.set(key, { status: "making", take: null });
    } else if (told?.performance && told.status !== "refused") {
      this.#known.set(key, { status: "fetching", take: null });
      void this.#fetch(key, told);
    } else {
      this.#known.set(key, { status: "none", take: null });
    }
    this.#forget();
  }

  /** @param {string} key @param {Told} told */
  async #fetch(key, { performance, sound }) {
    try {
      const read = readPerformance(performance);
      const buffer = sound ? await this.decode(sound) : null;
      if (!this.#closed) this.#known.set(key, { status: "ready", take: { performance: read, sound: buffer } });
    } catch (error) {
      console.info("troupe-scene: a take that cannot be played:", error);
      this.#known.set(key, { status: "none", take: null });
    }
  }

  #forget() {
    for (const key of this.#known.keys()) {
      if (this.#known.size <= KEPT) return;
      this.#known.delete(key);
    }
  }
}
