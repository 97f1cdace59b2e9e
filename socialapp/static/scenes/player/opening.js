// @ts-check
/**
 * Which play a page opens: one on the server, or one that this browser keeps; on its own
 * version of the scene, whatever was published since.
 */

import { Machine } from "../machine.js";
import { carried } from "./journal.js";
import { Refusal } from "./saves.js";

/** @typedef {import("./kept.js").Kept} Kept */
/** @typedef {import("./server.js").Server} Server */
/**
 * A play as the API gives it; without a key, this browser alone keeps it.
 * @typedef {object} Read
 * @property {string | null} key
 * @property {number} rev
 * @property {number} slot
 * @property {{key: string, title: string}} scene
 * @property {{number: number, digest: string, document: string}} version
 * @property {{number: number, digest: string} | null} newest
 * @property {number} seed
 * @property {string} language
 * @property {Record<string, {character: string, name: string, rig: string | null, portrait: string | null, voiced: boolean, gone: boolean}>} cast
 * @property {any} snapshot
 * @property {string} [closed]
 */
/**
 * @typedef {object} Page
 * @property {boolean} signed_in
 * @property {boolean} begins nothing on the server to go on from
 * @property {boolean} chosen somebody chose a cast
 * @property {boolean} again
 * @property {string} documents address of version 0
 */
/** @typedef {{read: Read, note: string}} Opened */

/** Copies that a browser keeps of the plays of one scene. */
export const SLOTS = 6;

export class Opening {
  /** @param {Server} server @param {Kept} kept @param {Page} page */
  constructor(server, kept, page) {
    this.server = server;
    this.kept = kept;
    this.page = page;
  }

  /**
   * What is played, for what the page was made with.
   * @param {Read} read
   * @returns {Promise<Opened>}
   */
  async open(read) {
    if (read.key) return { read: read.slot ? await this.server.resume(read.key) : read, note: "" };
    if (!this.page.signed_in) return { read: this.#own(read), note: "" };
    try {
      return { read: await this.server.begin(startOf(read)), note: "" };
    } catch (error) {
      // Refused for a reason, or out of reach: the story can be played all the same.
      const why = error instanceof Refusal && error.status < 500 && error.status !== 404 ? `${error.message} ` : "";
      return { read, note: `${why}This play is kept on this device alone.` };
    }
  }

  /** Begin once more, with the same cast. @param {Read} read @returns {Promise<Read>} */
  async again(read) {
    if (read.key) return this.server.again(read.key);
    return { ...read, seed: Math.floor(Math.random() * 2 ** 32), snapshot: null };
  }

  /**
   * On the newest version, as far as the choices fit there.
   * @param {Read} read
   * @param {any} snapshot
   * @returns {Promise<{read: Read, kept: number, of: number}>}
   */
  async carry(read, snapshot) {
    if (read.key) {
      const { play, kept, of } = await this.server.carry(read.key);
      return { read: play, kept, of };
    }
    const newest = /** @type {{number: number, digest: string}} */ (read.newest);
    const document = this.address(newest.number);
    const machine = new Machine(await this.server.document(document));
    const events = snapshot?.events ?? [];
    const { play, kept } = carried(machine, { seed: snapshot?.seed ?? read.seed, cast: read.cast }, events);
    const saved = { seed: play.how.seed, events: play.events };
    return { read: { ...read, version: { ...newest, document }, snapshot: saved }, kept, of: events.length };
  }

  /** Keep who plays whom, beside the saves. @param {Read} read */
  remember(read) {
    const { version, newest, cast, seed, language } = read;
    if (!read.key) this.kept.set(this.#name(read), { version, newest, cast, seed, language });
  }

  /** Where the saves of a play are kept. @param {Read} read */
  saveName(read) {
    return read.key ? `play-${read.key}` : `save-${read.scene.key}`;
  }

  /** @param {number} number of a version */
  address(number) {
    return this.page.documents.replace("/0.json", `/${number}.json`);
  }

  /** @param {Read} read */
  #name(read) {
    return `guest-${read.scene.key}`;
  }

  /**
   * Of a browser that keeps its own: the latest save, unless somebody begins anew.
   * @param {Read} read
   * @returns {Read}
   */
  #own(read) {
    const { chosen, again } = this.page;
    const before = this.kept.get(this.#name(read));
    const save = this.kept.get(this.saveName(read));
    if (chosen || again || !before?.version || !save?.snapshot?.events?.length) return read;
    const { version, cast, seed, language } = before;
    return {
      ...read, seed, language, cast,
      version: { ...version, document: this.address(version.number) },
      snapshot: save.snapshot,
    };
  }
}

/** Keys of the cast, by role; nobody for who was erased. @param {Read} read @returns {Record<string, string>} */
export function charactersOf({ cast }) {
  const keys = Object.entries(cast).flatMap(([role, { character }]) => (character ? [[role, character]] : []));
  return Object.fromEntries(keys);
}

/** @param {Read} read */
const startOf = (read) => ({ cast: charactersOf(read), seed: read.seed, language: read.language });
