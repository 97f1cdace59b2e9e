// @ts-check
/**
 * A play: a machine, a cast, a seed and the log of what the player did; what it tells in
 * words, and what is stored of it. The twin of scenes/machine/plays.py, telling.py and
 * positions.py.
 */

import { PlayError } from "./machine.js";
import { filled, inLanguage } from "./placeholders.js";

/** @typedef {import("./machine.js").Machine} Machine */
/** @typedef {import("./machine.js").Position} Position */
/** @typedef {import("./expressions.js").Value} Value */
/** @typedef {{type: "choose", state: string, choice: string, at: number}} Choose */
/** @typedef {{type: "wait", at: number}} Wait */
/** @typedef {Choose | Wait} Event */
/** @typedef {Record<string, {character: string, name: string}>} Cast */
/** @typedef {{state: string, context: Record<string, Value>}} Preset */

const EVENTS = 20000;

export class Play {
  /**
   * @param {Machine} machine
   * @param {{seed?: number, cast?: Cast, preset?: Preset | null}} how
   * @param {Event[]} events
   * @param {Position | null} position
   */
  constructor(machine, { seed = 0, cast = {}, preset = null } = {}, events = [], position = null) {
    this.machine = machine;
    this.how = { seed, cast, preset };
    this.events = events;
    this.position = position ?? machine.start(seed, preset?.state, preset?.context);
  }

  /** The play with one more event; throws PlayError. @param {Event} event */
  after(event) {
    if (this.events.length >= EVENTS) {
      throw new PlayError("length", `a play has at most ${EVENTS} events`);
    }
    const position = apply(this.machine, this.position, event);
    return new Play(this.machine, this.how, [...this.events, event], position);
  }

  /** @param {string} choice @param {number} at */
  choose(choice, at = this.position.at) {
    const state = this.machine.leaf(this.position).id;
    return this.after({ type: "choose", state, choice, at });
  }

  /** @param {number} at */
  wait(at) {
    return this.after({ type: "wait", at });
  }

  /** As it was after its first `count` events. @param {number} count */
  rewind(count) {
    return Play.replay(this.machine, this.how, this.events.slice(0, Math.max(0, count)));
  }

  /** @param {Machine} machine @param {{seed?: number, cast?: Cast, preset?: Preset | null}} how @param {Event[]} events */
  static replay(machine, how, events) {
    let { position } = new Play(machine, how);
    for (const event of events) position = apply(machine, position, event);
    return new Play(machine, how, events, position);
  }
}

/** @param {Machine} machine @param {Position} position @param {Event} event */
export function apply(machine, position, event) {
  if (event.type === "wait") return machine.wait(position, event.at);
  if (event.state !== machine.leaf(position).id) {
    throw new PlayError("closed", `the play is not in ${event.state}`);
  }
  return machine.choose(position, event.choice, event.at);
}

/** @param {string[]} names @param {any[]} values */
const zipped = (names, values) => Object.fromEntries(names.map((name, i) => [name, values[i]]));

/** A position by names instead of numbers. @param {Machine} machine @param {Position} position */
export function toJson(machine, position) {
  const { program, nodes } = machine;
  const kept = program.remembered.flatMap((node) => {
    const index = position.memory[node.remembered];
    return index >= 0 ? [[node.id, nodes[index].id]] : [];
  });
  return {
    state: machine.leaf(position).id,
    context: zipped(program.variables, position.values),
    visits: zipped(program.counted.map((node) => node.id), position.visits),
    dice: zipped(program.diceNames, position.dice),
    history: Object.fromEntries(kept),
    timers: position.timers.map(([at, state, timer]) => ({ state: nodes[state].id, timer, at })),
    chance: position.chance,
    at: position.at,
    told: position.told.map(([state, beat, shown]) => ({
      state: nodes[state].id, beat, values: valuesOf(machine, state, beat, shown),
    })),
  };
}

/** @param {Machine} machine @param {number} state @param {number} beat @param {Value[]} shown */
function valuesOf(machine, state, beat, shown) {
  const { shows } = machine.nodes[state].cues[beat];
  return zipped(shows.map((slot) => machine.program.variables[slot]), shown);
}

/**
 * The beats of the last event, in their order, in words.
 * @param {Machine} machine
 * @param {Position} position
 * @param {Cast} cast
 * @param {string} language
 */
export function told(machine, position, cast = {}, language = "") {
  return position.told.map(([state, beat, shown]) => {
    const node = machine.nodes[state];
    const written = node.state.beats[beat];
    const said = written.text ?? written.fallback;
    const values = valuesOf(machine, state, beat, shown);
    return {
      state: node.id,
      beat,
      background: background(node),
      written,
      text: said === undefined ? "" : fill(machine, said, values, cast, language),
    };
  });
}

/**
 * The open choices, in the order in which they are shown.
 * @param {Machine} machine
 * @param {Position} position
 * @param {Cast} cast
 * @param {string} language
 */
export function offers(machine, position, cast = {}, language = "") {
  const values = zipped(machine.program.variables, position.values);
  return machine.open(position).map(({ id, text }) => (
    { id, text: fill(machine, text, values, cast, language) }
  ));
}

/** @param {import("./scene.js").Node} node @returns {string} */
function background(node) {
  return [...node.path].reverse().find((one) => one.state.background)?.state.background ?? "";
}

/**
 * @param {Machine} machine
 * @param {import("./placeholders.js").Text} text
 * @param {Record<string, Value>} values
 * @param {Cast} cast
 * @param {string} language
 */
export function fill(machine, text, values, cast, language = "") {
  const [first] = machine.scene.languages;
  return filled(inLanguage(text, language, first), (name) => {
    if (Object.hasOwn(values, name)) return String(values[name]);
    if (Object.hasOwn(cast, name)) return cast[name].name;
    const role = machine.program.roles.get(name);
    return role ? inLanguage(role.label, language, first) : null;
  });
}
