// @ts-check
/** Words of an author found again: in titles, ids, lines, choices, conditions. */

import { indexOf, listOf, titleOf } from "./tree.js";
import { isObject } from "./writing.js";

/** @typedef {{id: string, title: string, said: string}} Hit `said`: what was found, with what stands around it */

const AROUND = 32;

/**
 * States with a text in them, in the order of the file; all of them for an empty text.
 * @param {import("./tree.js").Scene} scene @param {string} text @param {number} most @returns {Hit[]}
 */
export function find(scene, text, most = Infinity) {
  const wanted = text.trim().toLowerCase();
  /** @type {Hit[]} */
  const found = [];
  for (const [id, { state }] of indexOf(scene)) {
    const title = titleOf(id, state);
    if (!wanted) found.push({ id, title, said: "" });
    else {
      const hit = [title, id, ...textsOf(state)].find((one) => one.toLowerCase().includes(wanted));
      if (hit !== undefined) found.push({ id, title, said: hit === title ? "" : around(hit, wanted) });
    }
    if (found.length >= most) break;
  }
  return found;
}

/** @param {any} state @returns {string[]} */
function textsOf(state) {
  const { states, extensions, ...own } = state;
  /** @type {string[]} */
  const found = [];
  /** @param {any} value @param {string} key */
  const walk = (value, key) => {
    if (typeof value === "string" && key !== "type") found.push(value);
    else if (Array.isArray(value)) for (const one of listOf(value)) walk(one, key);
    else if (isObject(value)) {
      for (const [inner, one] of Object.entries(value)) if (inner !== "extensions") walk(one, inner);
    }
  };
  walk(own, "");
  return found;
}

/** @param {string} text @param {string} wanted */
function around(text, wanted) {
  const at = text.toLowerCase().indexOf(wanted);
  const start = Math.max(0, at - AROUND);
  const end = Math.min(text.length, at + wanted.length + AROUND);
  return `${start ? "…" : ""}${text.slice(start, end).replaceAll("\n", " ")}${end < text.length ? "…" : ""}`;
}
