// @ts-check
/** The API of plays and takes, as the player asks it. */

import { Refusal } from "./saves.js";

/** @typedef {import("./steps.js").LineAt} LineAt */
/** @typedef {import("./voices.js").Told} Told */
/** @typedef {import("./saves.js").Save} Save */
/** @typedef {{role: string, character: string}} Chosen */

const API = "/api/v1";
const KEEPALIVE = 20_000;

export class Server {
  /**
   * @param {string} scene its key
   * @param {typeof fetch} fetcher
   * @param {() => string} token against forged requests
   */
  constructor(scene, fetcher = (...how) => fetch(...how), token = () => document.body.dataset.csrf ?? "") {
    this.scene = scene;
    this.fetcher = fetcher;
    this.token = token;
  }

  /** A new play. @param {{cast: Record<string, string>, seed?: number, language?: string}} what */
  begin(what) {
    return this.#ask("POST", `/scenes/${this.scene}/plays/`, what);
  }

  /** @param {string} play */
  read(play) {
    return this.#ask("GET", `/plays/${play}/`);
  }

  /** @param {string} play @param {Save} save @returns {Promise<{rev: number}>} */
  put(play, save) {
    return this.#ask("PUT", `/plays/${play}/`, save);
  }

  /** A copy that is kept. @param {string} play @param {string} name */
  copy(play, name) {
    return this.#ask("POST", `/plays/${play}/slots/`, { name });
  }

  /** Mine of this scene: the copies too. @returns {Promise<any[]>} */
  async plays() {
    const found = await this.#ask("GET", `/plays/?scene=${this.scene}&limit=100`);
    const all = Array.isArray(found) ? found : (found?.results ?? found?.plays ?? []);
    return all.filter((/** @type {any} */ play) => play.scene?.key === this.scene);
  }

  /** @param {string} play */
  remove(play) {
    return this.#ask("DELETE", `/plays/${play}/`);
  }

  /** Go on from a copy, as a play of its own; the copy stays. @param {string} play */
  resume(play) {
    return this.#ask("POST", `/plays/${play}/resume/`, {});
  }

  /** On the newest version, as far as it fits. @param {string} play */
  carry(play) {
    return this.#ask("POST", `/plays/${play}/carry/`, {});
  }

  /** A new play with the same cast. @param {string} play */
  again(play) {
    return this.#ask("POST", `/plays/${play}/again/`, {});
  }

  /**
   * @param {string} play
   * @param {{state: string, beat: number, text: string}} said
   * @returns {Promise<import("./talk.js").Answer>}
   */
  improv(play, said) {
    return this.#ask("POST", `/plays/${play}/improv/`, said);
  }

  /**
   * @param {{version: number, cast: Record<string, string>, language: string}} of
   * @param {LineAt[]} lines
   * @param {LineAt[]} soon
   * @returns {Promise<Told[]>}
   */
  async takes(of, lines, soon) {
    return (await this.#ask("POST", `/scenes/${this.scene}/takes/`, { ...of, lines, soon })).takes;
  }

  /** Others may come along. @param {string} play @returns {Promise<{key: string, url: string}>} */
  company(play) {
    return this.#ask("POST", `/plays/${play}/company/`, {});
  }

  /** A scene's file. @param {string} url */
  document(url) {
    return this.#ask("GET", url);
  }

  /**
   * @param {string} method
   * @param {string} path of the API, or an address
   * @param {object} [body]
   * @returns {Promise<any>} null: nothing was answered
   */
  async #ask(method, path, body) {
    const text = body ? JSON.stringify(body) : "";
    const api = /^\/(scenes|plays)\//.test(path);
    const response = await this.fetcher(api ? API + path : path, {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(method === "GET" ? {} : { "X-CSRFToken": this.token() }),
      },
      ...(text ? { body: text } : {}),
      // A save outlives the page; browsers take so much of that, and no more.
      ...(method === "PUT" && text.length < KEEPALIVE ? { keepalive: true } : {}),
    });
    const data = await response.json().catch(() => null);
    if (!response.ok) throw new Refusal(response.status, data);
    return data;
  }
}
