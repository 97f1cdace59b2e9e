// @ts-check
/** What a story comes to: words, ways to its endings, minutes. Counted on the graph. */

import { entriesOf, indexOf, linksOf, listOf, titleOf, wordsOf } from "./tree.js";
import { isObject } from "./writing.js";

const SPOKEN = 2.7; // words a second, as the server's estimate
const CHOOSING = 4; // seconds a choice

/**
 * @typedef {object} Ending
 * @property {string} state
 * @property {string} title
 * @property {string[] | null} way words of the choices of the shortest way; null: none leads there
 * @property {string[]} nodes the states of that way
 */
/**
 * @typedef {object} Statistics
 * @property {number} words
 * @property {number} states
 * @property {number} choices
 * @property {Ending[]} endings
 * @property {{words: number, steps: number, minutes: number} | null} shortest
 * @property {{words: number, steps: number, minutes: number} | null} longest without going round
 * @property {{role: string, lines: number, words: number}[]} roles
 */

/** @param {string} text */
export const countWords = (text) => text.split(/\s+/u).filter(Boolean).length;

/** Words that a state tells. @param {any} state */
function wordsIn(state) {
  return listOf(state.beats).reduce((sum, beat) => (
    sum + (isObject(beat) ? countWords(wordsOf(beat.text ?? beat.fallback)) : 0)
  ), 0);
}

/** @param {import("./tree.js").Scene} scene @returns {Statistics} */
export function statisticsOf(scene) {
  const index = indexOf(scene);
  const graph = new Map([...index].map(([id, place]) => [id, outgoing(index, place)]));
  const words = new Map([...index].map(([id, { state }]) => [id, wordsIn(state)]));
  const finals = [...index.values()].filter(({ state }) => state.type === "final");
  const from = shortestFrom(String(scene?.initial ?? ""), graph);
  /** @param {{words: number, steps: number}} one */
  const timed = (one) => ({ ...one, minutes: (one.words / SPOKEN + one.steps * CHOOSING) / 60 });
  const endings = finals.map(({ id, state }) => ({ state: id, title: titleOf(id, state), ...wayTo(id, from) }));
  const short = endings.filter(({ way }) => way).map(({ nodes }) => (
    { words: nodes.reduce((sum, id) => sum + Number(words.get(id)), 0), steps: nodes.length - 1 }
  ));
  short.sort((a, b) => a.words - b.words || a.steps - b.steps);
  const long = longestOf(String(scene?.initial ?? ""), graph, words, new Set(finals.map((one) => one.id)));
  return {
    words: [...words.values()].reduce((sum, one) => sum + one, 0),
    states: index.size,
    choices: [...index.values()].reduce((sum, { state }) => sum + listOf(state.choices).length, 0),
    endings,
    shortest: short.length ? timed(short[0]) : null,
    longest: long ? timed(long) : null,
    roles: spokenBy(scene, index),
  };
}

/** @typedef {{to: string, words: string}} Step */

/**
 * Where one gets from a state, with the choices of those around it.
 * @param {Map<string, import("./tree.js").Place>} index @param {import("./tree.js").Place} place @returns {Step[]}
 */
export function outgoing(index, place) {
  const found = linksOf(place).map((link) => ({ to: link.to, words: wordsOf(link.text) }));
  for (const around of place.way.slice(0, -1)) {
    const outer = index.get(around);
    if (!outer || place.state.type) continue;
    for (const link of linksOf(outer)) {
      if (link.kind !== "initial") found.push({ to: link.to, words: wordsOf(link.text) });
    }
  }
  return found.filter(({ to }) => index.has(to));
}

/** @param {string} start @param {Map<string, Step[]>} graph @returns {Map<string, {from: string, words: string}>} */
function shortestFrom(start, graph) {
  /** @type {Map<string, {from: string, words: string}>} */
  const seen = new Map();
  if (!graph.has(start)) return seen;
  seen.set(start, { from: "", words: "" });
  const waiting = [start];
  for (let next = 0; next < waiting.length; next += 1) {
    for (const { to, words } of graph.get(waiting[next]) ?? []) {
      if (seen.has(to)) continue;
      seen.set(to, { from: waiting[next], words });
      waiting.push(to);
    }
  }
  return seen;
}

/** @param {string} id @param {Map<string, {from: string, words: string}>} seen */
function wayTo(id, seen) {
  if (!seen.has(id)) return { way: null, nodes: [] };
  const nodes = [];
  const way = [];
  for (let at = id; at; at = seen.get(at)?.from ?? "") {
    nodes.unshift(at);
    const words = seen.get(at)?.words;
    if (words) way.unshift(words);
  }
  return { way, nodes };
}

/**
 * The way with the most words when no link back is taken: depth first, without a stack of
 * calls, then the best way from each node once those ahead of it are known.
 * @param {string} start @param {Map<string, Step[]>} graph @param {Map<string, number>} words @param {Set<string>} finals
 */
function longestOf(start, graph, words, finals) {
  if (!graph.has(start)) return null;
  /** @type {Map<string, {words: number, steps: number} | null>} */
  const best = new Map();
  const open = new Set();
  const waiting = [{ id: start, next: 0 }];
  open.add(start);
  while (waiting.length) {
    const top = waiting[waiting.length - 1];
    const steps = graph.get(top.id) ?? [];
    if (top.next < steps.length) {
      const { to } = steps[top.next];
      top.next += 1;
      if (!open.has(to) && !best.has(to)) {
        open.add(to);
        waiting.push({ id: to, next: 0 });
      }
      continue;
    }
    waiting.pop();
    const own = Number(words.get(top.id));
    /** @type {{words: number, steps: number} | null} */
    let found = finals.has(top.id) ? { words: own, steps: 0 } : null;
    for (const { to } of steps) {
      const ahead = best.get(to);
      if (!ahead || open.has(to)) continue;
      const whole = { words: own + ahead.words, steps: ahead.steps + 1 };
      if (!found || whole.words > found.words) found = whole;
    }
    open.delete(top.id);
    best.set(top.id, found);
  }
  return best.get(start) ?? null;
}

/** @param {import("./tree.js").Scene} scene @param {Map<string, import("./tree.js").Place>} index */
function spokenBy(scene, index) {
  const found = new Map(entriesOf(scene?.roles).map(([role]) => [role, { role, lines: 0, words: 0 }]));
  for (const { state } of index.values()) {
    for (const beat of listOf(state.beats)) {
      const one = isObject(beat) ? found.get(beat.role) : undefined;
      const text = wordsOf(beat?.text ?? beat?.fallback);
      if (!one || !text) continue;
      one.lines += 1;
      one.words += countWords(text);
    }
  }
  return [...found.values()];
}
