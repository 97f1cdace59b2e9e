// Holds the browser's machine to plays that were written down: `node agree.mjs FILE...`
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { ExpressionError, parse, type } from "../../socialapp/static/scenes/expressions.js";
import { compiled } from "../../socialapp/static/scenes/evaluation.js";
import { Machine, PlayError } from "../../socialapp/static/scenes/machine.js";
import { Play, offers, toJson, told } from "../../socialapp/static/scenes/play.js";

/** The error's code, or null when there was none. */
function refusal(run) {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof PlayError) return error.code;
    throw error;
  }
}

function seen({ machine, position }, cast, language) {
  return {
    position: toJson(machine, position),
    status: machine.status(position),
    offers: offers(machine, position, cast, language),
    told: told(machine, position, cast, language).map(({ background, text }) => (
      { background, text }
    )),
  };
}

/** Plays a written play again; throws where it goes another way. */
export function check(machine, written, where) {
  const { seed, cast, preset, language } = written;
  if (written.refused) {
    assert.equal(refusal(() => new Play(machine, { seed, preset })), written.refused, where);
    return;
  }
  let play = new Play(machine, { seed, cast, preset });
  for (const [i, step] of written.steps.entries()) {
    const place = `${where}, step ${i}`;
    if (step.refused) {
      assert.equal(refusal(() => play.after(step.event)), step.refused, place);
      continue;
    }
    if (step.event) play = play.after(step.event);
    assert.deepEqual(seen(play, cast, language), step.seen, place);
  }
  const half = Math.floor(play.events.length / 2);
  let again = play.rewind(half);
  for (const event of play.events.slice(half)) again = again.after(event);
  assert.deepEqual(again.position, play.position, `${where}, rewound to ${half}`);
}

/** One expression: its type and value, or where and why it is refused. */
export function evaluate(written, declared) {
  const names = Object.keys(declared.context);
  const dice = Object.keys(declared.dice);
  const states = Object.keys(declared.visits);
  const scope = {
    variable: (name) => {
      const found = declared.context[name];
      if (!Object.hasOwn(declared.context, name)) return null;
      return [type(found.type, found.values, found.max_length), names.indexOf(name)];
    },
    state: (name) => (states.includes(name) ? states.indexOf(name) : null),
    dice: (name) => (dice.includes(name) ? dice.indexOf(name) : null),
  };
  try {
    const node = parse(written.text, scope);
    const frame = {
      values: names.map((name) => (
        Object.hasOwn(written.context ?? {}, name)
          ? written.context[name] : declared.context[name].start
      )),
      visits: states.map((name) => declared.visits[name]),
      dice: dice.map((name) => declared.dice[name]),
    };
    return { type: node.type.kind, value: compiled(node)(frame) };
  } catch (error) {
    if (error instanceof ExpressionError) return { code: error.code, at: error.at };
    throw error;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  let count = 0;
  for (const file of process.argv.slice(2)) {
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
      const { scene, plays } = JSON.parse(line);
      const machine = new Machine(scene);
      for (const [i, written] of plays.entries()) {
        check(machine, written, `scene ${count}, play ${i}`);
      }
      count += 1;
    }
  }
  console.log(count);
}
