// @ts-check
/** What was on screen, told to the house in batches: nothing is sent while one looks. */

const SHORTEST = 0.25; // seconds; less is scrolling past
const BATCH = 20;

export class Looks {
  /**
   * @param {(looks: [string, number, number][]) => void} send a batch: post, seconds,
   *   fraction watched
   * @param {() => number} now seconds
   */
  constructor(send, now) {
    this.send = send;
    this.now = now;
    /** @type {Map<string, [number, number]>} */
    this.waiting = new Map();
    this.key = "";
    this.since = 0;
  }

  /** @param {string} key of the post that is on screen now; empty: none is */
  enter(key) {
    this.leave(0);
    this.key = key;
    this.since = this.now();
  }

  /** @param {number} watched fraction of what was on screen */
  leave(watched) {
    if (!this.key) return;
    const seconds = this.now() - this.since;
    const known = this.waiting.get(this.key) ?? [0, 0];
    if (seconds >= SHORTEST || known[0] > 0) {
      this.waiting.set(this.key, [
        known[0] + Math.max(0, seconds),
        Math.min(1, Math.max(known[1], watched)),
      ]);
    }
    this.since = this.now();
    this.key = "";
    if (this.waiting.size >= BATCH) this.flush();
  }

  flush() {
    if (!this.waiting.size) return;
    /** @type {[string, number, number][]} */
    const looks = [...this.waiting].map(([key, [seconds, watched]]) => [
      key,
      Math.round(seconds * 100) / 100,
      Math.round(watched * 1000) / 1000,
    ]);
    this.waiting.clear();
    this.send(looks);
  }
}
