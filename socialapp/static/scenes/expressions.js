// @ts-check
/**
 * Conditions and values: text to a typed tree. The twin of scenes/machine/expressions.py;
 * tests/scenes/expressions.json holds both to the same values and the same refusals.
 */

export const INTEGER = 2147483647;
export const FLOAT = 1e15;
const LENGTH = 500;
const DEPTH = 24;
const OPERATIONS = 64;

/**
 * @typedef {{kind: "int" | "float" | "bool" | "enum" | "string", values: string[] | null,
 *   length: number}} Type
 */
/** @typedef {number | boolean | string} Value */
/**
 * What names mean; null: there is no such thing.
 * @typedef {object} Scope
 * @property {(name: string) => [Type, number] | null} variable
 * @property {(name: string) => number | null} state
 * @property {(name: string) => number | null} dice
 */
/**
 * A node of the tree: `node` names its kind, the rest depends on it.
 * @typedef {{node: string, type: Type, [field: string]: any}} Node
 */
/** @typedef {{kind: string, text: string, at: number}} Token */

/** A condition that cannot be understood; `at` counts code points. */
export class ExpressionError extends Error {
  /** @param {number} at @param {string} message @param {string} code */
  constructor(at, message, code = "expression") {
    super(message);
    this.at = at;
    this.code = code;
  }
}

/** @param {Type["kind"]} kind @param {string[] | null} values @param {number} length */
export const type = (kind, values = null, length = 0) => ({ kind, values, length });
const INT = type("int");
const REAL = type("float");
const BOOL = type("bool");

/** @param {Type} one */
const numeric = (one) => one.kind === "int" || one.kind === "float";
/** @param {Type} one */
const textual = (one) => one.kind === "enum" || one.kind === "string";
/** Code points. @param {string} text */
export const pointsOf = (text) => [...text].length;

const TOKEN = new RegExp(
  [
    "(?<space>[ \\t\\n]+)",
    "(?<number>[0-9]+(?:\\.[0-9]+)?)",
    "(?<name>[A-Za-z_][A-Za-z0-9_]*)",
    `(?<string>'(?:[^'\\\\]|\\\\['"\\\\])*'|"(?:[^"\\\\]|\\\\['"\\\\])*")`,
    "(?<sign>==|!=|<=|>=|//|[<>+\\-*/%()\\[\\],])",
  ].join("|"),
  "uy",
);
/** @type {Record<string, string>} */
const HINTS = {
  "=": "use == to compare",
  "&": "use and",
  "|": "use or",
  "!": "use not",
  "'": "this text has no end",
  '"': "this text has no end",
  ".": "write a number as 0.5",
};
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];
const WORDS = ["and", "or", "not", "in", "true", "false"];
/** @type {Record<string, [number, number]>} */
const CALLS = {
  min: [2, 10], max: [2, 10], abs: [1, 1], floor: [1, 1], ceil: [1, 1], round: [1, 1],
};
const ROUNDING = ["floor", "ceil", "round"];

/** @param {string} text @returns {Token[]} */
function tokensOf(text) {
  const found = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) {
      const hint = Object.hasOwn(HINTS, text[at]) ? HINTS[text[at]] : "no meaning here";
      throw new ExpressionError(pointsOf(text.slice(0, at)), hint);
    }
    const [kind] = Object.entries(match.groups ?? {}).filter(([, v]) => v !== undefined)[0];
    if (kind !== "space") found.push({ kind, text: match[0], at });
    at += match[0].length;
  }
  found.push({ kind: "end", text: "", at: text.length });
  for (const token of found) token.at = pointsOf(text.slice(0, token.at));
  return found;
}

/**
 * The typed tree of a text. Throws ExpressionError.
 * @param {string} text
 * @param {Scope} scope
 */
export function parse(text, scope) {
  if (pointsOf(text) > LENGTH) throw new ExpressionError(0, `longer than ${LENGTH}`);
  return new Parser(tokensOf(text), scope).whole();
}

/**
 * A tree that is true or false.
 * @param {string} text
 * @param {Scope} scope
 */
export function condition(text, scope) {
  const node = parse(text, scope);
  if (node.type.kind !== "bool") {
    throw new ExpressionError(0, "a condition is true or false");
  }
  return node;
}

