// @ts-check
/** Surtitles: the line that is being said, with the word of the moment in bold. */

/** @import { Caption } from "./performance.js" */

/** A line holds at most this many characters, so that it fits two rows of a phone. */
const LINE = 64;
/** A pause this long ends a line. */
const GAP_SECONDS = 0.7;
/** A line stays this long after its last word. */
const LINGER_SECONDS = 0.9;

/**
 * Cut words into lines: at the end of a sentence, at a pause, or where a line is full.
 * @param {Caption[]} captions
 * @returns {Caption[][]}
 */
export function linesOf(captions) {
  /** @type {Caption[][]} */
  const lines = [];
  let length = 0;
  /** @type {Caption | null} */
  let before = null;
  for (const word of captions) {
    const full = length + word.text.length + 1 > LINE;
    const ended = before !== null && /[.!?…]["'”’)]?$/.test(before.text) && length > LINE / 3;
    const paused = before !== null && word.at - before.until > GAP_SECONDS;
    if (before === null || full || ended || paused) {
      lines.push([]);
      length = 0;
    }
    lines[lines.length - 1].push(word);
    length += word.text.length + 1;
    before = word;
  }
  return lines;
}

/**
 * The line at `t`, and which of its words is being said (-1: none just now).
 * @param {Caption[][]} lines
 * @param {number} t
 * @returns {{line: Caption[], word: number} | null}
 */
export function lineAt(lines, t) {
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i];
    if (t < line[0].at) continue;
    if (t > line[line.length - 1].until + LINGER_SECONDS) return null;
    let word = -1;
    line.forEach((w, n) => {
      if (w.at <= t && t < w.until) word = n;
    });
    return { line, word };
  }
  return null;
}

/** Writes into an element, and only when something changed. */
export class Surtitle {
  #shown = "";
  #who = "";
  /** @type {Caption[][]} */ #lines = [];

  /**
   * @param {Caption[]} captions
   * @param {string} [who] says it, where there is more than one
   */
  load(captions, who = "") {
    this.#lines = linesOf(captions);
    this.#who = who;
    this.#shown = "";
  }

  /**
   * @param {HTMLElement} element
   * @param {number} t
   */
  show(element, t) {
    const found = lineAt(this.#lines, t);
    const state = found ? `${this.#lines.indexOf(found.line)}:${found.word}` : "none";
    if (state === this.#shown) return;
    this.#shown = state;
    element.hidden = !found;
    if (!found) return element.replaceChildren();
    element.replaceChildren(
      ...this.#name(),
      ...found.line.flatMap((word, n) => {
        const node = document.createElement(n === found.word ? "b" : "span");
        node.textContent = word.text;
        return n ? [" ", node] : [node];
      }),
    );
  }

  #name() {
    if (!this.#who) return [];
    const name = document.createElement("span");
    name.className = "surtitle__who";
    name.textContent = this.#who;
    return [name, " "];
  }
}
