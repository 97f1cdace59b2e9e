// @ts-check
/** Two people's changes to one document, put together node by node. */

import { read } from "./json.js";
import { indexOf, titleOf, withKey } from "./tree.js";
import { isObject, languagesOf, write, writePart } from "./writing.js";

/** @typedef {import("./tree.js").Scene} Scene */
/** @typedef {{what: string, id: string}} Clash `what`: state, roles, context, dice or settings */
/** @typedef {{scene: Scene | null, clashes: Clash[], mine: string[], theirs: string[]}} Merge */

const MAPS = /** @type {const} */ ([["roles", "role"], ["context", "variable"], ["dice", "dice"]]);

/** @param {any} value @param {string} kind @param {string[]} languages */
const textOf = (value, kind, languages) => (
  value === undefined ? undefined : writePart(value, kind, languages)
);

/** A state without what is in it: those are compared by themselves. @param {any} state */
const shell = (state) => (isObject(state?.states) ? { ...state, states: {} } : state);

/**
 * Mine and theirs, both begun with the same. Without it (null) all that differs clashes.
 * `scene` is null when something clashes.
 * @param {Scene | null} base @param {Scene} mine @param {Scene} theirs @returns {Merge}
 */
export function merge(base, mine, theirs) {
  [base, mine, theirs] = [base, mine, theirs].map((one) => (one ? read(write(one)) : one));
  const languages = languagesOf(theirs);
  /** @type {Merge} */
  const found = { scene: null, clashes: [], mine: [], theirs: [] };
  const [states, ...others] = [
    decide(shells(base), shells(mine), shells(theirs), "state", "state", languages, found),
    ...MAPS.map(([key, kind]) => decide(
      new Map(Object.entries(base?.[key] ?? {})),
      new Map(Object.entries(mine[key] ?? {})),
      new Map(Object.entries(theirs[key] ?? {})),
      key, kind, languages, found,
    )),
  ];
  const settings = decide(
    top(base), top(mine), top(theirs), "settings", "plain", languages, found,
  );
  if (found.clashes.length) return found;
  let scene = Object.fromEntries([...settings, ["states", theirs.states]]);
  MAPS.forEach(([key], i) => {
    if (others[i].size) scene = withKey(scene, key, Object.fromEntries(others[i]));
  });
  scene.states = rebuilt(mine, theirs, states);
  return { ...found, scene };
}

/** @param {Scene | null} scene @returns {Map<string, any>} */
const shells = (scene) => new Map([...indexOf(scene)].map(([id, { state, parent }]) => (
  [id, { parent, state: shell(state) }]
)));

/** @param {Scene | null} scene @returns {Map<string, any>} */
const top = (scene) => new Map(Object.entries(scene ?? {}).filter(([key]) => (
  key !== "states" && !MAPS.some(([one]) => one === key)
)));

/**
 * Entry by entry: who changed it, has it.
 * @param {Map<string, any>} base @param {Map<string, any>} mine @param {Map<string, any>} theirs
 * @param {string} what @param {string} kind @param {string[]} languages @param {Merge} found
 * @returns {Map<string, any>}
 */
function decide(base, mine, theirs, what, kind, languages, found) {
  /** @param {any} value */
  const text = (value) => (value?.state && kind === "state"
    ? `${value.parent} ${textOf(value.state, kind, languages)}` : textOf(value, kind, languages));
  /** @type {Map<string, any>} */
  const result = new Map();
  for (const id of new Set([...theirs.keys(), ...mine.keys()])) {
    const [was, ours, others] = [base, mine, theirs].map((one) => text(one.get(id)));
    let kept = theirs.get(id);
    if (ours !== others) {
      if (others === was && base.size) {
        kept = mine.get(id);
        found.mine.push(id);
      } else if (ours === was && base.size) found.theirs.push(id);
      else found.clashes.push({ what, id });
    }
    if (kept !== undefined) result.set(id, kept);
  }
  return result;
}

/**
 * The tree again: in their order, mine that are new behind those that stood before them.
 * @param {Scene} mine @param {Scene} theirs @param {Map<string, any>} kept
 */
function rebuilt(mine, theirs, kept) {
  const order = [...indexOf(theirs).keys()];
  [...indexOf(mine).keys()].forEach((id, i, all) => {
    if (!order.includes(id)) order.splice(order.indexOf(all[i - 1]) + 1, 0, id);
  });
  /** @param {string} parent @returns {Record<string, any>} */
  const inside = (parent) => Object.fromEntries(order.flatMap((id) => {
    const one = kept.get(id);
    if (!one || one.parent !== parent) return [];
    const inner = isObject(one.state.states) ? { states: inside(id) } : {};
    return [[id, { ...one.state, ...inner }]];
  }));
  return inside("");
}

/** A clash in words. @param {Clash} clash @param {Scene} scene */
export function clashWords({ what, id }, scene) {
  if (what === "state") return titleOf(id, indexOf(scene).get(id)?.state ?? {});
  if (what === "settings") return `the ${id} of the scene`;
  return `${{ roles: "the role", context: "the variable", dice: "the dice" }[what] ?? what} ${id}`;
}
