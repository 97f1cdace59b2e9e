// @ts-check
/**
 * The browser's twin of streams/protocol: reads the frames of a stream, strictly, and
 * writes what a viewer may send. Held to the Python side by tests/protocol/*.json; the
 * fields are described in docs/protocol.md.
 */

import { readPerformance } from "../stage/performance.js";

export const VERSION = 1;

/** Why the server closed a socket. */
export const CLOSE = Object.freeze({
  DONE: 1000, TOO_LARGE: 1009, RESTART: 1012, UNREADABLE: 4400, TICKET: 4401,
  NO_STREAM: 4404, TOO_SLOW: 4408, WRONG_SEQUENCE: 4409, WRONG_VERSION: 4426,
  TOO_FAST: 4429, FULL: 4503,
});

/** Codes after which connecting again, with `after`, makes sense. @param {number} code */
export function mayReturn(code) {
  const { RESTART, TOO_SLOW, TOO_FAST, FULL } = CLOSE;
  const ours = code === CLOSE.DONE || code === CLOSE.TOO_LARGE || code >= 4000;
  return !ours || [RESTART, TOO_SLOW, TOO_FAST, FULL].some((one) => one === code);
}

// Shapes --------------------------------------------------------------------
// A shape is a kind of number or text, or made of shapes:
// ["list", item], ["map", item], ["maybe", inner], or fields by name, in order.

/** @typedef {"float" | "int" | "str" | "bool" | "bytes" | "performance"} Plain */
/** @typedef {Plain | ["list" | "map" | "maybe", any] | {[field: string]: any}} Shape */

/** @param {any} item @returns {["list", any]} */
const list = (item) => ["list", item];
const SPAN = { at: "float", until: "float" };
const PART = {
  seat: "str",
  sound: ["maybe", { ref: "str", rate: "int" }],
  phones: list({ ...SPAN, name: "str", word: "int" }),
  visemes: list({ ...SPAN, name: "str", weight: "float" }),
  expressions: list({ at: "float", mood: "str", weight: "float" }),
  poses: list({
    at: "float", yaw: "float", pitch: "float", roll: "float", x: "float", y: "float",
  }),
  glances: list({ at: "float", x: "float", y: "float" }),
  blinks: list(SPAN),
  captions: list({ ...SPAN, text: "str" }),
};
const STAGE = {
  background: "str",
  shape: "str",
  places: ["map", { x: "float", y: "float", scale: "float", facing: "int" }],
  camera: list({ at: "float", on: "str", zoom: "float", ease: "float" }),
};
const PERFORMANCE = {
  seconds: "float",
  parts: list(PART),
  stage: STAGE,
  made_by: { voice: "str", director: "str", seed: "int" },
};
const LOGGED = { seq: "int", at: "float" };
const MESSAGE = {
  message: "str", person: "str", name: "str", text: "str", sent: "float",
};
const TOPICS = list({ topic: "int", text: "str", votes: "int" });

/** Events that come as JSON. @type {Record<string, {[field: string]: any}>} */
const TEXT = {
  "stream-started": LOGGED,
  "stream-paused": LOGGED,
  "stream-resumed": LOGGED,
  "stream-ended": { ...LOGGED, reason: "str" },
  "topic-chosen": { ...LOGGED, topic: "int", text: "str" },
  "line-cut": { ...LOGGED, line: "int" },
  "line-removed": { ...LOGGED, line: "int" },
  "message-removed": { ...LOGGED, message: "str" },
  withheld: LOGGED,
  welcome: {
    version: "int", stream: "str", title: "str", state: "str", after: "int",
    resumed: "bool", clock: "float", stage: STAGE,
    seats: list({ seat: "str", character: "str", name: "str" }),
    topic: "str", topics: TOPICS, viewers: "int", reactions: ["map", "int"],
    messages: list(MESSAGE), may_write: "bool", slow_seconds: "int",
    ai_generated: "bool", vote_closes: "float",
  },
  message: MESSAGE,
  pong: { re: "int", clock: "float" },
  accepted: { re: "int" },
  refused: {
    re: "int", code: "str", detail: "str",
    help: list({ region: "str", name: "str", phone: "str", url: "str" }),
  },
  viewers: { count: "int" },
  reactions: { counts: ["map", "int"] },
  topics: { topics: TOPICS, vote_closes: "float" },
  closing: { code: "int", detail: "str" },
};

