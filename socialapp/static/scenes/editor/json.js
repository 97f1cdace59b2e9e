// @ts-check
/**
 * Reads JSON so that it can be written again as it was: whole numbers that a double
 * cannot hold become BigInts, a key that stands twice is refused, and each place is
 * known by its JSON pointer.
 */

const DEEPEST = 200;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
/** @type {[string, any][]} */
const WORDS = [["true", true], ["false", false], ["null", null]];

/** The text is no JSON; `at` is the place in it. */
export class JsonError extends Error {
  /** @param {string} text @param {number} at @param {string} message */
  constructor(text, at, message) {
    const before = text.slice(0, at).split("\n");
    const line = before.length;
    const column = before[line - 1].length + 1;
    super(`Line ${line}, column ${column}: ${message}.`);
    this.at = at;
    this.line = line;
    this.column = column;
  }
}

/** A part of a JSON pointer. @param {string | number} part */
export const escaped = (part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1");

/** The parts of a JSON pointer. @param {string} pointer */
export const partsOf = (pointer) => (
  pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
);

/** Whether the quotation mark at a place belongs to the text: an odd number of backslashes stands before. @param {string} text @param {number} at */
function quoted(text, at) {
  let before = at;
  while (text[before - 1] === "\\") before -= 1;
  return (at - before) % 2 === 1;
}

class Reader {
  /** @param {string} text @param {Map<string, number> | null} places */
  constructor(text, places) {
    this.text = text;
    this.places = places;
    this.at = 0;
    this.depth = 0;
  }

  /** @param {string} message @returns {never} */
  fail(message) {
    throw new JsonError(this.text, this.at, message);
  }

  space() {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.text);
    this.at = SPACE.lastIndex;
  }

  /** @param {string} sign */
  accept(sign) {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    this.space();
    return true;
  }

  /** @param {RegExp} pattern */
  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  whole() {
    this.space();
    const value = this.value("");
    if (this.at < this.text.length) this.fail("nothing may follow here");
    return value;
  }

  /** @param {string} pointer @returns {any} */
  value(pointer) {
    this.places?.set(pointer, this.at);
    const value = this.one(pointer);
    this.space();
    return value;
  }

  /** @param {string} pointer @returns {any} */
  one(pointer) {
    const sign = this.text[this.at];
    if (sign === "{") return this.deeper(() => this.object(pointer));
    if (sign === "[") return this.deeper(() => this.list(pointer));
    if (sign === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  /** @param {() => any} inside */
  deeper(inside) {
    this.depth += 1;
    if (this.depth > DEEPEST) this.fail("nested too deeply");
    const value = inside();
    this.depth -= 1;
    return value;
  }

  number() {
    const found = this.match(NUMBER);
    if (!found) {
      this.fail(this.at < this.text.length ? "a value is needed here" : "the text ends here");
    }
    const value = Number(found[0]);
    if (found[1] || found[2]) {
      if (!Number.isFinite(value)) this.fail("this number is too large");
      return value;
    }
    if (found[0].length > 21) this.fail(`a number of ${found[0].length} digits`);
    return Number.isSafeInteger(value) ? value + 0 : BigInt(found[0]);
  }

  /** @returns {string} */
  string() {
    const { text, at } = this;
    let end = text.indexOf('"', at + 1);
    while (end > 0 && quoted(text, end)) end = text.indexOf('"', end + 1);
    if (end < 0) this.fail("this text has no end");
    this.at = end + 1;
    try {
      return JSON.parse(text.slice(at, end + 1));
    } catch {
      this.at = at;
      return this.fail("this text holds a character that it may not, or an escape that means nothing");
    }
  }

  /** @param {string} pointer */
  list(pointer) {
    /** @type {any[]} */
    const found = [];
    this.accept("[");
    if (this.accept("]")) return found;
    do found.push(this.value(this.places ? `${pointer}/${found.length}` : ""));
    while (this.accept(","));
    if (this.text[this.at] !== "]") this.fail("a comma or ] is needed here");
    this.at += 1;
    return found;
  }

  /** @param {string} pointer */
  object(pointer) {
    /** @type {[string, any][]} */
    const entries = [];
    const keys = new Set();
    this.accept("{");
    if (this.accept("}")) return {};
    do {
      if (this.text[this.at] !== '"') this.fail("a key in double quotes is needed here");
      const start = this.at;
      const key = this.string();
      if (keys.has(key)) {
        this.at = start;
        this.fail(`the key ${key.slice(0, 40)} stands twice in one object`);
      }
      keys.add(key);
      this.space();
      if (!this.accept(":")) this.fail("a colon is needed here");
      entries.push([key, this.value(this.places ? `${pointer}/${escaped(key)}` : "")]);
    } while (this.accept(","));
    if (this.text[this.at] !== "}") this.fail("a comma or } is needed here");
    this.at += 1;
    return Object.fromEntries(entries);
  }
}

/** The value of a text. Throws JsonError. @param {string} text @returns {any} */
export const read = (text) => new Reader(text, null).whole();

/**
 * Where each value begins, by JSON pointer; empty when the text is no JSON.
 * @param {string} text
 * @returns {Map<string, number>}
 */
export function placesOf(text) {
  /** @type {Map<string, number>} */
  const places = new Map();
  try {
    new Reader(text, places).whole();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  return places;
}

/** What a pointer leads to, or undefined. @param {any} value @param {string} pointer */
export function at(value, pointer) {
  for (const part of partsOf(pointer)) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = value[part];
  }
  return value;
}
