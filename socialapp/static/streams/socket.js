// @ts-check
/** The socket of a viewer: opens it, keeps it open, comes back when it may. */

import { HouseClock, reading } from "./house-clock.js";
import { CLOSE, Requests, Sequence, VERSION, mayReturn, readFrame } from "./protocol.js";

/** Pings after a welcome, to learn the clock, and then one in a while. Milliseconds. */
const FIRST_PINGS = 5;
const FIRST_PAUSE = 150;
const PAUSE = 10_000;
/** While no round trip was quick: the page was busy, and its clock may be off by as much. */
const UNSURE_PAUSE = 1000;
/** Silence after which a line is taken for dead, though nobody closed it. */
const SILENCE = 25_000;
/** What we close with ourselves: a gap, a frame nobody understands, silence. */
const OURS = 4000;
/** Between two tries, doubled each time: from, to. */
const SHORTEST = 500;
const LONGEST = 20_000;

/** Why something that was asked for is not done. */
export class Refused extends Error {
  /** @param {{code: string, detail: string, help?: object[]}} refusal */
  constructor({ code, detail, help = [] }) {
    super(detail);
    this.code = code;
    this.detail = detail;
    this.help = help;
  }
}

/**
 * Milliseconds until the next try; null: never.
 * @param {number} code of the close
 * @param {number} tries that failed before
 * @param {number} chance 0 to 1: not all come back at once
 * @returns {number | null}
 */
export function pauseBefore(code, tries, chance) {
  if (code !== OURS && !mayReturn(code)) return null;
  if (code === CLOSE.RESTART && !tries) return 400 * chance;
  const pause = Math.min(SHORTEST * 2 ** tries, LONGEST);
  // Who was too fast, or found the house full, is in no hurry.
  const least = code === CLOSE.TOO_FAST || code === CLOSE.FULL ? 3000 : 0;
  return least + pause * (0.5 + chance / 2);
}

/**
 * @typedef {object} Heard
 * @property {(event: any) => void} event each one once, in order, welcome first
 * @property {(lost: boolean) => void} away the line broke; lost: for good
 */

export class Socket {
  clock = new HouseClock();
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Sequence | null} */ #sequence = null;
  #requests = new Requests();
  /** @type {Map<number, number>} when each ping left */ #pings = new Map();
  /** @type {Map<number, {resolve: () => void, reject: (reason: Refused) => void}>} */
  #asked = new Map();
  #tries = 0;
  #closed = false;
  #over = false;
  #heardAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #pinger;

  /**
   * @param {string} address without a query
   * @param {Heard} heard
   * @param {(address: string) => WebSocket} [open]
   */
  constructor(address, heard, open = (url) => new WebSocket(url)) {
    this.address = address;
    this.heard = heard;
    this.open = open;
  }

  connect() {
    clearTimeout(this.#timer);
    if (this.#socket || this.#closed) return;
    const after = this.#sequence ? `&after=${this.#sequence.after}` : "";
    const socket = this.open(`${this.address}?v=${VERSION}${after}`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#requests = new Requests();
    this.#heardAt = reading();
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#read(data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    };
  }

  /** Now, not after a pause: the network is back, or somebody looks again. */
  hurry() {
    if (this.#socket) this.#watch();
    else if (!this.#over) this.connect();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** @param {string} text @returns {Promise<void>} */
  say(text) {
    return this.#ask((requests) => requests.say(text));
  }

  /** @param {number} topic @returns {Promise<void>} */
  vote(topic) {
    return this.#ask((requests) => requests.vote(topic));
  }

  /** Nothing answers it: the totals tell. @param {string} name @returns {Promise<void>} */
  async react(name) {
    if (!this.#open) throw away();
    this.#socket?.send(this.#requests.react(name));
  }

  /** Measure the clock anew: this computer slept. */
  resync() {
    this.clock.forget();
    if (this.#open) this.#ping(FIRST_PINGS);
  }

  get #open() {
    // The numbers 1 and so on are defined by the standard; tests bring sockets of their own.
    return this.#socket?.readyState === 1 && this.#sequence !== null;
  }

  /**
   * @param {(requests: Requests) => string} write
   * @returns {Promise<void>}
   */
  #ask(write) {
    if (!this.#open) return Promise.reject(away());
    const text = write(this.#requests);
    const n = this.#requests.n;
    return new Promise((resolve, reject) => {
      this.#asked.set(n, { resolve, reject });
      this.#socket?.send(text);
    });
  }

  /** @param {string | ArrayBuffer} data */
  #read(data) {
    this.#heardAt = reading();
    try {
      const event = readFrame(data);
      if ("seq" in event && !this.#sequence?.take(event.seq)) return;
      this.#take(event);
    } catch (error) {
      console.warn("troupe-show:", error);
      this.#drop();
      this.#lost(OURS);
    }
  }

  /** @param {any} event */
  #take(event) {
    switch (event.kind) {
      case "welcome":
        this.#sequence = new Sequence(event.after);
        this.#tries = 0;
        this.#over = event.state === "ended";
        this.clock.guess(event.clock);
        this.#ping(FIRST_PINGS);
        break;
      case "pong": {
        const sent = this.#pings.get(event.re);
        if (sent !== undefined) this.clock.note(sent, event.clock);
        this.#pings.delete(event.re);
        break;
      }
      case "accepted":
        this.#asked.get(event.re)?.resolve();
        this.#asked.delete(event.re);
        break;
      case "refused":
        this.#asked.get(event.re)?.reject(new Refused(event));
        this.#asked.delete(event.re);
        break;
      case "stream-ended":
        this.#over = true;
        break;
      default:
    }
    this.heard.event(event);
  }

  /** @param {number} more */
  #ping(more) {
    clearTimeout(this.#pinger);
    this.#watch();
    if (!this.#open) return;
    const text = this.#requests.ping();
    this.#pings.set(this.#requests.n, reading());
    this.#socket?.send(text);
    const pause = this.clock.sure ? PAUSE : UNSURE_PAUSE;
    this.#pinger = setTimeout(() => this.#ping(more - 1), more > 1 ? FIRST_PAUSE : pause);
  }

  /** Is anybody there still? */
  #watch() {
    if (!this.#socket || reading() - this.#heardAt < SILENCE / 1000) return;
    this.#drop();
    this.#lost(OURS);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#pinger);
    socket?.close();
  }

  /** @param {number} code */
  #lost(code) {
    this.#socket = null;
    clearTimeout(this.#pinger);
    this.#pings.clear();
    for (const { reject } of this.#asked.values()) reject(away());
    this.#asked.clear();
    if (this.#closed) return;
    const pause = this.#over ? null : pauseBefore(code, this.#tries, Math.random());
    this.#tries += 1;
    this.heard.away(pause === null);
    if (pause !== null) this.#timer = setTimeout(() => this.connect(), pause);
    else this.#over = true;
  }
}

function away() {
  return new Refused({
    code: "away",
    detail: "The line to the stage is broken just now. Try again when it is back.",
  });
}
