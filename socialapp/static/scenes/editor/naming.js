// @ts-check
/** Calls a state, role, variable or dice otherwise, everywhere where it is named. */

import { EDGES, entriesOf, listOf, withEach, withName } from "./tree.js";
import { isObject } from "./writing.js";

/** @typedef {import("./tree.js").Scene} Scene */
/** @typedef {import("./tree.js").State} State */
/** @typedef {(expression: string) => string} InExpression */
/** @typedef {(text: string) => string} InText */
/**
 * What a new name changes, wherever it may stand.
 * @typedef {object} Change
 * @property {InExpression} [expression]
 * @property {InText} [text]
 * @property {(beat: any) => any} [beat]
 * @property {(action: any) => any} [action]
 * @property {(edge: any) => any} [edge]
 * @property {(state: State) => State} [state]
 */

export const ID = /^[a-z][a-z0-9_]{0,63}$/;
const RESERVED = new Set([
  "and", "or", "not", "in", "true", "false", "all", "visited", "visits", "rolled", "min",
  "max", "abs", "floor", "ceil", "round",
]);
const TOKEN = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*|\s+|./gsu;
const MARK = /\{\{|\}\}|\{([a-z][a-z0-9_]{0,63})\}/gu;
const CALLS = new Set(["visited", "visits", "rolled"]);

/** Why something may not be called so; empty: it may. @param {Scene} scene @param {"states" | "roles" | "context" | "dice"} kind @param {string} id @param {Iterable<string>} taken */
export function refusalOf(scene, kind, id, taken) {
  if (!ID.test(id)) {
    return "An id is a small letter, then small letters, digits and underscores, 64 at most.";
  }
  if (new Set(taken).has(id)) return `There is a ${id} already.`;
  if (kind !== "roles" && kind !== "context") return "";
  if (RESERVED.has(id)) return `${id} is a word of conditions. Take another.`;
  const other = kind === "roles" ? scene.context : scene.roles;
  if (isObject(other) && Object.hasOwn(other, id)) {
    return `A ${kind === "roles" ? "variable" : "role"} is called ${id}; texts name both.`;
  }
  return "";
}

/** An id from somebody's words, not taken yet. @param {string} words @param {(id: string) => boolean} taken @param {string} otherwise */
export function idFor(words, taken, otherwise = "node") {
  const plain = words.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_");
  const short = plain.replace(/^[_0-9]+/, "").slice(0, 40).replace(/_+$/, "");
  const base = short || otherwise;
  if (!taken(base)) return base;
  let count = 2;
  while (taken(`${base}_${count}`)) count += 1;
  return `${base}_${count}`;
}

/**
 * An expression with names changed; `call` is the visits, visited or rolled around one.
 * @param {string} text @param {(name: string, call: string) => string} name
 */
function renamedIn(text, name) {
  let [before, call] = ["", ""];
  return text.replace(TOKEN, (token) => {
    if (!token.trim()) return token;
    const made = /^[A-Za-z_]/.test(token) ? name(token, before === "(" ? call : "") : token;
    if (token !== "(") call = "";
    if (CALLS.has(token)) call = token;
    before = token;
    return made;
  });
}

/** @param {any} words @param {InText | undefined} change @returns {any} */
function inWords(words, change) {
  if (!change) return words;
  if (typeof words === "string") return change(words);
  if (!isObject(words)) return words;
  return Object.fromEntries(Object.entries(words).map(([tag, said]) => (
    [tag, typeof said === "string" ? change(said) : said]
  )));
}

/** @param {any} one @param {string[]} keys @param {(value: any) => any} change */
function inKeys(one, keys, change) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const [key, value] of Object.entries(one)) {
    found[key] = keys.includes(key) ? change(value) : value;
  }
  return found;
}

/** @param {any} list @param {(one: any) => any} change */
const inList = (list, change) => (
  Array.isArray(list) ? list.map((one) => (isObject(one) ? change(one) : one)) : list
);

