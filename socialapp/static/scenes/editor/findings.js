// @ts-check
/**
 * What is wrong with a document, found while one types: names that mean nothing, and
 * states that nothing leads to or on from. The server's check says the rest.
 */

import { ExpressionError, condition, parse, pointsOf, type } from "../expressions.js";
import { namesIn } from "../placeholders.js";
import { outgoing } from "./statistics.js";
import { EDGES, entriesOf, indexOf, listOf, titleOf } from "./tree.js";
import { isObject } from "./writing.js";

/** @typedef {import("./tree.js").Place} Place */
/** @typedef {import("./tree.js").Scene} Scene */
/**
 * @typedef {object} Finding
 * @property {"error" | "warning" | "note"} severity
 * @property {string} code
 * @property {string} message
 * @property {string} pointer
 * @property {string} state id of the state to open; empty: it concerns the scene
 */

/** Codes that are found here; of the others the server's word holds. */
export const LOCAL = new Set([
  "undefined-state", "undefined", "expression", "undefined-role", "placeholder", "no-ending",
  "dead-end", "no-way-out", "unreachable-state", "unreachable-ending",
]);

/** @type {Record<string, string>} */
const SHORT = {
  "dead-end": "No way out of here",
  stuck: "Play can get stuck here",
  "no-way-out": "No ending from here",
  "unreachable-state": "Nothing leads here",
  "unreachable-ending": "Nothing leads here",
  "undefined-state": "A link leads nowhere",
  undefined: "Names what is not there",
  expression: "A condition does not read",
  "undefined-role": "A role is missing",
  placeholder: "A name in a text is missing",
  "missing-asset": "A picture or sound is missing",
  "refused-text": "A text is refused",
  circle: "Goes round without a choice",
  shadowed: "Something never happens",
  lines: "Lines that do not read",
};

/** On a node: why it is marked. @param {Finding} finding */
export const shortOf = (finding) => SHORT[finding.code] ?? "Something is wrong here";

/** @param {Scene} scene @returns {import("../expressions.js").Scope} */
function scopeOf(scene) {
  const index = indexOf(scene);
  return {
    variable: (name) => {
      const one = isObject(scene.context) && Object.hasOwn(scene.context, name) ? scene.context[name] : null;
      if (!isObject(one)) return null;
      return [type(one.type, Array.isArray(one.values) ? one.values : null, Number(one.max_length ?? 0)), 0];
    },
    state: (name) => (index.has(name) && index.get(name)?.state.type !== "history" ? 0 : null),
    dice: (name) => (isObject(scene.dice) && Object.hasOwn(scene.dice, name) ? 0 : null),
  };
}

