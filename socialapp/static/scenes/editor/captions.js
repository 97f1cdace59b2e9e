// @ts-check
/** What stands on a node of the map, in two short lines. */

import { listOf } from "./tree.js";
import { isObject } from "./writing.js";

/** @param {string} text @param {number} most */
export const cut = (text, most) => ([...text].length > most ? `${[...text].slice(0, most - 1).join("").trimEnd()}…` : text);

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** "6 lines, trust +1". @param {any} state */
export function captionOf(state) {
  if (state.type === "history") return `Back to where it was`;
  if (isObject(state.states)) return `Holds ${counted(Object.keys(state.states).length, "node")}`;
  const lines = listOf(state.beats).filter((beat) => beat?.text !== undefined || beat?.fallback !== undefined).length;
  const parts = lines ? [counted(lines, "line")] : [];
  const steps = listOf(state.entry).filter((one) => one?.type === "assign").map(stepOf);
  const step = steps.find(Boolean);
  const choices = listOf(state.choices).length;
  if (step) parts.push(step);
  else if (choices > 1) parts.push(counted(choices, "choice"));
  if (listOf(state.after).length && parts.length < 2) parts.push("timed");
  return parts.join(", ") || (state.type === "final" ? "An ending" : "Empty so far");
}

/** "trust +1" of `trust + 1`. @param {any} action */
export function stepOf(action) {
  const found = /^([a-z][a-z0-9_]*) ([+-]) ([0-9.]+)$/.exec(String(action?.value ?? ""));
  if (!action?.variable) return "";
  return found && found[1] === action.variable
    ? `${action.variable} ${found[2]}${found[3]}` : `${action.variable} = ${action.value}`;
}
