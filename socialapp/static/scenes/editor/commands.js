// @ts-check
/** What an author does to a document: each takes a scene and gives the next one. */

import { idFor } from "./naming.js";
import {
  entriesOf, indexOf, positionOf, positioned, withEach, withKey, withState, withStates,
} from "./tree.js";
import { isObject } from "./writing.js";

/** @typedef {import("./tree.js").Scene} Scene */
/** @typedef {import("./tree.js").State} State */
/** @typedef {{x: number, y: number}} Point */

/** @param {Scene} scene */
const taken = (scene) => (/** @type {string} */ id) => indexOf(scene).has(id);

/** @param {any} states @param {string} behind @param {string} id @param {State} state */
function inserted(states, behind, id, state) {
  const found = entriesOf(states);
  const at = found.findIndex(([one]) => one === behind);
  found.splice(at < 0 ? found.length : at + 1, 0, [id, state]);
  return Object.fromEntries(found);
}

/**
 * A new state, behind another or last; its id is that of its title.
 * @param {Scene} scene
 * @param {{title?: string, behind?: string, at?: Point | null, state?: State}} how
 * @returns {[Scene, string]}
 */
export function addState(scene, { title = "", behind = "", at = null, state = {} } = {}) {
  const id = idFor(title, taken(scene));
  const parent = indexOf(scene).get(behind)?.parent ?? "";
  const made = positioned(title ? { ...state, title } : state, at);
  const next = withStates(scene, parent, (states) => inserted(states, behind, id, made));
  return [next.initial ? next : { ...next, initial: id }, id];
}

/**
 * Without a state and what is in it. Links to it stay, and are told as broken; a parent
 * left empty stops being one.
 * @param {Scene} scene @param {string} id @returns {Scene}
 */
export function deleteState(scene, id) {
  const place = indexOf(scene).get(id);
  if (!place) return scene;
  const next = withStates(scene, place.parent, (states) => withKey(states, id, undefined));
  const parent = place.parent ? indexOf(next).get(place.parent)?.state : next;
  const left = entriesOf(parent?.states).filter(([, one]) => one?.type !== "history");
  /** @param {any} holder */
  const mended = (holder) => {
    if (place.parent && !left.length) {
      return withKey(withKey(holder, "states", undefined), "initial", undefined);
    }
    return holder.initial === id && left.length ? { ...holder, initial: left[0][0] } : holder;
  };
  return place.parent ? withState(next, place.parent, mended) : mended(next);
}

/** @param {Scene} scene @param {string} id @returns {[Scene, string]} */
export function duplicateState(scene, id) {
  const place = indexOf(scene).get(id);
  if (!place) return [scene, ""];
  const known = new Set(indexOf(scene).keys());
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @param {string} one */
  const fresh = (one) => {
    const made = idFor(one, (name) => known.has(name));
    known.add(made);
    names.set(one, made);
    return made;
  };
  /** @param {State} state @returns {State} */
  const copied = (state) => (isObject(state.states) ? {
    ...state,
    states: Object.fromEntries(entriesOf(state.states).map(([one, inner]) => (
      [fresh(one), copied(inner)]
    ))),
  } : state);
  const made = fresh(id);
  const at = positionOf(place.state);
  const copy = positioned(copied(place.state), at && { x: at.x + 30, y: at.y + 30 });
  const titled = copy.title ? { ...copy, title: `${copy.title} (copy)` } : copy;
  /** @param {State} state @returns {State} */
  const relinked = (state) => {
    /** @param {any} one */
    const turned = (one) => (names.has(one.target) ? { ...one, target: names.get(one.target) } : one);
    const found = { ...state };
    for (const kind of ["choices", "always", "after"]) {
      if (Array.isArray(found[kind])) found[kind] = found[kind].map(turned);
    }
    if (names.has(found.initial)) found.initial = names.get(found.initial);
    if (names.has(found.target)) found.target = names.get(found.target);
    if (isObject(found.states)) {
      found.states = Object.fromEntries(entriesOf(found.states).map(([one, inner]) => (
        [one, relinked(inner)]
      )));
    }
    return found;
  };
  const next = withStates(scene, place.parent, (states) => (
    inserted(states, id, made, relinked(titled))
  ));
  return [next, made];
}

