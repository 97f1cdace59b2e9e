// @ts-check
/** Copies of plays that somebody keeps: on the server, or in this browser. */

import { SLOTS } from "./opening.js";
import { Refusal } from "./saves.js";

/** @typedef {import("./opening.js").Read} Read */
/** @typedef {import("./kept.js").Kept} Kept */
/** @typedef {import("./server.js").Server} Server */
/** @typedef {{id: string, name: string, choices: number, changed: string}} Copy */

const LONGEST = 60;

/** In this browser. */
export class OwnSlots {
  /** @param {Kept} kept @param {Read} read */
  constructor(kept, read) {
    this.kept = kept;
    this.read = read;
    this.name = `slots-${read.scene.key}`;
  }

  /** @returns {Promise<Copy[]>} */
  async all() {
    return this.#rows().map(({ id, name, choices, changed }) => ({ id, name, choices, changed }));
  }

  /** @param {string} name @param {any} snapshot */
  async keep(name, snapshot) {
    const rows = this.#rows();
    if (rows.length >= SLOTS) {
      throw new Refusal(409, { detail: `${SLOTS} copies are kept, and no more fit. Delete one to make room.` });
    }
    const { version, cast, language } = this.read;
    const choices = snapshot.events.filter((/** @type {any} */ event) => event.type === "choose").length;
    const id = `${Date.now()}-${rows.length}`;
    rows.unshift({ id, name: name.slice(0, LONGEST), choices, changed: new Date().toISOString(), version, cast, language, snapshot });
    this.kept.set(this.name, rows);
  }

  /** @param {string} id */
  async drop(id) {
    this.kept.set(this.name, this.#rows().filter((row) => row.id !== id));
  }

  /** @param {string} id @returns {Promise<Read>} */
  async open(id) {
    const row = this.#rows().find((one) => one.id === id);
    if (!row) throw new Refusal(404, { detail: "This copy is gone." });
    const { version, cast, language, snapshot } = row;
    return { ...this.read, version, cast, language, snapshot, seed: snapshot.seed };
  }

  /** @returns {any[]} */
  #rows() {
    const rows = this.kept.get(this.name);
    return Array.isArray(rows) ? rows.filter((row) => row?.id && row.snapshot?.events) : [];
  }
}

/** On the server. */
export class ServerSlots {
  /** @param {Server} server @param {Read} read */
  constructor(server, read) {
    this.server = server;
    this.read = read;
  }

  /** @returns {Promise<Copy[]>} */
  async all() {
    const plays = await this.server.plays();
    return plays.filter((play) => play.slot > 0)
      .map(({ key, name, choices, changed }) => ({ id: key, name, choices, changed }));
  }

  /** @param {string} name */
  keep(name) {
    return this.server.copy(/** @type {string} */ (this.read.key), name);
  }

  /** @param {string} id */
  drop(id) {
    return this.server.remove(id);
  }

  /** @param {string} id @returns {Promise<Read>} */
  open(id) {
    return this.server.resume(id);
  }
}
