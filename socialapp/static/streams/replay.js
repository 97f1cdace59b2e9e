// @ts-check
/** A stream from its log: read in pieces, played by a clock that can be held and moved. */

import { reading } from "./house-clock.js";
import { readEvent } from "./protocol.js";

/** Seconds of the log that are read ahead of what plays. */
const AHEAD = 60;

/** Seconds of a replay: they stand still, run, or are somewhere else. */
export class ReplayClock {
  #held = 0;
  /** @type {number | null} */ #since = null;

  /** @param {() => number} [read] */
  constructor(read = reading) {
    this.read = read;
  }

  get running() {
    return this.#since !== null;
  }

  now() {
    return this.#held + (this.#since === null ? 0 : this.read() - this.#since);
  }

  start() {
    this.#since ??= this.read();
  }

  stop() {
    this.#held = this.now();
    this.#since = null;
  }

  /** @param {number} t */
  seek(t) {
    this.#held = t;
    if (this.#since !== null) this.#since = this.read();
  }
}

export class Log {
  /** Seconds of the whole stream; until that is known, as far as it was read. */
  seconds = 0;
  /** Up to here, in seconds, everything is read. */
  reached = 0;
  /** Whether there is no more. */
  whole = false;
  #after = 0;
  /** @type {Map<number, number>} by number of the line: when it is over */ #ends = new Map();
  /** @type {Promise<void> | null} */ #reading = null;

  /**
   * @param {string} address of the events, below that of the stream
   * @param {(event: any) => void} take each logged event, in order
   */
  constructor(address, take) {
    this.address = address;
    this.take = take;
  }

  /** How long the stream was, from its own page of the API. */
  async measure() {
    const { started, ended } = await read(new URL("..", new URL(this.address, location.href)));
    if (started && ended && !this.whole) this.seconds = (Date.parse(ended) - Date.parse(started)) / 1000;
  }

  /**
   * Read on until `time` and a little more is there. Throws when the house does not answer.
   * @param {number} time
   */
  async reach(time) {
    while (!this.whole && this.reached < time + AHEAD) await (this.#reading ??= this.#more());
  }

  async #more() {
    try {
      const { events, after } = await read(`${this.address}?after=${this.#after}`);
      for (const data of events) {
        const event = readEvent(data);
        this.reached = Math.max(this.reached, event.at);
        this.#measure(event);
        this.take(event);
      }
      this.whole = events.length === 0;
      this.#after = after;
    } finally {
      this.#reading = null;
    }
  }

  /** @param {any} event */
  #measure(event) {
    const { kind, line, at } = event;
    if (kind === "line") this.#ends.set(line, at + event.performance.seconds);
    if (kind === "line-cut") this.#ends.set(line, Math.min(at, this.#ends.get(line) ?? at));
    if (kind === "line-removed") this.#ends.delete(line);
    // Who finishes says the last line to its end.
    if (kind === "stream-ended" && event.reason !== "finished") this.seconds = at;
    else if (kind === "stream-ended") this.seconds = Math.max(at, ...this.#ends.values());
    else this.seconds = Math.max(this.seconds, at, this.#ends.get(line) ?? 0);
  }
}

/** @param {string | URL} address @returns {Promise<any>} */
async function read(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
  return answer.json();
}