/** One place up or down among the states beside it. @param {Scene} scene @param {string} id @param {number} by @returns {Scene} */
export function shiftState(scene, id, by) {
  const place = indexOf(scene).get(id);
  if (!place) return scene;
  return withStates(scene, place.parent, (states) => {
    const found = Object.entries(states);
    const from = found.findIndex(([one]) => one === id);
    const to = Math.max(0, Math.min(found.length - 1, from + by));
    const [entry] = found.splice(from, 1);
    found.splice(to, 0, entry);
    return Object.fromEntries(found);
  });
}

/** Into another state, or out of all (empty); refused where it would hold itself. @param {Scene} scene @param {string} id @param {string} parent @returns {Scene} */
export function moveInto(scene, id, parent) {
  const place = indexOf(scene).get(id);
  const into = indexOf(scene).get(parent);
  if (!place || place.parent === parent || into?.way.includes(id)) return scene;
  const without = deleteState(scene, id);
  return withStates(
    parent ? withState(without, parent, (state) => (
      isObject(state.states) ? state : { ...state, initial: id }
    )) : without,
    parent,
    (states) => ({ ...states, [id]: place.state }),
  );
}

/** Keys of a state, or without them (undefined). @param {Scene} scene @param {string} id @param {Record<string, any>} changes @returns {Scene} */
export const editState = (scene, id, changes) => withState(scene, id, (state) => (
  Object.entries(changes).reduce((made, [key, value]) => withKey(made, key, value), state)
));

/** A choice that leads from one state to another. @param {Scene} scene @param {string} from @param {string} to @param {string} words @returns {Scene} */
export function linkStates(scene, from, to, words = "Go on") {
  return withState(scene, from, (state) => {
    const choices = Array.isArray(state.choices) ? state.choices : [];
    const ids = new Set(choices.map((one) => one?.id));
    const id = idFor(to, (one) => ids.has(one), "choice");
    return { ...state, choices: [...choices, { id, text: words, target: to }] };
  });
}

/** An ending with its title, without what only other states have. @param {Scene} scene @param {string} id @param {string} title @returns {Scene} */
export function makeEnding(scene, id, title) {
  return withState(scene, id, (state) => {
    const { choices, always, after, exit, states, initial, ...kept } = state;
    return { ...kept, type: "final", ending: state.ending ?? { title } };
  });
}

/** A state that goes on again. @param {Scene} scene @param {string} id @returns {Scene} */
export const unmakeEnding = (scene, id) => editState(scene, id, { type: undefined, ending: undefined });

/** Nodes at new places, by id. @param {Scene} scene @param {Map<string, Point>} places @returns {Scene} */
export function placeNodes(scene, places) {
  if (places.size === 1) {
    const [[id, at]] = places;
    return withState(scene, id, (state) => positioned(state, at));
  }
  return withEach(scene, (state, id) => (
    places.has(id) ? positioned(state, places.get(id) ?? null) : state
  ));
}

/** Without places of nodes: they stand where the layout puts them. @param {Scene} scene @returns {Scene} */
export const tidied = (scene) => withEach(scene, (state) => positioned(state, null));

/** Something of the scene by id: a role, a variable, dice; undefined takes it away. @param {Scene} scene @param {"roles" | "context" | "dice"} kind @param {string} id @param {any} value @returns {Scene} */
export const editEntry = (scene, kind, id, value) => {
  const made = withKey(scene[kind], id, value);
  const bare = kind !== "roles" && !Object.keys(made).length;
  return withKey(scene, kind, bare ? undefined : made);
};

/** Keys of the scene itself. @param {Scene} scene @param {Record<string, any>} changes @returns {Scene} */
export const editScene = (scene, changes) => (
  Object.entries(changes).reduce((made, [key, value]) => withKey(made, key, value), scene)
);

/** A text with its words in one language. @param {any} text @param {string} language @param {string} words @param {string[]} languages */
export function reworded(text, language, words, languages) {
  const [first] = languages;
  if (!isObject(text)) {
    if (language === first) return words;
    return words ? { [first]: text ?? "", [language]: words } : text;
  }
  const made = withKey(text, language, words || language === first ? words : undefined);
  return Object.keys(made).length === 1 && Object.hasOwn(made, first) ? made[first] : made;
}