class Parser {
  /** @param {Token[]} tokens @param {Scope} scope */
  constructor(tokens, scope) {
    this.tokens = tokens;
    this.scope = scope;
    this.next = 0;
    this.depth = 0;
    this.operations = 0;
  }

  whole() {
    const node = this.either();
    if (this.token.kind !== "end") this.fail("not expected here");
    return node;
  }

  get token() {
    return this.tokens[this.next];
  }

  /** @param {string} message @param {Token} token @returns {never} */
  fail(message, token = this.token) {
    throw new ExpressionError(token.at, message);
  }

  /** @param {string[]} texts @returns {Token | null} */
  accept(...texts) {
    const token = this.token;
    if ((token.kind === "sign" || token.kind === "name") && texts.includes(token.text)) {
      this.next += 1;
      return token;
    }
    return null;
  }

  /** @param {string} text */
  expect(text) {
    if (!this.accept(text)) this.fail(`${text} is missing here`);
  }

  deeper() {
    this.depth += 1;
    if (this.depth > DEPTH) this.fail(`nested more than ${DEPTH} deep`);
  }

  /** @returns {Node} */
  either() {
    return this.logic("or", () => this.both());
  }

  both() {
    return this.logic("and", () => this.negation());
  }

  /** @param {string} word @param {() => Node} part @returns {Node} */
  logic(word, part) {
    let start = this.token;
    const first = part();
    if (this.token.text !== word || this.token.kind !== "name") return first;
    const parts = [this.truth(first, start)];
    while (this.accept(word)) {
      start = this.token;
      parts.push(this.truth(part(), start));
    }
    return { node: "logic", type: BOOL, operator: word, parts };
  }

  /** @param {Node} node @param {Token} start */
  truth(node, start) {
    if (node.type.kind !== "bool") this.fail("true or false is needed", start);
    return node;
  }

  /** @returns {Node} */
  negation() {
    if (!this.accept("not")) return this.comparison();
    this.deeper();
    const start = this.token;
    const operand = this.truth(this.negation(), start);
    this.depth -= 1;
    return { node: "not", type: BOOL, operand };
  }

  /** @returns {Node} */
  comparison() {
    const left = this.sum();
    const token = this.token;
    if (this.accept(...COMPARISONS)) {
      const right = this.sum();
      this.comparable(left.type, right.type, token, token.text);
      this.noChain();
      return { node: "comparison", type: BOOL, operator: token.text, left, right };
    }
    const negated = token.text === "not" && this.tokens[this.next + 1].text === "in";
    if (token.kind === "name" && negated) this.next += 1;
    if (this.accept("in")) {
      const options = this.options(left.type);
      this.noChain();
      return { node: "membership", type: BOOL, item: left, options, negated };
    }
    return left;
  }

  noChain() {
    const { text, kind } = this.token;
    if ([...COMPARISONS, "in"].includes(text) && kind !== "string") {
      this.fail("comparisons do not follow one another");
    }
  }

  /** @param {Type} item */
  options(item) {
    this.expect("[");
    this.deeper();
    const options = [];
    do {
      const token = this.token;
      const option = this.sum();
      this.comparable(item, option.type, token, "==");
      options.push(option);
    } while (this.accept(","));
    this.expect("]");
    this.depth -= 1;
    return options;
  }

  /** @param {Type} left @param {Type} right @param {Token} token @param {string} operator */
  comparable(left, right, token, operator) {
    const equality = operator === "==" || operator === "!=";
    if (numeric(left) && numeric(right)) return;
    if (equality && left.kind === "bool" && right.kind === "bool") return;
    if (!textual(left) || !textual(right)) this.fail(`not compared by ${operator}`, token);
    const anEnum = left.kind === "enum" || right.kind === "enum";
    if (!equality && anEnum) this.fail("the values of an enum have no order", token);
    const known = right.values;
    if (anEnum && left.values && known && !left.values.some((v) => known.includes(v))) {
      this.fail("never equal", token);
    }
  }

  sum() {
    return this.chain(["+", "-"], () => this.product());
  }

  product() {
    return this.chain(["*", "/", "//", "%"], () => this.signed());
  }

