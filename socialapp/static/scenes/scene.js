// @ts-check
/**
 * Reads a scene and looks up its names: the browser's twin of scenes/machine/linking.py.
 * The server has read the file strictly before anybody plays it; here only what play
 * itself needs is checked, and what leads nowhere throws SceneError.
 */

import { ExpressionError, condition, parse, pointsOf, type } from "./expressions.js";
import { compiled } from "./evaluation.js";
import { roll } from "./chance.js";
import { namesIn } from "./placeholders.js";

/** @typedef {import("./expressions.js").Type} Type */
/** @typedef {import("./expressions.js").Value} Value */
/** @typedef {import("./evaluation.js").Evaluate} Evaluate */
/** @typedef {(frame: any) => void} Do */
/** @typedef {string | Record<string, string>} Text */
/**
 * @typedef {object} Edge
 * @property {number} number
 * @property {Node} source
 * @property {Node | null} target
 * @property {Evaluate | null} guard
 * @property {Do[]} dos
 * @property {any} choice
 * @property {number} seconds
 */
/** @typedef {{guard: Evaluate | null, shows: number[]}} Cue */

export class SceneError extends Error {
  /** @param {string} pointer @param {string} message */
  constructor(pointer, message) {
    super(`${pointer || "/"}: ${message}`);
    this.pointer = pointer;
  }
}

/** A state. */
export class Node {
  /** From the outermost state to this one. @type {Node[]} */
  path = [];

  /** @param {string} id @param {number} index @param {any} state @param {Node | null} parent @param {string} pointer */
  constructor(id, index, state, parent, pointer) {
    this.id = id;
    this.index = index;
    this.state = state;
    this.parent = parent;
    this.pointer = pointer;
    this.path = [...(parent?.path ?? []), this];
    /** @type {Node[]} */
    this.children = [];
    /** @type {Node | null} */
    this.initial = null;
    /** @type {Node | null} */
    this.default = null;
    /** @type {Do[]} */
    this.entry = [];
    /** @type {Do[]} */
    this.exit = [];
    /** @type {Cue[]} */
    this.cues = [];
    /** @type {Edge[]} */
    this.choices = [];
    /** @type {Edge[]} */
    this.always = [];
    /** @type {Edge[]} */
    this.after = [];
    /** @type {Node[]} */
    this.histories = [];
    this.counted = -1;
    this.remembered = -1;
    this.final = state.type === "final";
    this.history = state.type === "history";
    this.compound = state.states !== undefined;
  }
}

/**
 * A scene ready to play; `scene` is its parsed JSON, or its text.
 * @param {any} scene
 */
export function link(scene) {
  const data = typeof scene === "string" ? JSON.parse(scene) : scene;
  if (data?.format !== "scene") throw new SceneError("/format", "this is no scene");
  if (data.version !== 1) throw new SceneError("/version", "version 1 is known here");
  return new Program(data);
}

/** Own entries, in the order of the file. @param {any} object @returns {[string, any][]} */
const entries = (object) => Object.entries(object ?? {});

export class Program {
  /** @param {any} scene */
  constructor(scene) {
    this.scene = scene;
    /** @type {Node[]} */
    this.nodes = [];
    /** @type {Map<string, Node>} */
    this.byId = new Map();
    /** @type {Node[]} */
    this.counted = [];
    /** @type {Node[]} */
    this.remembered = [];
    /** @type {Map<string, any>} */
    this.context = new Map(entries(scene.context));
    /** @type {Map<string, any>} */
    this.dice = new Map(entries(scene.dice));
    /** @type {Map<string, any>} */
    this.roles = new Map(entries(scene.roles));
    this.variables = [...this.context.keys()];
    this.diceNames = [...this.dice.keys()];
    this.slots = new Map(this.variables.map((name, slot) => [name, slot]));
    /** @type {import("./expressions.js").Scope} */
    this.scope = {
      variable: (name) => this.variable(name),
      state: (name) => this.countedSlot(name),
      dice: (name) => (this.dice.has(name) ? this.diceNames.indexOf(name) : null),
    };
    /** @type {Map<string, Evaluate>} */
    this.guards = new Map();
    this.edges = 0;
    this.place(scene.states, null, "/states");
    for (const node of this.nodes) this.fill(node);
    this.initial = this.child(scene.initial, null, "/initial");
  }

  /** @param {any} states @param {Node | null} parent @param {string} pointer */
  place(states, parent, pointer) {
    for (const [id, state] of entries(states)) {
      const where = `${pointer}/${id}`;
      if (this.byId.has(id)) throw new SceneError(where, "another state has this id");
      const node = new Node(id, this.nodes.length, state, parent, where);
      this.nodes.push(node);
      this.byId.set(id, node);
      parent?.children.push(node);
      if (node.history) {
        node.remembered = this.remembered.length;
        this.remembered.push(node);
      }
      this.place(state.states, node, `${where}/states`);
    }
  }

