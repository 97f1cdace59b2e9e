// @ts-check
/** What players did, on the map: how often each choice was taken, each ending reached. */

import { listOf } from "./tree.js";

/** @typedef {import("./graph.js").Heat} Heat */
/** @typedef {{people: number | null, told: string, share: number | null}} Crowd a share is percent; null: it is not told */
/**
 * As `scenes/<key>/stats/` tells it.
 * @typedef {object} Stats
 * @property {number} plays
 * @property {{state: string, crowd: Crowd}[]} endings
 * @property {{state: string, choices: {id: string, crowd: Crowd}[]}[]} crossings
 */

/** @param {Crowd} crowd */
const words = (crowd) => (crowd.share === null ? `by ${crowd.told}` : `by ${crowd.share} %`);

/**
 * Null: nobody has played yet. Where the shares of a crossing are kept back, what is told
 * is compared with the largest of it.
 * @param {Stats} stats @returns {Heat | null}
 */
export function heatOf(stats) {
  if (!stats?.plays) return null;
  /** @type {Heat} */
  const heat = { nodes: new Map(), links: new Map() };
  for (const { state, crowd } of listOf(stats.endings)) heat.nodes.set(state, `Reached ${words(crowd)}`);
  for (const { state, choices } of listOf(stats.crossings)) {
    const most = Math.max(1, ...listOf(choices).map(({ crowd }) => crowd.people ?? 0));
    for (const { id, crowd } of listOf(choices)) {
      const strength = crowd.share === null ? (crowd.people ?? 0) / most : crowd.share / 100;
      heat.links.set(`${state}/${id}`, { strength, words: words(crowd) });
    }
  }
  return heat;
}
