// @ts-check
/**
 * Looks into a document and changes it: a scene is plain JSON that is never changed in
 * place, so what was can be shown again. States are found by id wherever they stand.
 */

import { isObject } from "./writing.js";

/** @typedef {any} Scene a document's JSON: as read, and not always a scene */
/** @typedef {Record<string, any>} State */
/**
 * Where a state stands.
 * @typedef {object} Place
 * @property {string} id
 * @property {State} state
 * @property {string[]} way ids from the outermost state to this one
 * @property {string} parent id, or empty
 * @property {number} number from 1, in the order of the file
 * @property {string} pointer
 */
/** @typedef {{kind: "choices" | "always" | "after" | "initial" | "history", from: string, to: string, place: number, text: any}} Link */

const EXTENSION = "troupe.editor";
export const EDGES = /** @type {const} */ (["choices", "always", "after"]);

/** @type {WeakMap<object, Map<string, Place>>} */
const indexes = new WeakMap();

/** Entries of an object, or nothing. @param {any} value @returns {[string, any][]} */
export const entriesOf = (value) => (isObject(value) ? Object.entries(value) : []);
/** A list, or an empty one. @param {any} value @returns {any[]} */
export const listOf = (value) => (Array.isArray(value) ? value : []);

/** Every state by id, in the order of the file. @param {Scene} scene @returns {Map<string, Place>} */
export function indexOf(scene) {
  const known = isObject(scene) ? indexes.get(scene) : undefined;
  if (known) return known;
  /** @type {Map<string, Place>} */
  const found = new Map();
  /** @param {any} states @param {string[]} way @param {string} pointer */
  const walk = (states, way, pointer) => {
    for (const [id, state] of entriesOf(states)) {
      if (!isObject(state) || found.has(id) || way.length > 20) continue;
      const here = { id, state, way: [...way, id], parent: way.at(-1) ?? "", number: found.size + 1, pointer: `${pointer}/${id}` };
      found.set(id, here);
      walk(state.states, here.way, `${here.pointer}/states`);
    }
  };
  walk(scene?.states, [], "/states");
  if (isObject(scene)) indexes.set(scene, found);
  return found;
}

/** What leads from a state somewhere else, broken links included. @param {Place} place @returns {Link[]} */
export function linksOf({ id, state }) {
  /** @type {Link[]} */
  const found = [];
  for (const kind of EDGES) {
    listOf(state[kind]).forEach((edge, i) => {
      if (isObject(edge) && typeof edge.target === "string") {
        found.push({ kind, from: id, to: edge.target, place: i, text: edge.text });
      }
    });
  }
  if (isObject(state.states) && typeof state.initial === "string") {
    found.push({ kind: "initial", from: id, to: state.initial, place: 0, text: "" });
  }
  if (state.type === "history" && typeof state.target === "string") {
    found.push({ kind: "history", from: id, to: state.target, place: 0, text: "" });
  }
  return found;
}

/** Words in the scene's first language. @param {any} text @returns {string} */
export function wordsOf(text) {
  if (typeof text === "string") return text;
  return isObject(text) ? String(Object.values(text)[0] ?? "") : "";
}

/** What the author calls a state. @param {string} id @param {State} state */
export function titleOf(id, state) {
  if (typeof state.title === "string" && state.title) return state.title;
  const ending = wordsOf(state.ending?.title);
  if (ending) return `Ending: ${ending}`;
  const words = id.replaceAll("_", " ").trim();
  return words ? words[0].toUpperCase() + words.slice(1) : id;
}

/** An object with one entry changed, in its place; undefined takes it away. @param {any} object @param {string} key @param {any} value */
export function withKey(object, key, value) {
  const base = isObject(object) ? object : {};
  if (value === undefined) {
    return Object.fromEntries(Object.entries(base).filter(([one]) => one !== key));
  }
  return { ...base, [key]: value };
}

/** An object with one key called otherwise, in its place. @param {any} object @param {string} from @param {string} to */
export const withName = (object, from, to) => Object.fromEntries(
  entriesOf(object).map(([key, value]) => [key === from ? to : key, value]),
);

/** A list with one item changed, taken away (undefined), or added behind. @param {any} list @param {number} i @param {any} item */
export function withItem(list, i, item) {
  const found = [...listOf(list)];
  if (item === undefined) found.splice(i, 1);
  else found[Math.min(i, found.length)] = item;
  return found;
}

/** A list with one item at another place. @param {any} list @param {number} from @param {number} to */
export function moved(list, from, to) {
  const found = [...listOf(list)];
  const [item] = found.splice(from, 1);
  found.splice(to, 0, item);
  return found;
}

/** @param {any} states @param {string[]} way @param {(state: State) => State} change @returns {any} */
function within(states, [id, ...inner], change) {
  const state = states[id];
  const made = inner.length ? { ...state, states: within(state.states, inner, change) } : change(state);
  return { ...states, [id]: made };
}

/** The scene with one state changed; as it was when there is none. @param {Scene} scene @param {string} id @param {(state: State) => State} change */
export function withState(scene, id, change) {
  const place = indexOf(scene).get(id);
  if (!place) return scene;
  return { ...scene, states: within(scene.states, place.way, change) };
}

/** The scene with the states inside a parent changed (empty: the outermost). @param {Scene} scene @param {string} parent @param {(states: Record<string, State>) => Record<string, State>} change */
export function withStates(scene, parent, change) {
  if (!parent) return { ...scene, states: change(scene.states ?? {}) };
  return withState(scene, parent, (state) => ({ ...state, states: change(state.states ?? {}) }));
}

/** The scene with every state changed. @param {Scene} scene @param {(state: State, id: string) => State} change */
export function withEach(scene, change) {
  /** @param {any} states @returns {any} */
  const all = (states) => Object.fromEntries(entriesOf(states).map(([id, state]) => {
    if (!isObject(state)) return [id, state];
    const made = change(state, id);
    return [id, isObject(made.states) ? { ...made, states: all(made.states) } : made];
  }));
  return { ...scene, states: all(scene.states) };
}

/** Where the author put a node, or null. @param {State} state @returns {{x: number, y: number} | null} */
export function positionOf(state) {
  const kept = state.extensions?.[EXTENSION];
  if (!isObject(kept) || !Number.isFinite(kept.x) || !Number.isFinite(kept.y)) return null;
  return { x: kept.x, y: kept.y };
}

/** The state with its node somewhere else; null: wherever it fits. @param {State} state @param {{x: number, y: number} | null} at */
export function positioned(state, at) {
  const kept = isObject(state.extensions?.[EXTENSION]) ? state.extensions[EXTENSION] : {};
  const { x, y, ...others } = kept;
  const own = at ? { ...others, x: Math.round(at.x), y: Math.round(at.y) } : others;
  const extensions = withKey(state.extensions, EXTENSION, Object.keys(own).length ? own : undefined);
  return withKey(state, "extensions", Object.keys(extensions).length ? extensions : undefined);
}