/** Events that come as bytes, by their second byte. @type {Record<number, [string, any]>} */
const BINARY = {
  1: ["line", { ...LOGGED, line: "int", seat: "str", performance: PERFORMANCE }],
  2: ["audio-chunk", {
    ...LOGGED, line: "int", seat: "str", codec: "str", offset: "int", last: "bool",
    data: "bytes",
  }],
  3: ["pose", { at: "float", part: PART }],
};

/** Events of the API, where bytes are base64 and a performance is its own JSON. */
const AS_JSON = {
  line: { ...LOGGED, line: "int", seat: "str", performance: "performance" },
  "audio-chunk": BINARY[2][1],
};

// Reading -------------------------------------------------------------------

/**
 * The event of a frame: an object with `kind` and the fields of that kind. Throws
 * TypeError for anything that this version does not know.
 * @param {string | ArrayBuffer | Uint8Array} frame
 * @returns {any}
 */
export function readFrame(frame) {
  if (typeof frame === "string") return readEvent(JSON.parse(frame));
  const bytes = frame instanceof Uint8Array ? frame : new Uint8Array(frame);
  const known = BINARY[bytes[1]];
  if (bytes[0] !== VERSION || !known) {
    throw new TypeError(`Not a binary frame of version ${VERSION}`);
  }
  const reader = new Reader(bytes.subarray(2));
  const event = { kind: known[0], ...reader.value(known[1], null) };
  reader.finish();
  return event;
}

/**
 * The event of an object, as the API gives it.
 * @param {any} data
 * @returns {any}
 */
export function readEvent(data) {
  /** @type {Record<string, any>} */
  const shapes = { ...TEXT, ...AS_JSON };
  const shape = Object.hasOwn(shapes, data?.kind) ? shapes[data.kind] : null;
  if (!shape) throw new TypeError(`No event is called ${data?.kind}`);
  const { kind, ...body } = data;
  return { kind, ...checked(shape, body, kind) };
}

/**
 * @param {any} shape
 * @param {any} data
 * @param {string} where
 * @returns {any}
 */
function checked(shape, data, where) {
  if (typeof shape === "string") return plain(/** @type {Plain} */ (shape), data, where);
  if (Array.isArray(shape)) {
    const [how, inner] = shape;
    if (how === "maybe") return data === null ? null : checked(inner, data, where);
    if (how === "list") {
      if (!Array.isArray(data)) throw new TypeError(`${where}: a list is needed`);
      return data.map((item, i) => checked(inner, item, `${where}[${i}]`));
    }
    const entries = Object.entries(object(data, where));
    return Object.fromEntries(
      entries.map(([key, item]) => [key, checked(inner, item, `${where}.${key}`)]),
    );
  }
  const found = object(data, where);
  const odd = Object.keys(found).filter((key) => !Object.hasOwn(shape, key));
  if (odd.length) throw new TypeError(`${where}: unknown ${odd.join(", ")}`);
  return Object.fromEntries(
    Object.keys(shape).map((key) => {
      if (!Object.hasOwn(found, key)) throw new TypeError(`${where}: missing ${key}`);
      return [key, checked(shape[key], found[key], `${where}.${key}`)];
    }),
  );
}

/** @param {any} data @param {string} where */
function object(data, where) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new TypeError(`${where}: an object is needed`);
  }
  return data;
}

/** @param {Plain} shape @param {any} data @param {string} where */
function plain(shape, data, where) {
  const fits = {
    float: () => Number.isFinite(data),
    int: () => Number.isSafeInteger(data),
    str: () => typeof data === "string",
    bool: () => typeof data === "boolean",
    bytes: () => typeof data === "string",
    performance: () => true,
  };
  if (!fits[shape]()) throw new TypeError(`${where}: ${shape} is needed`);
  if (shape === "performance") return readPerformance(data);
  if (shape !== "bytes") return data;
  return Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
}

