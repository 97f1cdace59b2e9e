// @ts-check
/**
 * Saves while somebody writes. What could not be sent stays in this browser and is sent
 * later; what somebody else saved meanwhile is never written over.
 */

import { OfflineError, ServerError } from "./server.js";

const QUIET = 1200; // milliseconds without a change before it is sent
const AGAIN = 15_000; // milliseconds before it is tried again
const MOST_KEPT = 2_000_000; // characters: a browser keeps about five million

/**
 * @typedef {object} Conflict
 * @property {number} rev of what is there
 * @property {string} theirs
 * @property {string} mine
 * @property {string | null} base what both began with
 */
/** @typedef {"saved" | "waiting" | "saving" | "offline" | "refused" | "conflict"} Status */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Keep */

export class Saver extends EventTarget {
  /** @type {Status} */
  status = "saved";
  message = "";
  rev = 0;
  /** As the server has it. */
  base = "";
  text = "";
  /** @type {Conflict | null} */
  conflict = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;
  /** @type {Promise<void> | null} */
  sending = null;

  /**
   * @param {Pick<import("./server.js").Server, "key" | "save">} server
   * @param {Keep | null} keep
   */
  constructor(server, keep) {
    super();
    this.server = server;
    this.keep = keep;
    this.name = `troupe-scene-draft-${server.key}`;
  }

  /**
   * Begins with what the server has; gives what to write on: that, or what was not sent.
   * @param {string} document @param {number} rev @returns {string}
   */
  begin(document, rev) {
    this.base = document;
    this.text = document;
    this.rev = rev;
    const kept = this.kept();
    if (!kept || kept.text === document) return document;
    if (kept.rev === rev) {
      this.changed(kept.text);
      return kept.text;
    }
    this.text = kept.text;
    this.clash({ rev, theirs: document, mine: kept.text, base: kept.base });
    return kept.text;
  }

  /** @returns {{rev: number, text: string, base: string | null} | null} */
  kept() {
    try {
      const found = JSON.parse(this.keep?.getItem(this.name) ?? "null");
      const good = typeof found?.text === "string" && Number.isInteger(found.rev);
      return good ? { base: null, ...found } : null;
    } catch {
      return null;
    }
  }

  /** @param {Status} status @param {string} message */
  become(status, message = "") {
    this.status = status;
    this.message = message;
    this.dispatchEvent(new Event("status"));
  }

  /** @param {Conflict} conflict */
  clash(conflict) {
    clearTimeout(this.timer);
    this.conflict = conflict;
    this.become("conflict");
  }

  /** The document reads otherwise now. @param {string} text */
  changed(text) {
    this.text = text;
    if (this.conflict) {
      this.conflict.mine = text;
      this.remember();
      return;
    }
    if (text === this.base) {
      clearTimeout(this.timer);
      this.remember();
      if (!this.sending) this.become("saved");
      return;
    }
    this.remember();
    if (this.status !== "offline") this.become("waiting");
    this.later(QUIET);
  }

  /** @param {number} wait */
  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), wait);
  }

  remember() {
    try {
      if (this.text === this.base) this.keep?.removeItem(this.name);
      else if (this.text.length <= MOST_KEPT) {
        const base = this.base.length + this.text.length <= MOST_KEPT ? this.base : null;
        this.keep?.setItem(this.name, JSON.stringify({ rev: this.rev, text: this.text, base }));
      }
    } catch {
      // Storage is closed or full: the server has what was sent.
    }
  }

  /** Sends what is not sent; resolves when it is, or could not be. */
  async flush() {
    clearTimeout(this.timer);
    if (this.sending) await this.sending;
    if (this.conflict || this.text === this.base) return;
    this.sending = this.send();
    await this.sending;
    this.sending = null;
    if (!this.conflict && this.text !== this.base && this.status === "saved") {
      this.become("waiting");
      this.later(QUIET);
    }
  }

  async send() {
    const { text } = this;
    if (this.status !== "offline") this.become("saving");
    try {
      const { rev } = await this.server.save(text, this.rev);
      this.rev = rev;
      this.base = text;
      this.remember();
      this.become("saved");
    } catch (error) {
      this.failed(error, text);
    }
  }

  /** @param {any} error @param {string} text */
  failed(error, text) {
    const { data = {}, status = 0 } = error instanceof ServerError ? error : {};
    if (status === 409 && typeof data.document === "string") {
      this.clash({ rev: data.rev, theirs: data.document, mine: text, base: this.base });
    } else if (error instanceof OfflineError || status >= 500 || status === 429) {
      this.become("offline", error.message);
      this.later(AGAIN);
    } else if (error instanceof ServerError) {
      this.become("refused", error.message);
    } else throw error;
  }

  /** The conflict is over: theirs is what everything builds on; `text` is what is now written on. @param {string} text */
  settle(text) {
    const conflict = this.conflict;
    if (!conflict) return;
    this.conflict = null;
    this.rev = conflict.rev;
    this.base = conflict.theirs;
    this.become("saved");
    this.changed(text);
  }

  /** Something is not on the server yet. */
  get unsent() {
    return this.text !== this.base;
  }
}
