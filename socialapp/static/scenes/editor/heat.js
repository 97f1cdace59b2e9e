// @ts-check
/** What players did, on the map: how often each choice was taken, each ending reached. */

import { isObject } from "./writing.js";

/** @typedef {import("./graph.js").Heat} Heat */

/** A share in words; a count that is kept back is told as the server told it. @param {any} value @param {number} whole */
function words(value, whole) {
  if (typeof value !== "number") return String(value ?? "");
  return whole ? `${Math.round((value / whole) * 100)} %` : String(value);
}

/**
 * From `scenes/<key>/stats/`: `plays`, `endings` and `choices`, as lists or by id. Null:
 * nobody has played yet.
 * @param {any} stats @returns {Heat | null}
 */
export function heatOf(stats) {
  if (!isObject(stats)) return null;
  const plays = typeof stats.plays === "number" ? stats.plays : 0;
  /** @type {Heat} */
  const heat = { nodes: new Map(), links: new Map() };
  for (const one of rows(stats.endings, "state")) {
    const count = one.share !== undefined ? one.share * 100 : one.count ?? one.plays;
    const share = one.share !== undefined ? `${Math.round(one.share * 100)} %` : words(count, plays);
    if (share) heat.nodes.set(String(one.state), `Reached by ${share}`);
  }
  for (const one of rows(stats.choices ?? stats.heat, "choice")) {
    const share = typeof one.share === "number" ? one.share : null;
    const key = `${one.state}/${one.choice}`;
    if (share !== null) heat.links.set(key, Math.max(0, Math.min(1, share)));
  }
  return heat.nodes.size || heat.links.size ? heat : null;
}

/** Rows of a list, or of an object by id. @param {any} value @param {string} key @returns {any[]} */
function rows(value, key) {
  if (Array.isArray(value)) return value.filter(isObject);
  if (!isObject(value)) return [];
  return Object.entries(value).map(([id, one]) => (isObject(one) ? { [key]: id, ...one } : { [key]: id, count: one }));
}
