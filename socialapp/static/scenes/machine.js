// @ts-check
/**
 * Plays a scene: a position and an event in, the next position out. Pure. The twin of
 * scenes/machine/machine.py, step by step; docs/scenes.md is the specification, and
 * tests/scenes/*.json hold both to it.
 */

import { link } from "./scene.js";

const MICROSTEPS = 100;
const CLOCK = 1e9;
const INTEGER = 2147483647;
const SEED = 0xffffffff;

/** @typedef {import("./scene.js").Node} Node */
/** @typedef {import("./scene.js").Edge} Edge */
/** @typedef {import("./expressions.js").Value} Value */
/**
 * Where a play stands; never changed, and all that its future depends on.
 * @typedef {object} Position
 * @property {number} leaf index of the innermost state
 * @property {Value[]} values
 * @property {number[]} visits of the states that some expression asks about
 * @property {number[]} dice
 * @property {number[]} memory for each history state the state to return to, or -1
 * @property {[number, number, number][]} timers due when, of which state, the how manieth
 * @property {number} chance the generator's state
 * @property {number} at seconds of the play's clock
 * @property {[number, number, Value[]][]} told state, beat, and the values it shows
 */
/** @typedef {Position & {steps: number}} Frame */

/** An event that does not fit the play. The position before it still holds. */
export class PlayError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** @param {Position} position @returns {Frame} */
const copied = (position) => ({
  ...position,
  values: [...position.values],
  visits: [...position.visits],
  dice: [...position.dice],
  memory: [...position.memory],
  told: [],
  steps: 0,
});

/** @param {Frame} frame @param {Node} leaf @returns {Position} */
const settled = ({ steps, ...position }, leaf) => ({ ...position, leaf: leaf.index });

export class Machine {
  /** @param {any} scene its parsed JSON, or its text; throws SceneError */
  constructor(scene) {
    this.program = link(scene);
    this.scene = this.program.scene;
    this.nodes = this.program.nodes;
    /** @type {Map<number, Map<string, Edge>>} */
    this.choices = new Map();
    /** @type {Map<number, Edge[]>} */
    this.always = new Map();
  }

  /**
   * The first position; `seed` from 0 to 2 ** 32 - 1. `state` and `values` put an
   * author's trial anywhere.
   * @param {number} seed
   * @param {string} state
   * @param {Record<string, Value>} values
   * @returns {Position}
   */
  start(seed = 0, state = "", values = {}) {
    const { program } = this;
    if (!Number.isInteger(seed) || seed < 0 || seed > SEED) {
      throw new PlayError("unreadable", `a seed is from 0 to ${SEED}`);
    }
    const first = state ? program.byId.get(state) : program.initial;
    if (!first || first.history) {
      throw new PlayError("unreadable", `no play begins in ${state}`);
    }
    /** @type {Frame} */
    const frame = {
      leaf: 0,
      values: program.variables.map((name) => (
        Object.hasOwn(values, name) ? values[name] : program.context.get(name).start
      )),
      visits: program.counted.map(() => 0),
      dice: program.diceNames.map(() => 0),
      memory: program.remembered.map(() => -1),
      timers: [],
      chance: seed,
      at: 0,
      told: [],
      steps: 0,
    };
    const entered = [...first.path, ...downwards(first)];
    for (const node of entered) this.enter(frame, node);
    return settled(frame, this.settle(frame, /** @type {Node} */ (entered.at(-1))));
  }

  /** @param {Position} position */
  leaf(position) {
    return this.nodes[position.leaf];
  }

  /** The choices that are shown, in their order. @param {Position} position @returns {any[]} */
  open(position) {
    const leaf = this.leaf(position);
    if (leaf.final) return [];
    return [...this.choicesOf(leaf).values()]
      .filter((edge) => !edge.guard || edge.guard(position))
      .map((edge) => edge.choice);
  }

  /** `ended`, `waiting`, or `stuck`. @param {Position} position */
  status(position) {
    if (this.leaf(position).final) return "ended";
    return position.timers.length || this.open(position).length ? "waiting" : "stuck";
  }

  /**
   * After the player's choice; timers that were due before it come first.
   * @param {Position} position
   * @param {string} choice
   * @param {number} at
   * @returns {Position}
   */
  choose(position, choice, at = position.at) {
    let leaf = this.leaf(position);
    if (leaf.final) throw new PlayError("ended", "this play has ended");
    const frame = copied(position);
    if (at !== position.at) {
      leaf = this.pass(frame, leaf, at);
      if (leaf.index !== position.leaf) {
        throw new PlayError("late", "time ran out before this choice");
      }
    }
    const edge = this.choicesOf(leaf).get(choice);
    if (!edge || (edge.guard && !edge.guard(frame))) {
      throw new PlayError("closed", `${leaf.id} has no open choice ${choice}`);
    }
    return settled(frame, this.settle(frame, this.take(frame, leaf, edge)));
  }