// Bytes (see streams/protocol/packing.py) --------------------------------------

const SCALE = 1_000_000;

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    /** @type {string[]} */
    this.strings = [];
  }

  finish() {
    if (this.at !== this.bytes.length) throw new TypeError("Bytes are left over");
  }

  byte() {
    if (this.at >= this.bytes.length) throw new TypeError("These bytes end too early");
    this.at += 1;
    return this.bytes[this.at - 1];
  }

  /** LEB128; not by shifting, which in JavaScript ends at 32 bits. */
  number() {
    let found = 0;
    for (let scale = 1; scale <= 2 ** 56; scale *= 128) {
      const byte = this.byte();
      found += (byte & 0x7f) * scale;
      if (byte < 0x80) return found;
    }
    throw new TypeError("A number has too many digits");
  }

  /** Zigzag. */
  signed() {
    const found = this.number();
    return found % 2 ? -(found + 1) / 2 : found / 2;
  }

  raw() {
    const size = this.number();
    if (size > this.bytes.length - this.at) throw new TypeError("These bytes end too early");
    this.at += size;
    return this.bytes.slice(this.at - size, this.at);
  }

  text() {
    const place = this.number();
    if (place > this.strings.length) throw new TypeError("A string is named before it was told");
    if (place) return this.strings[place - 1];
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.raw());
    this.strings.push(text);
    return text;
  }

  /**
   * @param {any} shape
   * @param {any} before The item before in the same list, if there is one.
   * @returns {any}
   */
  value(shape, before) {
    switch (shape) {
      case "float": return (this.signed() + Math.round((before ?? 0) * SCALE)) / SCALE;
      case "int": return this.signed();
      case "str": return this.text();
      case "bool": return this.byte() !== 0;
      case "bytes": return this.raw();
      default:
    }
    if (!Array.isArray(shape)) {
      return Object.fromEntries(
        Object.keys(shape).map((key) => [key, this.value(shape[key], before?.[key])]),
      );
    }
    const [how, inner] = shape;
    if (how === "maybe") return this.byte() ? this.value(inner, null) : null;
    const count = this.number();
    if (count > this.bytes.length - this.at) throw new TypeError("These bytes end too early");
    if (how === "map") {
      return Object.fromEntries(
        Array.from({ length: count }, () => [this.text(), this.value(inner, null)]),
      );
    }
    /** @type {any[]} */
    const items = [];
    for (let i = 0; i < count; i += 1) items.push(this.value(inner, items.at(-1)));
    return items;
  }
}

// Writing -------------------------------------------------------------------

/** The messages of one socket, numbered from 1. */
export class Requests {
  n = 0;

  /** @param {string} kind @param {Record<string, unknown>} [fields] */
  #next(kind, fields = {}) {
    this.n += 1;
    return JSON.stringify({ kind, n: this.n, ...fields });
  }

  ping() {
    return this.#next("ping");
  }

  /** @param {string} text Up to 300 characters. */
  say(text) {
    return this.#next("say", { text });
  }

  /** @param {string} reaction heart, laugh, wow, clap or cry */
  react(reaction) {
    return this.#next("react", { reaction });
  }

  /** @param {number} topic */
  vote(topic) {
    return this.#next("vote", { topic });
  }
}

/**
 * Which logged events are new: the socket may repeat some after a break.
 */
export class Sequence {
  /** @param {number} after The last number that was seen. */
  constructor(after) {
    this.after = after;
  }

  /**
   * True for the next one, false for one that was seen; throws on a gap, after which
   * one connects again with `after`.
   * @param {number} seq
   */
  take(seq) {
    if (seq <= this.after) return false;
    if (seq !== this.after + 1) {
      throw new RangeError(`Event ${this.after + 1} is missing: got ${seq}`);
    }
    this.after = seq;
    return true;
  }
}
