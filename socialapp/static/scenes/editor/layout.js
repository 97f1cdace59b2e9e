// @ts-check
/**
 * Where nodes stand that nobody has placed: in layers from the start, those of a layer in
 * the order that crosses the fewest links. Linear in nodes and links.
 */

import { indexOf, linksOf, positionOf } from "./tree.js";

/** @typedef {{x: number, y: number}} Point */

export const NODE = { width: 152, height: 70 };
const ACROSS = 220;
const DOWN = 100;
const SWEEPS = 6;
const TALLEST = 40; // nodes of one column: more stand beside it

/** @param {import("./tree.js").Scene} scene @returns {Map<string, Point>} every node's place */
export function placesOf(scene) {
  const index = indexOf(scene);
  /** @type {Map<string, Point>} */
  const found = new Map();
  let automatic = false;
  for (const [id, { state }] of index) {
    const at = positionOf(state);
    if (at) found.set(id, at);
    else automatic = true;
  }
  if (!automatic) return found;
  const laid = layered(scene);
  if (!found.size) return laid;
  return beside(found, laid);
}

/**
 * Whether two documents are laid out alike: the same states, with the same links and places.
 * Only those that changed are looked at.
 * @param {import("./tree.js").Scene} one @param {import("./tree.js").Scene} other
 */
export function alike(one, other) {
  const [before, after] = [indexOf(one), indexOf(other)];
  if (before.size !== after.size || one?.initial !== other?.initial) return false;
  const ids = before.keys();
  for (const [id, place] of after) {
    const was = before.get(id);
    if (ids.next().value !== id || !was) return false;
    if (was.state === place.state) continue;
    const [from, to] = [linksOf(was), linksOf(place)].map((links) => links.map((link) => link.to).join(" "));
    const [left, right] = [positionOf(was.state), positionOf(place.state)];
    if (from !== to || left?.x !== right?.x || left?.y !== right?.y) return false;
  }
  return true;
}

/**
 * Nodes without a place go below those with one.
 * @param {Map<string, Point>} placed @param {Map<string, Point>} laid
 */
function beside(placed, laid) {
  const bottom = Math.max(...[...placed.values()].map(({ y }) => y)) + DOWN;
  const left = Math.min(...[...placed.values()].map(({ x }) => x));
  let count = 0;
  for (const id of laid.keys()) {
    if (placed.has(id)) continue;
    placed.set(id, { x: left + (count % 6) * ACROSS, y: bottom + Math.floor(count / 6) * DOWN });
    count += 1;
  }
  return placed;
}

/** Every node in layers, whatever the author placed. @param {import("./tree.js").Scene} scene @returns {Map<string, Point>} */
export function layered(scene) {
  const index = indexOf(scene);
  /** @type {Map<string, string[]>} */
  const ahead = new Map();
  /** @type {Map<string, string[]>} */
  const behind = new Map();
  for (const [id, place] of index) {
    const to = [...new Set(linksOf(place).map((link) => link.to))];
    ahead.set(id, to.filter((one) => index.has(one) && one !== id));
    behind.set(id, []);
  }
  for (const [id, targets] of ahead) for (const to of targets) behind.get(to)?.push(id);
  const { layers, orphans } = layersOf([...index.keys()], scene?.initial, ahead);
  order(layers, ahead, behind);
  return spread(layers, orphans);
}

/**
 * Breadth first from the start, then from whatever nothing leads to.
 * @param {string[]} ids @param {any} initial @param {Map<string, string[]>} ahead
 */
function layersOf(ids, initial, ahead) {
  /** @type {Map<string, number>} */
  const depth = new Map();
  /** @param {string} start @param {number} first */
  const walk = (start, first) => {
    const waiting = [start];
    depth.set(start, first);
    for (let next = 0; next < waiting.length; next += 1) {
      const id = waiting[next];
      for (const to of ahead.get(id) ?? []) {
        if (depth.has(to)) continue;
        depth.set(to, Number(depth.get(id)) + 1);
        waiting.push(to);
      }
    }
  };
  if (ahead.has(initial)) walk(initial, 0);
  const orphans = ids.filter((id) => !depth.has(id));
  /** @type {string[][]} */
  const layers = [];
  for (const [id, layer] of depth) (layers[layer] ??= []).push(id);
  return { layers, orphans };
}

/**
 * Each layer by the mean place of what it hangs on, forth and back.
 * @param {string[][]} layers @param {Map<string, string[]>} ahead @param {Map<string, string[]>} behind
 */
function order(layers, ahead, behind) {
  /** @type {Map<string, number>} */
  const rank = new Map();
  /** @param {string[]} layer */
  const number = (layer) => layer.forEach((id, i) => rank.set(id, (i + 0.5) / layer.length));
  layers.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forth = sweep % 2 === 0;
    const beside = forth ? behind : ahead;
    for (const layer of forth ? layers : [...layers].reverse()) {
      const means = new Map(layer.map((id) => {
        const ranks = (beside.get(id) ?? []).flatMap((one) => rank.get(one) ?? []);
        const sum = ranks.reduce((all, one) => all + one, 0);
        return [id, ranks.length ? sum / ranks.length : Number(rank.get(id))];
      }));
      layer.sort((a, b) => Number(means.get(a)) - Number(means.get(b)));
      number(layer);
    }
  }
}

/** @param {string[][]} layers @param {string[]} orphans */
function spread(layers, orphans) {
  /** @type {Map<string, Point>} */
  const found = new Map();
  const tallest = Math.min(TALLEST, Math.max(1, ...layers.map((layer) => layer.length)));
  let x = 0;
  let bottom = 0;
  for (const layer of layers) {
    for (let start = 0; start < layer.length; start += TALLEST) {
      const column = layer.slice(start, start + TALLEST);
      const top = ((tallest - column.length) * DOWN) / 2;
      column.forEach((id, i) => {
        const y = Math.round(top + i * DOWN);
        found.set(id, { x, y });
        bottom = Math.max(bottom, y);
      });
      x += ACROSS;
    }
  }
  const wide = Math.max(3, Math.min(24, Math.floor(x / ACROSS)));
  orphans.forEach((id, i) => {
    const y = (layers.length ? bottom + DOWN * 1.5 : 0) + Math.floor(i / wide) * DOWN;
    found.set(id, { x: (i % wide) * ACROSS, y: Math.round(y) });
  });
  return found;
}