/** @param {Scene} scene @param {Change} change @returns {Scene} */
function throughout(scene, change) {
  const { expression = (one) => one, beat = (one) => one, action = (one) => one } = change;
  const { edge = (one) => one, state: inState = (one) => one } = change;
  /** @param {any} value */
  const computed = (value) => (typeof value === "string" ? expression(value) : value);
  /** @param {any} value */
  const said = (value) => inWords(value, change.text);
  /** @param {any} one */
  const act = (one) => action(inKeys(one, ["value"], computed));
  /** @param {any} one */
  const moved = (one) => edge(inKeys(
    inKeys(inKeys(one, ["guard"], computed), ["text"], said),
    ["actions"],
    (list) => inList(list, act),
  ));
  /** @param {any} one */
  const told = (one) => beat(inKeys(inKeys(one, ["guard"], computed), ["text", "fallback"], said));
  const made = withEach(scene, (state) => {
    let found = inKeys(state, ["entry", "exit"], (list) => inList(list, act));
    found = inKeys(found, ["beats"], (list) => inList(list, told));
    found = inKeys(found, [...EDGES], (list) => inList(list, moved));
    found = inKeys(found, ["ending"], (one) => (
      isObject(one) ? inKeys(one, ["title"], said) : one
    ));
    return inState(found);
  });
  const shown = inKeys(made, ["title", "logline", "player"], said);
  return inKeys(shown, ["roles"], (roles) => Object.fromEntries(
    entriesOf(roles).map(([id, role]) => (
      [id, isObject(role) ? inKeys(role, ["label", "suits"], said) : role]
    )),
  ));
}

/** @param {string} from @param {string} to */
const swap = (from, to) => (/** @type {any} */ value) => (value === from ? to : value);
/** @param {string} from @param {string} to @returns {InText} */
const inPlaceholders = (from, to) => (text) => (
  text.replace(MARK, (whole, name) => (name === from ? `{${to}}` : whole))
);

/** @param {Scene} scene @param {string} from @param {string} to @returns {Scene} */
export function renameState(scene, from, to) {
  const one = swap(from, to);
  const made = throughout(scene, {
    expression: (text) => renamedIn(text, (name, call) => (
      call === "visits" || call === "visited" ? one(name) : name
    )),
    edge: (edge) => inKeys(edge, ["target"], one),
    state: (state) => {
      const found = inKeys(state, ["initial", "target"], one);
      return isObject(found.states) ? { ...found, states: withName(found.states, from, to) } : found;
    },
  });
  return { ...made, initial: one(made.initial), states: withName(made.states, from, to) };
}

/** @param {Scene} scene @param {string} from @param {string} to @returns {Scene} */
export function renameVariable(scene, from, to) {
  const made = throughout(scene, {
    expression: (text) => renamedIn(text, (name, call) => (call || name !== from ? name : to)),
    text: inPlaceholders(from, to),
    action: (action) => inKeys(action, ["variable"], swap(from, to)),
  });
  return { ...made, context: withName(made.context, from, to) };
}

/** @param {Scene} scene @param {string} from @param {string} to @returns {Scene} */
export function renameRole(scene, from, to) {
  const one = swap(from, to);
  const made = throughout(scene, {
    text: inPlaceholders(from, to),
    beat: (beat) => inKeys(inKeys(beat, ["role", "on"], one), ["listeners"], (list) => (
      listOf(list).map(one)
    )),
  });
  return { ...made, roles: withName(made.roles, from, to) };
}

/** @param {Scene} scene @param {string} from @param {string} to @returns {Scene} */
export function renameDice(scene, from, to) {
  const one = swap(from, to);
  const made = throughout(scene, {
    expression: (text) => renamedIn(text, (name, call) => (call === "rolled" ? one(name) : name)),
    action: (action) => inKeys(action, ["dice"], one),
  });
  return { ...made, dice: withName(made.dice, from, to) };
}

/** How often a text names something, for "used in 3 places". @param {Scene} scene @param {"roles" | "context" | "dice"} kind @param {string} id */
export function usesOf(scene, kind, id) {
  let count = 0;
  /** @param {any} value */
  const seen = (value) => {
    if (value === id) count += 1;
    return value;
  };
  throughout(scene, {
    expression: (text) => renamedIn(text, (name, call) => {
      if (kind === "dice" ? call === "rolled" : kind === "context" && !call) seen(name);
      return name;
    }),
    text: kind === "dice" ? undefined : (text) => text.replace(MARK, (whole, name) => {
      seen(name);
      return whole;
    }),
    beat: (beat) => (kind === "roles" ? inKeys(beat, ["role", "on"], seen) : beat),
    action: (action) => inKeys(action, [kind === "dice" ? "dice" : "variable"], (value) => (
      kind === "roles" ? value : seen(value)
    )),
  });
  return count;
}
