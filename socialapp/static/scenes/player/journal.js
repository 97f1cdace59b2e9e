// @ts-check
/** What a play has told so far, read from its log; and another version's log, as far as it fits. */

import { PlayError } from "../machine.js";
import { Play, apply, fill, offers, toJson } from "../play.js";
import { stepsOf, words } from "./steps.js";

/** @typedef {import("../machine.js").Machine} Machine */
/** @typedef {import("../machine.js").Position} Position */
/** @typedef {import("../play.js").Event} Event */
/**
 * @typedef {object} Entry
 * @property {"line" | "narration" | "choice" | "timer" | "ending"} kind
 * @property {string} role of a line
 * @property {string} text
 * @property {number} count events before it
 */
/** @typedef {{seed?: number, cast?: import("../play.js").Cast, preset?: import("../play.js").Preset | null}} How */

/**
 * Everything told, the first first.
 * @param {Machine} machine
 * @param {How} how
 * @param {Event[]} events
 * @param {string} language
 * @returns {Entry[]}
 */
export function journal(machine, how, events, language = "") {
  const cast = how.cast ?? {};
  let { position } = new Play(machine, how);
  const entries = entriesAt(machine, position, cast, language, 0);
  events.forEach((event, i) => {
    const before = position;
    position = apply(machine, position, event);
    if (event.type === "choose") {
      const text = choiceText(machine, before, event, cast, language);
      entries.push({ kind: "choice", role: "", text, count: i });
    } else if (machine.leaf(before) !== machine.leaf(position) || position.told.length) {
      entries.push({ kind: "timer", role: "", text: "", count: i });
    }
    entries.push(...entriesAt(machine, position, cast, language, i + 1));
  });
  return entries;
}

/**
 * The choices taken, the last last: where one may rewind to.
 * @param {Entry[]} entries
 */
export const choicesIn = (entries) => entries.filter((entry) => entry.kind === "choice");

/**
 * @param {Machine} machine
 * @param {Position} position
 * @param {import("../play.js").Cast} cast
 * @param {string} language
 * @param {number} count
 * @returns {Entry[]}
 */
function entriesAt(machine, position, cast, language, count) {
  /** @type {Entry[]} */
  const entries = stepsOf(machine, position, cast, language).filter(words).map((step) => ({
    kind: step.kind === "narration" ? "narration" : "line", role: step.role, text: step.text, count,
  }));
  const leaf = machine.leaf(position);
  if (leaf.final) {
    entries.push({ kind: "ending", role: "", text: endingOf(machine, position, cast, language).title, count });
  }
  return entries;
}

/**
 * What the choice said when it was taken.
 * @param {Machine} machine
 * @param {Position} before
 * @param {import("../play.js").Choose} event
 * @param {import("../play.js").Cast} cast
 * @param {string} language
 */
function choiceText(machine, before, event, cast, language) {
  // A timer may have changed what is open in the moment of the choice.
  const offered = offers(machine, before, cast, language).find((one) => one.id === event.choice);
  if (offered) return offered.text;
  const edge = machine.choicesOf(machine.leaf(before)).get(event.choice);
  const { context } = toJson(machine, before);
  return edge ? fill(machine, edge.choice.text, context, cast, language) : event.choice;
}

/**
 * The ending that a play has come to.
 * @param {Machine} machine
 * @param {Position} position
 * @param {import("../play.js").Cast} cast
 * @param {string} language
 */
export function endingOf(machine, position, cast, language = "") {
  const { id, state } = machine.leaf(position);
  const ending = state.ending ?? {};
  const title = ending.title === undefined
    ? "The end"
    : fill(machine, ending.title, toJson(machine, position).context, cast, language);
  return { state: id, title, mood: ending.mood ?? "calm" };
}

/** Ids of all states that end a play. @param {Machine} machine */
export const endingsOf = (machine) => (
  machine.nodes.filter((node) => node.final).map((node) => node.id)
);

/**
 * A log on another version of the scene, as far as its events fit there.
 * @param {Machine} machine of that version
 * @param {How} how
 * @param {Event[]} events
 * @returns {{play: Play, kept: number}}
 */
export function carried(machine, how, events) {
  let play = new Play(machine, how);
  let kept = 0;
  for (const event of events) {
    try {
      play = play.after(event);
    } catch (error) {
      if (!(error instanceof PlayError)) throw error;
      break;
    }
    kept += 1;
  }
  return { play, kept };
}