  /**
   * After the clock has come to `at`, and whatever timers did meanwhile.
   * @param {Position} position
   * @param {number} at
   * @returns {Position}
   */
  wait(position, at) {
    const leaf = this.leaf(position);
    if (leaf.final) throw new PlayError("ended", "this play has ended");
    const frame = copied(position);
    return settled(frame, this.pass(frame, leaf, at));
  }

  /** @param {Frame} frame @param {Node} leaf @param {number} at */
  pass(frame, leaf, at) {
    if (!(frame.at <= at && at <= CLOCK)) {
      throw new PlayError("clock", `the clock stands at ${frame.at} and goes forward only`);
    }
    while (frame.timers.length && frame.timers[0][0] <= at) {
      const [due, state, number] = frame.timers[0];
      frame.timers = frame.timers.slice(1);
      frame.at = due;
      this.count(frame);
      const edge = this.nodes[state].after[number];
      if (!edge.guard || edge.guard(frame)) {
        leaf = this.settle(frame, this.take(frame, leaf, edge));
      }
    }
    frame.at = at;
    return leaf;
  }

  /** @param {Frame} frame */
  count(frame) {
    frame.steps += 1;
    if (frame.steps > MICROSTEPS) throw new PlayError("circles", "the scene goes in circles");
  }

  /** Takes eventless transitions until none holds. @param {Frame} frame @param {Node} leaf */
  settle(frame, leaf) {
    while (!leaf.final) {
      const edge = this.alwaysOf(leaf).find((one) => !one.guard || one.guard(frame));
      if (!edge) return leaf;
      this.count(frame);
      leaf = this.take(frame, leaf, edge);
    }
    return leaf;
  }

  /** @param {Node} leaf */
  alwaysOf(leaf) {
    let found = this.always.get(leaf.index);
    if (!found) {
      found = [...leaf.path].reverse().flatMap((node) => node.always);
      this.always.set(leaf.index, found);
    }
    return found;
  }

  /** Those of the state, then of the states around it. @param {Node} leaf */
  choicesOf(leaf) {
    let found = this.choices.get(leaf.index);
    if (!found) {
      found = new Map();
      for (const node of [...leaf.path].reverse()) {
        for (const edge of node.choices) {
          if (!found.has(edge.choice.id)) found.set(edge.choice.id, edge);
        }
      }
      this.choices.set(leaf.index, found);
    }
    return found;
  }

  /** @param {Frame} frame @param {Node} leaf @param {Edge} edge @returns {Node} */
  take(frame, leaf, edge) {
    const { target, source } = edge;
    if (!target) {
      for (const act of edge.dos) act(frame);
      return leaf;
    }
    let goal = target;
    if (target.history) {
      const kept = frame.memory[target.remembered];
      goal = kept >= 0 ? this.nodes[kept] : /** @type {Node} */ (target.default);
    }
    const common = shared(source, target);
    for (const node of leaf.path.slice(common).reverse()) this.leave(frame, node, leaf);
    for (const act of edge.dos) act(frame);
    const entered = [...goal.path.slice(common), ...downwards(goal)];
    for (const node of entered) this.enter(frame, node);
    return /** @type {Node} */ (entered.at(-1));
  }

  /** @param {Frame} frame @param {Node} node @param {Node} leaf */
  leave(frame, node, leaf) {
    for (const history of node.histories) {
      const deep = history.state.history === "deep";
      const kept = deep ? leaf : leaf.path[node.path.length];
      frame.memory[history.remembered] = kept.index;
    }
    frame.timers = frame.timers.filter((timer) => timer[1] !== node.index);
    for (const act of node.exit) act(frame);
  }

  /** @param {Frame} frame @param {Node} node */
  enter(frame, node) {
    if (node.counted >= 0) {
      frame.visits[node.counted] = Math.min(frame.visits[node.counted] + 1, INTEGER);
    }
    if (node.after.length) {
      /** @type {[number, number, number][]} */
      const begun = node.after.map((edge, i) => [frame.at + edge.seconds, node.index, i]);
      frame.timers = [...frame.timers, ...begun].sort(
        (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2],
      );
    }
    if (node.final) frame.timers = [];
    for (const act of node.entry) act(frame);
    node.cues.forEach((cue, i) => {
      if (!cue.guard || cue.guard(frame)) {
        frame.told.push([node.index, i, cue.shows.map((slot) => frame.values[slot])]);
      }
    });
  }
}

/** The states that are entered with a compound one. @param {Node} node */
function downwards(node) {
  const found = [];
  for (let one = node.initial; one; one = one.initial) found.push(one);
  return found;
}

/** How many states around both the source and the target they share. @param {Node} source @param {Node} target */
function shared(source, target) {
  let common = 0;
  const most = Math.min(source.path.length, target.path.length) - 1;
  while (common < most && source.path[common] === target.path[common]) common += 1;
  return common;
}
