// @ts-check
/**
 * Typed trees to functions of a play's frame. The twin of scenes/machine/evaluation.py:
 * whole numbers and floats stop at their bounds, dividing by zero gives zero, no result
 * is NaN or minus zero, texts are compared by code point.
 */

import { FLOAT, INTEGER } from "./expressions.js";

/** @typedef {import("./expressions.js").Node} Node */
/** @typedef {import("./expressions.js").Value} Value */
/** @typedef {{values: Value[], visits: number[], dice: number[]}} Frame */
/** @typedef {(frame: Frame) => any} Evaluate */

/** @param {number} value */
const whole = (value) => Math.max(-INTEGER, Math.min(INTEGER, value)) + 0;
/** @param {number} value */
const real = (value) => Math.max(-FLOAT, Math.min(FLOAT, value)) + 0;

/** @type {Record<string, (a: number, b: number) => number>} */
const WHOLE = {
  "+": (a, b) => whole(a + b),
  "-": (a, b) => whole(a - b),
  // A product of two is no longer exact above 2 ** 53, far above the bound it stops at.
  "*": (a, b) => whole(a * b),
  "//": (a, b) => (b === 0 ? 0 : whole(Math.floor(a / b))),
  "%": (a, b) => (b === 0 ? 0 : a - Math.floor(a / b) * b + 0),
};
/** @type {Record<string, (a: number, b: number) => number>} */
const REAL = {
  "+": (a, b) => real(a + b),
  "-": (a, b) => real(a - b),
  "*": (a, b) => real(a * b),
  "/": (a, b) => (b === 0 ? 0 : real(a / b)),
};
/** @type {Record<string, (...args: number[]) => number>} */
const CALLS = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  floor: (value) => whole(Math.floor(value)),
  ceil: (value) => whole(Math.ceil(value)),
  round: (value) => whole(Math.floor(value + 0.5)),
};

/**
 * Below zero, zero or above it: numbers by size, texts by code point. UTF-16 order, which
 * `<` uses, is another one above U+FFFF.
 * @param {any} a
 * @param {any} b
 */
function order(a, b) {
  if (typeof a !== "string") return a - b;
  const [one, two] = [[...a], [...b]];
  for (let i = 0; i < one.length && i < two.length; i += 1) {
    const gap = (one[i].codePointAt(0) ?? 0) - (two[i].codePointAt(0) ?? 0);
    if (gap) return gap;
  }
  return one.length - two.length;
}

/** @type {Record<string, (a: any, b: any) => boolean>} */
const COMPARE = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => order(a, b) < 0,
  "<=": (a, b) => order(a, b) <= 0,
  ">": (a, b) => order(a, b) > 0,
  ">=": (a, b) => order(a, b) >= 0,
};

/** @type {Record<string, (node: Node) => Evaluate>} */
const COMPILE = {
  literal: ({ value }) => () => value,
  variable: ({ slot }) => (frame) => frame.values[slot],
  visits: ({ slot, type }) => (
    type.kind === "bool" ? (frame) => frame.visits[slot] > 0 : (frame) => frame.visits[slot]
  ),
  rolled: ({ slot }) => (frame) => frame.dice[slot],
  negate: ({ operand }) => {
    const inner = compiled(operand);
    return (frame) => 0 - inner(frame);
  },
  not: ({ operand }) => {
    const inner = compiled(operand);
    return (frame) => !inner(frame);
  },
  arithmetic: (node) => binary(node, (node.type.kind === "int" ? WHOLE : REAL)[node.operator]),
  comparison: (node) => binary(node, COMPARE[node.operator]),
  membership: ({ item, options, negated }) => {
    const inner = compiled(item);
    const others = options.map(compiled);
    return (frame) => {
      const value = inner(frame);
      const among = others.some((/** @type {Evaluate} */ one) => one(frame) === value);
      return among !== negated;
    };
  },
  logic: ({ operator, parts }) => {
    const inner = /** @type {Evaluate[]} */ (parts.map(compiled));
    return operator === "and"
      ? (frame) => inner.every((one) => one(frame))
      : (frame) => inner.some((one) => one(frame));
  },
  call: (node) => {
    const run = CALLS[node.function];
    const args = /** @type {Evaluate[]} */ (node.arguments.map(compiled));
    return (frame) => run(...args.map((one) => one(frame)));
  },
};

/**
 * A function from a frame to the value.
 * @param {Node} node
 * @returns {Evaluate}
 */
export function compiled(node) {
  return COMPILE[node.node](node);
}

/** @param {Node} node @param {(a: any, b: any) => any} run @returns {Evaluate} */
function binary(node, run) {
  const [left, right] = [compiled(node.left), compiled(node.right)];
  return (frame) => run(left(frame), right(frame));
}
