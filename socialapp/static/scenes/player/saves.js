// @ts-check
/**
 * Saves of one play: into the browser at once, to the server as soon as it answers. A
 * save that the server has meanwhile got from elsewhere is a question for the person.
 */

/** @typedef {import("./kept.js").Kept} Kept */
/** @typedef {"saved" | "saving" | "kept" | "conflict"} State */
/** @typedef {{rev: number, snapshot: any}} Save */
/** @typedef {(save: Save) => Promise<{rev: number}>} Put throws Refusal */
/** @typedef {(state: State, theirs: Save | null) => void} Tell `theirs`: what is there, in a conflict */

/** Seconds until it is tried again; the later, the rarer. */
const AGAIN = [2, 5, 15, 30, 60];

/** The server answers, and does not take it. */
export class Refusal extends Error {
  /** @param {number} status @param {any} data */
  constructor(status, data) {
    super(data?.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.data = data;
    this.code = data?.code ?? data?.type ?? "";
  }
}

export class Saves {
  /** @type {any} */ #waiting = null;
  #sending = false;
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #closed = false;
  /** @type {Save | null} */ #theirs = null;

  /**
   * @param {{name: string, rev: number, put: Put | null, kept: Kept, tell: Tell}} how
   *   `put` null: the browser alone keeps it
   */
  constructor({ name, rev, put, kept, tell }) {
    this.name = name;
    this.rev = rev;
    this.put = put;
    this.kept = kept;
    this.tell = tell;
  }

  /**
   * What this browser has that the server does not; null: nothing.
   * @returns {Save | null}
   */
  left() {
    const found = this.kept.get(this.name);
    return found?.waits && found.snapshot ? { rev: found.rev, snapshot: found.snapshot } : null;
  }

  /** @param {any} snapshot */
  save(snapshot) {
    this.#keep(snapshot, this.put !== null);
    if (!this.put) return this.tell("saved", null);
    this.#waiting = snapshot;
    if (this.#theirs) return this.tell("conflict", this.#theirs);
    void this.#send();
  }

  /** The network is back, or somebody asks. */
  retry() {
    clearTimeout(this.#timer);
    this.#tries = 0;
    void this.#send();
  }

  /**
   * Which of two saves goes on.
   * @param {"mine" | "theirs"} which
   * @returns {any} the snapshot to go on from; null: as it is
   */
  settle(which) {
    const theirs = this.#theirs;
    if (!theirs) return null;
    this.rev = theirs.rev;
    this.#theirs = null;
    if (which === "mine") {
      void this.#send();
      return null;
    }
    this.#waiting = null;
    this.#keep(theirs.snapshot, false);
    this.tell("saved", null);
    return theirs.snapshot;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #send() {
    if (this.#sending || this.#closed || this.#waiting === null || !this.put || this.#theirs) return;
    clearTimeout(this.#timer);
    this.#sending = true;
    const snapshot = this.#waiting;
    this.tell("saving", null);
    try {
      const { rev } = await this.put({ rev: this.rev, snapshot });
      this.rev = rev;
      this.#tries = 0;
      if (this.#waiting === snapshot) {
        this.#waiting = null;
        this.#keep(snapshot, false);
        this.tell("saved", null);
      } else {
        this.#keep(this.#waiting, true);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#sending = false;
    }
    if (!this.#tries) void this.#send();
  }

  /** @param {unknown} error */
  #failed(error) {
    this.#tries += 1;
    if (error instanceof Refusal && error.status === 409 && error.data?.snapshot) {
      this.#theirs = { rev: error.data.rev, snapshot: error.data.snapshot };
      return this.tell("conflict", this.#theirs);
    }
    this.tell("kept", null);
    if (this.#closed) return;
    const seconds = AGAIN[Math.min(this.#tries - 1, AGAIN.length - 1)];
    this.#timer = setTimeout(() => void this.#send(), 1000 * seconds);
  }

  /** @param {any} snapshot @param {boolean} waits */
  #keep(snapshot, waits) {
    this.kept.set(this.name, { rev: this.rev, snapshot, waits });
  }
}
