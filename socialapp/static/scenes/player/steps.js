// @ts-check
/** What is to be told at a position, step by step, and which lines may come next. */

import { PlayError } from "../machine.js";
import { told, toJson } from "../play.js";

/** @typedef {import("../machine.js").Machine} Machine */
/** @typedef {import("../machine.js").Position} Position */
/** @typedef {import("../play.js").Cast} Cast */
/** @typedef {import("../expressions.js").Value} Value */
/** @typedef {"line" | "narration" | "improv" | "emotion" | "pause" | "camera" | "sound"} Kind */
/**
 * @typedef {object} Step
 * @property {Kind} kind
 * @property {string} state
 * @property {number} beat
 * @property {Record<string, Value>} values that its words show
 * @property {any} written the beat in the file
 * @property {string} role who speaks, or shows an emotion; "" for others
 * @property {string} text in words; "" where nothing is said
 * @property {string} emotion
 * @property {string[] | null} listeners null: everybody
 * @property {string} background
 */
/** A line by its place, as takes are asked for. @typedef {{state: string, beat: number, values: Record<string, Value>}} LineAt */

/** At most so many lines are asked for ahead. */
const AHEAD = 40;

/**
 * @param {Machine} machine
 * @param {Position} position
 * @param {Cast} cast
 * @param {string} language
 * @returns {Step[]}
 */
export function stepsOf(machine, position, cast, language) {
  const values = toJson(machine, position).told.map((one) => one.values);
  return told(machine, position, cast, language).map(({ state, beat, background, written, text }, i) => ({
    kind: written.type,
    state,
    beat,
    values: values[i],
    written,
    role: written.role ?? "",
    text,
    emotion: written.emotion ?? "calm",
    listeners: written.listeners ?? null,
    background,
  }));
}

/** Whether words are said in it. @param {Step} step */
export const speaks = (step) => step.kind === "line" || step.kind === "improv";

/** Whether somebody reads it. @param {Step} step */
export const words = (step) => speaks(step) || step.kind === "narration";

/** @param {Step[]} steps @returns {LineAt[]} */
export function linesIn(steps) {
  return steps.filter(speaks).map(({ state, beat, values }) => ({ state, beat, values }));
}

/** @param {LineAt} line */
export const keyOf = ({ state, beat, values }) => JSON.stringify([state, beat, values]);

/**
 * The lines of all positions that one choice, or the next timer, leads to.
 * @param {Machine} machine
 * @param {Position} position
 * @returns {LineAt[]}
 */
export function linesAhead(machine, position) {
  /** @type {Map<string, LineAt>} */
  const found = new Map();
  for (const next of positionsAhead(machine, position)) {
    for (const { state, beat, values } of toJson(machine, next).told) {
      const { type } = machine.program.byId.get(state)?.state.beats[beat] ?? {};
      if (type !== "line" && type !== "improv") continue;
      const line = { state, beat, values };
      found.set(keyOf(line), line);
      if (found.size >= AHEAD) return [...found.values()];
    }
  }
  return [...found.values()];
}

/** @param {Machine} machine @param {Position} position */
function* positionsAhead(machine, position) {
  const { timers } = position;
  const events = machine.open(position).map(({ id }) => () => machine.choose(position, id));
  if (timers.length && machine.status(position) !== "ended") {
    events.push(() => machine.wait(position, timers[0][0]));
  }
  for (const event of events) {
    try {
      yield event();
    } catch (error) {
      if (!(error instanceof PlayError)) throw error;
    }
  }
}

/**
 * Dice that fell on the way from one position to the next: those that show something
 * else, or the only one there is.
 * @param {Machine} machine
 * @param {Position} before
 * @param {Position} after
 * @returns {{id: string, total: number, count: number, sides: number}[]}
 */
export function rolledBetween(machine, before, after) {
  if (before.chance === after.chance) return [];
  const { diceNames, dice } = machine.program;
  const changed = diceNames.filter((_, i) => before.dice[i] !== after.dice[i]);
  const fell = changed.length || diceNames.length > 1 ? changed : diceNames;
  return fell.map((id) => ({
    id,
    total: after.dice[diceNames.indexOf(id)],
    count: dice.get(id).count,
    sides: dice.get(id).sides,
  }));
}