  /** @param {Node} node */
  fill(node) {
    const { state, pointer } = node;
    node.histories = node.children.filter((child) => child.history);
    if (node.compound) node.initial = this.child(state.initial, node, `${pointer}/initial`);
    if (node.history) {
      const found = this.byId.get(state.target);
      if (!found || found.history || !node.parent || found === node.parent
        || !found.path.includes(node.parent)) {
        throw new SceneError(`${pointer}/target`, "leads nowhere");
      }
      node.default = found;
    }
    node.entry = this.actions(state.entry, `${pointer}/entry`);
    node.exit = this.actions(state.exit, `${pointer}/exit`);
    node.cues = (state.beats ?? []).map((/** @type {any} */ beat, /** @type {number} */ i) => ({
      guard: this.guard(beat.guard, `${pointer}/beats/${i}`),
      shows: this.shown(beat.text ?? beat.fallback),
    }));
    for (const kind of /** @type {const} */ (["choices", "always", "after"])) {
      node[kind] = (state[kind] ?? []).map((/** @type {any} */ edge, /** @type {number} */ i) => (
        this.edge(edge, `${pointer}/${kind}/${i}`, node, kind)
      ));
    }
  }

  /** @param {string} id @param {Node | null} parent @param {string} pointer */
  child(id, parent, pointer) {
    const found = this.byId.get(id);
    if (!found || found.parent !== parent || found.history) {
      throw new SceneError(pointer, `no state here is called ${id}`);
    }
    return found;
  }

  /** @param {any} edge @param {string} pointer @param {Node} source @param {string} kind @returns {Edge} */
  edge(edge, pointer, source, kind) {
    const target = edge.target ? this.byId.get(edge.target) : null;
    if (target === undefined) throw new SceneError(`${pointer}/target`, "leads nowhere");
    this.edges += 1;
    return {
      number: this.edges,
      source,
      target,
      guard: this.guard(edge.guard, pointer),
      dos: this.actions(edge.actions, `${pointer}/actions`),
      choice: kind === "choices" ? edge : null,
      seconds: edge.seconds ?? 0,
    };
  }

  /** @param {string | undefined} text @param {string} pointer @returns {Evaluate | null} */
  guard(text, pointer) {
    if (!text) return null;
    const known = this.guards.get(text);
    if (known) return known;
    const made = compiled(this.tree(condition, text, `${pointer}/guard`));
    this.guards.set(text, made);
    return made;
  }

  /** @param {typeof parse} read @param {string} text @param {string} pointer */
  tree(read, text, pointer) {
    try {
      return read(text, this.scope);
    } catch (error) {
      if (error instanceof ExpressionError) throw new SceneError(pointer, error.message);
      throw error;
    }
  }

  /** @param {any[] | undefined} actions @param {string} pointer @returns {Do[]} */
  actions(actions, pointer) {
    return (actions ?? []).map((action, i) => {
      const where = `${pointer}/${i}`;
      return action.type === "roll" ? this.rolling(action, where) : this.assign(action, where);
    });
  }

  /** @param {any} action @param {string} pointer @returns {Do} */
  rolling(action, pointer) {
    const slot = this.scope.dice(action.dice);
    const dice = this.dice.get(action.dice);
    if (slot === null) throw new SceneError(`${pointer}/dice`, "no such dice");
    return (frame) => {
      [frame.chance, frame.dice[slot]] = roll(frame.chance, dice.count, dice.sides);
    };
  }

  /** @param {any} action @param {string} pointer @returns {Do} */
  assign(action, pointer) {
    const declared = this.context.get(action.variable);
    const slot = this.slots.get(action.variable);
    if (slot === undefined) throw new SceneError(`${pointer}/variable`, "no such variable");
    const tree = this.tree(parse, action.value, `${pointer}/value`);
    if (!fits(declared, tree.type)) {
      throw new SceneError(`${pointer}/value`, `${action.variable} cannot be that`);
    }
    const value = compiled(tree);
    if (declared.type !== "int" && declared.type !== "float") {
      return (frame) => { frame.values[slot] = value(frame); };
    }
    return (frame) => {
      frame.values[slot] = Math.max(declared.min, Math.min(declared.max, value(frame)));
    };
  }

  /** Slots of the variables that a text shows, in the order of their ids. @param {Text | undefined} text */
  shown(text) {
    if (text === undefined) return [];
    const names = namesIn(text).filter((name) => this.slots.has(name)).sort();
    return names.map((name) => /** @type {number} */ (this.slots.get(name)));
  }

  /** @param {string} name @returns {[Type, number] | null} */
  variable(name) {
    const declared = this.context.get(name);
    if (!declared) return null;
    const slot = /** @type {number} */ (this.slots.get(name));
    return [type(declared.type, declared.values ?? null, declared.max_length ?? 0), slot];
  }

  /** @param {string} name */
  countedSlot(name) {
    const node = this.byId.get(name);
    if (!node || node.history) return null;
    if (node.counted < 0) {
      node.counted = this.counted.length;
      this.counted.push(node);
    }
    return node.counted;
  }
}

/** Whether a variable may hold values of a type. @param {any} declared @param {Type} kind */
function fits(declared, kind) {
  const textual = kind.kind === "enum" || kind.kind === "string";
  switch (declared.type) {
    case "int": return kind.kind === "int";
    case "float": return kind.kind === "int" || kind.kind === "float";
    case "bool": return kind.kind === "bool";
    case "enum":
      return textual && !!kind.values?.every((one) => declared.values.includes(one));
    default: {
      const longest = kind.values ? Math.max(...kind.values.map(pointsOf)) : kind.length;
      return textual && longest <= declared.max_length;
    }
  }
}