  /** @param {string[]} signs @param {() => Node} part @returns {Node} */
  chain(signs, part) {
    let node = part();
    for (let token = this.accept(...signs); token; token = this.accept(...signs)) {
      this.operations += 1;
      if (this.operations > OPERATIONS) this.fail("too many signs of arithmetic", token);
      node = this.arithmetic(token, node, part());
    }
    return node;
  }

  /** @param {Token} token @param {Node} left @param {Node} right @returns {Node} */
  arithmetic(token, left, right) {
    for (const one of [left, right]) {
      if (!numeric(one.type)) this.fail(`${token.text} needs numbers`, token);
    }
    const real = left.type.kind === "float" || right.type.kind === "float";
    if (real && (token.text === "//" || token.text === "%")) {
      this.fail(`${token.text} needs whole numbers`, token);
    }
    const result = token.text === "/" || real ? REAL : INT;
    return { node: "arithmetic", type: result, operator: token.text, left, right };
  }

  /** @returns {Node} */
  signed() {
    const token = this.accept("-");
    if (!token) return this.atom();
    this.deeper();
    const operand = this.signed();
    if (!numeric(operand.type)) this.fail("- needs a number", token);
    this.depth -= 1;
    return { node: "negate", type: operand.type, operand };
  }

  /** @returns {Node} */
  atom() {
    const token = this.token;
    if (this.accept("(")) {
      this.deeper();
      const node = this.either();
      this.expect(")");
      this.depth -= 1;
      return node;
    }
    this.next += 1;
    if (token.kind === "number") return this.number(token);
    if (token.kind === "string") {
      const said = token.text.slice(1, -1).replace(/\\(.)/gu, "$1");
      const kind = type("string", [said], pointsOf(said));
      return { node: "literal", type: kind, value: said };
    }
    if (token.kind === "name" && (token.text === "true" || token.text === "false")) {
      return { node: "literal", type: BOOL, value: token.text === "true" };
    }
    if (token.kind === "name" && !WORDS.includes(token.text)) {
      return this.accept("(") ? this.call(token) : this.name(token);
    }
    return this.fail("not expected here", token);
  }

  /** @param {Token} token @returns {Node} */
  number(token) {
    if (token.text.length > 30) this.fail("more than 30 digits", token);
    const value = Number(token.text);
    const real = token.text.includes(".");
    if (value > (real ? FLOAT : INTEGER)) this.fail("too large", token);
    return { node: "literal", type: real ? REAL : INT, value };
  }

  /** @param {Token} token @returns {Node} */
  name(token) {
    const found = this.scope.variable(token.text);
    if (!found) {
      const message = `no variable is called ${token.text}`;
      throw new ExpressionError(token.at, message, "undefined");
    }
    return { node: "variable", type: found[0], slot: found[1] };
  }

  /** @param {Token} token @returns {Node} */
  call(token) {
    this.deeper();
    const about = ["visited", "visits", "rolled"].includes(token.text);
    const node = about ? this.about(token) : this.compute(token);
    this.depth -= 1;
    return node;
  }

  /** @param {Token} token @returns {Node} */
  about(token) {
    const named = this.token;
    if (named.kind !== "name") this.fail(`${token.text} needs an id`);
    this.next += 1;
    this.expect(")");
    const rolled = token.text === "rolled";
    const slot = rolled ? this.scope.dice(named.text) : this.scope.state(named.text);
    if (slot === null) {
      throw new ExpressionError(named.at, `nothing is called ${named.text}`, "undefined");
    }
    if (rolled) return { node: "rolled", type: INT, slot };
    return { node: "visits", type: token.text === "visited" ? BOOL : INT, slot };
  }

  /** @param {Token} token @returns {Node} */
  compute(token) {
    const name = token.text;
    if (!Object.hasOwn(CALLS, name)) this.fail(`no function is called ${name}`, token);
    const args = [this.sum()];
    while (this.accept(",")) args.push(this.sum());
    this.expect(")");
    const [least, most] = CALLS[name];
    if (args.length < least || args.length > most) {
      this.fail(`${name} takes ${least} to ${most} numbers`, token);
    }
    if (!args.every((one) => numeric(one.type))) this.fail(`${name} needs numbers`, token);
    const real = !ROUNDING.includes(name) && args.some((one) => one.type.kind === "float");
    return { node: "call", type: real ? REAL : INT, function: name, arguments: args };
  }
}
