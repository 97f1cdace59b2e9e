// @ts-check
/**
 * A scene to its canonical text, byte for byte as scenes/machine/writing.py gives it. What
 * is no scene yet is written all the same: keys that nobody knows come last, as they were.
 */

import { SHAPES, TAGGED } from "./shapes.js";

/** @typedef {import("./shapes.js").Field} Field */

/** @param {any} value @returns {value is Record<string, any>} */
export const isObject = (value) => (
  value !== null && typeof value === "object" && !Array.isArray(value)
);

/** @param {any} value */
const isEmpty = (value) => (
  Array.isArray(value) ? !value.length : isObject(value) && !Object.keys(value).length
);

/** By code point, as Python sorts. @param {string} a @param {string} b */
export function byCodePoint(a, b) {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = Number(left[i].codePointAt(0)) - Number(right[i].codePointAt(0));
    if (difference) return difference;
  }
  return left.length - right.length;
}

/** The canonical file. @param {any} scene */
export const write = (scene) => `${pretty(ordered(scene, "scene"), "\n")}\n`;

/** One object of a scene, canonically. @param {any} value @param {string} kind @param {string[]} languages */
export const writePart = (value, kind, languages) => (
  pretty(ordered(value, kind, languages), "\n")
);

/** The same on one line. @param {any} value @param {string} kind @param {string[]} languages */
export const writeLine = (value, kind, languages) => compact(ordered(value, kind, languages));

/** Entries, for objects whose keys may not be put in order by the engine. */
class Entries {
  /** @param {[string, any][]} pairs */
  constructor(pairs) {
    this.pairs = pairs;
  }
}

/**
 * @param {any} value
 * @param {string} kind
 * @param {string[]} languages
 * @returns {any}
 */
function ordered(value, kind, languages = languagesOf(value)) {
  if (!isObject(value)) return value;
  const found = fieldsOf(value, kind);
  if (!found) return rest(value, null);
  /** @type {[string, any][]} */
  const pairs = [];
  for (const field of found) {
    if (!Object.hasOwn(value, field.key)) continue;
    const item = value[field.key];
    if (item === field.missing && item !== undefined) continue;
    const made = held(item, field, languages);
    if (made !== undefined) pairs.push([field.key, made]);
  }
  return new Entries([...pairs, ...rest(value, found).pairs]);
}

/** @param {Record<string, any>} value @param {string} kind @returns {Field[] | null} */
function fieldsOf(value, kind) {
  const types = /** @type {Record<string, string[]>} */ (TAGGED)[kind];
  if (!types) return SHAPES[kind] ?? null;
  return types.includes(value.type) ? SHAPES[value.type] : null;
}

/** @type {Map<Field[], Set<string>>} */
const keys = new Map(Object.values(SHAPES).map((fields) => (
  [fields, new Set(fields.map((field) => field.key))]
)));

/** What no field names. @param {Record<string, any>} value @param {Field[] | null} fields */
function rest(value, fields) {
  const known = fields && keys.get(fields);
  return new Entries(Object.entries(value).filter(([key]) => !known?.has(key)));
}

/** @param {any} item @param {Field} field @param {string[]} languages @returns {any} undefined: left out */
function held(item, field, languages) {
  const { holds, kind = "" } = field;
  if (holds === "any") return isEmpty(item) ? undefined : sorted(item);
  if (holds === "text") return words(item, languages);
  if (holds === "one") {
    const made = ordered(item, kind, languages);
    const bare = kind === "requires" && made instanceof Entries && !made.pairs.length;
    return bare ? undefined : made;
  }
  if (holds === "list") {
    if (!Array.isArray(item)) return item;
    return item.length ? item.map((one) => ordered(one, kind, languages)) : undefined;
  }
  if (holds === "map" && isObject(item)) {
    if (isEmpty(item) && kind !== "role" && kind !== "state") return undefined;
    return new Entries(
      Object.entries(item).map(([key, one]) => [key, ordered(one, kind, languages)]),
    );
  }
  return item;
}

/** @param {any} text @param {string[]} languages */
function words(text, languages) {
  if (!isObject(text)) return text;
  const [first] = languages;
  const keys = Object.keys(text);
  if (keys.length === 1 && keys[0] === first) return text[first];
  const known = languages.filter((tag) => Object.hasOwn(text, tag));
  const order = [...known, ...keys.filter((key) => !known.includes(key))];
  return new Entries(order.map((key) => [key, text[key]]));
}

/** @param {any} value @returns {any} */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort(byCodePoint);
  return new Entries(keys.map((key) => [key, sorted(value[key])]));
}

/** @param {any} scene @returns {string[]} */
export function languagesOf(scene) {
  const tags = scene?.languages;
  const good = Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
  return good.length ? good : ["en"];
}

/** @param {any} value @returns {[string, any][] | null} */
const pairsOf = (value) => (
  value instanceof Entries ? value.pairs : isObject(value) ? Object.entries(value) : null
);

/** @param {any} value */
const scalar = (value) => (
  typeof value === "number" || typeof value === "bigint" ? String(value) : JSON.stringify(value)
);

/** @param {any} value @param {string} line @returns {string} */
function pretty(value, line) {
  const inner = `${line}  `;
  if (Array.isArray(value)) {
    if (!value.length) return "[]";
    return `[${inner}${value.map((one) => pretty(one, inner)).join(`,${inner}`)}${line}]`;
  }
  const pairs = pairsOf(value);
  if (!pairs) return scalar(value);
  if (!pairs.length) return "{}";
  const lines = pairs.map(([key, one]) => `${JSON.stringify(key)}: ${pretty(one, inner)}`);
  return `{${inner}${lines.join(`,${inner}`)}${line}}`;
}

/** @param {any} value @returns {string} */
function compact(value) {
  if (Array.isArray(value)) return `[${value.map(compact).join(", ")}]`;
  const pairs = pairsOf(value);
  if (!pairs) return scalar(value);
  return `{${pairs.map(([key, one]) => `${JSON.stringify(key)}: ${compact(one)}`).join(", ")}}`;
}
