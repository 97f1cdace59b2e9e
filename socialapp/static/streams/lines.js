// @ts-check
/** The lines of a stream, put together from what arrives, and what became of them. */

/** @import { Part, Performance } from "../stage/performance.js" */

/** The sound of one seat in a line: pieces that joined are one file. */
export class Recording {
  /** @type {Map<number, Uint8Array>} */ #pieces = new Map();
  /** @type {number | null} */ #size = null;

  /** @param {{offset: number, last: boolean, data: Uint8Array}} chunk */
  add({ offset, last, data }) {
    this.#pieces.set(offset, data);
    if (last) this.#size = offset + data.length;
  }

  /**
   * The file, once nothing of it is missing.
   * @returns {Uint8Array | null}
   */
  get file() {
    if (this.#size === null) return null;
    const file = new Uint8Array(this.#size);
    let end = 0;
    for (const [offset, data] of [...this.#pieces].sort((a, b) => a[0] - b[0])) {
      if (offset !== end || offset + data.length > file.length) return null;
      file.set(data, offset);
      end += data.length;
    }
    return end === file.length ? file : null;
  }
}

/** One line: who says what, and when. Times are seconds of the stream's clock. */
export class Line {
  /** @type {number | null} From here on it is not played. */
  cutAt = null;
  removed = false;
  /** @type {Map<string, Recording>} by seat */
  recordings = new Map();
  /** @type {Map<string, AudioBuffer | null>} by seat: decoded; null: nothing can play it */
  sounds = new Map();
  /** When everything it needs was here; Infinity: something is missing. */
  ready = Infinity;

  /**
   * @param {{line: number, seat: string, at: number, performance: Performance}} event
   * @param {number} came when it arrived
   */
  constructor({ line, seat, at, performance }, came) {
    this.line = line;
    this.seat = seat;
    this.at = at;
    this.performance = performance;
    this.seconds = performance.seconds;
    this.came = came;
    this.settle(came);
  }

  /** @returns {Part | null} what a seat does in it */
  part(seat = this.seat) {
    return this.performance.parts.find((part) => part.seat === seat) ?? null;
  }

  get text() {
    return (this.part()?.captions ?? []).map((word) => word.text).join(" ");
  }

  /**
   * Whether everything is here, from `now` on.
   * @param {number} now
   */
  settle(now) {
    const wanted = this.performance.parts.filter((part) => part.sound).map((part) => part.seat);
    const seats = new Set([...wanted, ...this.recordings.keys()]);
    const whole = [...seats].every((seat) => this.sounds.has(seat));
    this.ready = whole ? Math.min(this.ready, now) : Infinity;
  }

  /**
   * When it ends, if its first moment is at `began`.
   * @param {number} began
   */
  end(began) {
    if (this.removed) return -Infinity;
    return Math.min(began + this.seconds, this.cutAt ?? Infinity);
  }
}

export class Lines {
  /** @type {Map<number, Line>} in the order in which they are said */
  #known = new Map();
  /** From here on nothing is played. */
  over = Infinity;

  /**
   * @param {any} event a logged one
   * @param {number} now on the stream's clock; -Infinity: it was always there
   */
  take(event, now) {
    const line = this.#known.get(event.line);
    switch (event.kind) {
      case "line":
        if (!line) this.#known.set(event.line, new Line(event, now));
        break;
      case "audio-chunk":
        if (!line) return;
        if (!line.recordings.has(event.seat)) line.recordings.set(event.seat, new Recording());
        line.recordings.get(event.seat)?.add(event);
        line.settle(now);
        break;
      case "line-cut":
        if (line) line.cutAt = Math.min(line.cutAt ?? Infinity, event.at);
        break;
      case "line-removed":
        if (line) line.removed = true;
        break;
      case "stream-ended":
        if (event.reason !== "finished") this.over = event.at;
        break;
      default:
    }
  }

  /** @param {number} number @returns {Line | null} */
  get(number) {
    return this.#known.get(number) ?? null;
  }

  /**
   * Those with a higher number, in order.
   * @param {number} number
   */
  *after(number) {
    for (const line of this.#known.values()) if (line.line > number) yield line;
  }

  /**
   * Forget what ended before `time`.
   * @param {number} time
   */
  drop(time) {
    for (const [number, line] of this.#known) {
      if (line.at + line.seconds >= time) return;
      this.#known.delete(number);
    }
  }
}
