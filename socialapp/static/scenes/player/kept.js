// @ts-check
/** What this browser keeps: JSON by name. A private window, or a full disk, forgets. */

const PREFIX = "troupe-scenes-";

export class Kept {
  /** @type {Map<string, string>} what storage would not take */ #here = new Map();

  /** @param {Storage | null} storage null: nothing outlasts the page */
  constructor(storage = ownStorage()) {
    this.storage = storage;
  }

  /** @param {string} name @returns {any} null: nothing, or nothing that can be read */
  get(name) {
    const text = this.#here.get(name) ?? this.#stored(name);
    if (text === null) return null;
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {unknown} value
   * @returns {boolean} whether it outlasts the page
   */
  set(name, value) {
    const text = JSON.stringify(value);
    try {
      if (!this.storage) throw new Error("no storage");
      this.storage.setItem(PREFIX + name, text);
      this.#here.delete(name);
      return true;
    } catch {
      this.#here.set(name, text);
      return false;
    }
  }

  /** @param {string} name */
  drop(name) {
    this.#here.delete(name);
    try {
      this.storage?.removeItem(PREFIX + name);
    } catch {
      // Closed storage keeps nothing anyway.
    }
  }

  /** @param {string} name @returns {string | null} */
  #stored(name) {
    try {
      return this.storage?.getItem(PREFIX + name) ?? null;
    } catch {
      return null;
    }
  }
}

/** @returns {Storage | null} */
function ownStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