class Check {
  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.index = indexOf(scene);
    this.scope = scopeOf(scene);
    this.roles = new Set(entriesOf(scene.roles).map(([id]) => id));
    /** @type {Finding[]} */
    this.found = [];
    /** @type {Map<string, ExpressionError | null>} */
    this.expressions = new Map();
  }

  /** @param {string} code @param {string} message @param {string} pointer @param {string} state @param {Finding["severity"]} severity */
  say(code, message, pointer, state, severity = "error") {
    this.found.push({ severity, code, message, pointer, state });
  }

  whole() {
    for (const place of this.index.values()) this.state(place);
    this.start();
    this.ways();
    return this.found;
  }

  start() {
    const first = this.scene.initial;
    if (this.index.size && !Object.hasOwn(this.scene.states, String(first))) {
      this.say("undefined-state", "The story begins nowhere. Choose where it starts, in the settings.", "/initial", "");
    }
  }

  /** @param {Place} place */
  state({ id, state, pointer }) {
    listOf(state.beats).forEach((beat, i) => {
      if (isObject(beat)) this.beat(beat, `${pointer}/beats/${i}`, id);
    });
    for (const kind of EDGES) {
      listOf(state[kind]).forEach((edge, i) => {
        if (!isObject(edge)) return;
        const where = `${pointer}/${kind}/${i}`;
        this.expression(edge.guard, `${where}/guard`, id, true);
        this.actions(edge.actions, `${where}/actions`, id);
        this.text(edge.text, `${where}/text`, id);
        if (edge.target !== undefined && !this.index.has(edge.target)) {
          this.say("undefined-state", `A link leads to ${edge.target}, which is not there: choose another node, or add it.`, `${where}/target`, id);
        }
      });
    }
    this.actions(state.entry, `${pointer}/entry`, id);
    this.actions(state.exit, `${pointer}/exit`, id);
    this.text(state.ending?.title, `${pointer}/ending/title`, id);
  }

  /** @param {any} beat @param {string} pointer @param {string} id */
  beat(beat, pointer, id) {
    this.expression(beat.guard, `${pointer}/guard`, id, true);
    this.text(beat.text ?? beat.fallback, `${pointer}/text`, id);
    const named = [beat.role, beat.on === "all" ? undefined : beat.on, ...listOf(beat.listeners)];
    for (const role of named) {
      if (role === undefined || this.roles.has(role)) continue;
      this.say("undefined-role", `No role is called ${role}: add it to the cast, or choose another.`, pointer, id);
    }
  }

  /** @param {any} actions @param {string} pointer @param {string} id */
  actions(actions, pointer, id) {
    listOf(actions).forEach((action, i) => {
      if (!isObject(action)) return;
      const where = `${pointer}/${i}`;
      if (action.type === "roll" && !Object.hasOwn(this.scene.dice ?? {}, action.dice)) {
        this.say("undefined", `There are no dice called ${action.dice}.`, `${where}/dice`, id);
      }
      if (action.type !== "assign") return;
      if (!Object.hasOwn(this.scene.context ?? {}, action.variable)) {
        this.say("undefined", `No variable is called ${action.variable}: add it under Values.`, `${where}/variable`, id);
      }
      this.expression(action.value, `${where}/value`, id, false);
    });
  }

  /** @param {any} text @param {string} pointer @param {string} id @param {boolean} truth */
  expression(text, pointer, id, truth) {
    if (typeof text !== "string") return;
    const error = this.read(text, truth);
    if (!error) return;
    const place = error.at ? ` at character ${error.at + 1}` : "";
    this.say(error.code, `${text.slice(0, 60)}: ${error.message}${place}.`, pointer, id);
  }

  /** @param {string} text @param {boolean} truth */
  read(text, truth) {
    const key = `${truth}${text}`;
    const known = this.expressions.get(key);
    if (known !== undefined) return known;
    const error = refused(() => (truth ? condition : parse)(text, this.scope));
    this.expressions.set(key, error);
    return error;
  }

  /** @param {any} text @param {string} pointer @param {string} id */
  text(text, pointer, id) {
    if (typeof text !== "string" && !isObject(text)) return;
    const said = isObject(text) ? Object.fromEntries(Object.entries(text).filter(([, one]) => typeof one === "string")) : text;
    for (const name of namesIn(/** @type {any} */ (said))) {
      if (this.roles.has(name) || Object.hasOwn(this.scene.context ?? {}, name)) continue;
      this.say("placeholder", `{${name}} is neither a role nor a variable. Write {{ and }} for braces.`, pointer, id);
    }
  }

  ways() {
    const { index } = this;
    const graph = new Map([...index].map(([id, place]) => (
      [id, outgoing(index, place).map(({ to }) => to)]
    )));
    const reached = spreading([String(this.scene.initial ?? "")].filter((id) => index.has(id)), (id) => (
      [...(graph.get(id) ?? []), ...(index.get(id)?.way ?? [])]
    ));
    /** @type {Map<string, string[]>} */
    const back = new Map();
    for (const [id, targets] of graph) {
      for (const to of targets) {
        const known = back.get(to);
        if (known) known.push(id);
        else back.set(to, [id]);
      }
    }
    const finals = [...index.values()].filter(({ state }) => state.type === "final");
    const ending = spreading(finals.map(({ id }) => id), (id) => back.get(id) ?? []);
    for (const place of index.values()) this.way(place, graph, reached, ending);
    if (!finals.length && index.size) {
      this.say("no-ending", "The story has no ending: make a node one.", "/states", "");
    }
  }

  /** @param {Place} place @param {Map<string, string[]>} graph @param {Set<string>} reached @param {Set<string>} ending */
  way(place, graph, reached, ending) {
    const { id, state, pointer } = place;
    const title = titleOf(id, state);
    if (!reached.has(id) && state.type !== "history" && !(isObject(state.states))) {
      const code = state.type === "final" ? "unreachable-ending" : "unreachable-state";
      this.say(code, `${title} cannot be reached: link to it or delete it.`, pointer, id, "warning");
    }
    if (state.type || isObject(state.states)) return;
    if (!graph.get(id)?.length) {
      this.say("dead-end", `${title} is a dead end: add a choice or mark it as an ending.`, pointer, id);
    } else if (ending.size && !ending.has(id) && reached.has(id)) {
      this.say("no-way-out", `From ${title} no ending can be reached.`, pointer, id);
    }
  }
}

/** @param {() => any} run @returns {ExpressionError | null} */
function refused(run) {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}

/** All that can be reached. @param {string[]} starts @param {(id: string) => string[]} next */
function spreading(starts, next) {
  const seen = new Set(starts);
  const waiting = [...starts];
  while (waiting.length) {
    for (const to of next(/** @type {string} */ (waiting.pop()))) {
      if (seen.has(to)) continue;
      seen.add(to);
      waiting.push(to);
    }
  }
  return seen;
}

/** @param {Scene} scene @returns {Finding[]} */
export const findingsOf = (scene) => (isObject(scene) ? new Check(scene).whole() : []);

/**
 * What is shown: what was found here, and of the server's what is not found here.
 * @param {Finding[]} local @param {Finding[]} told
 */
export function together(local, told) {
  const known = new Set(local.map(({ code, pointer }) => `${code} ${pointer}`));
  return [...local, ...told.filter(({ code, pointer }) => (
    !LOCAL.has(code) && !known.has(`${code} ${pointer}`)
  ))];
}

/** One condition, for a field that is being typed in; empty: it reads. @param {Scene} scene @param {string} text @param {boolean} truth */
export function refusalOf(scene, text, truth = true) {
  if (!text.trim()) return "";
  const error = refused(() => (truth ? condition : parse)(text, scopeOf(scene)));
  return error ? `${error.message}${error.at ? `, at character ${error.at + 1} of ${pointsOf(text)}` : ""}` : "";
}
