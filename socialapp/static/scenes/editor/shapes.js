// @ts-check
/**
 * The kinds of object in a scene: their keys in canonical order, with what each holds and
 * its default. The twin of scenes/machine/model.py, for writing.
 */

/**
 * @typedef {object} Field
 * @property {string} key
 * @property {any} [missing] its default, which is left out
 * @property {"text" | "one" | "list" | "map" | "any" | "plain"} holds
 * @property {string} [kind] of what it holds; `action`, `beat` and `variable` by its type
 */

export const MOODS = ["calm", "happy", "sad", "angry", "afraid", "surprised", "disgusted"];
export const RATINGS = ["everyone", "teen", "mature"];

/** @param {string} key @param {any} [missing] @returns {Field} */
const plain = (key, missing) => ({ key, missing, holds: "plain" });
/** @param {string} key @returns {Field} */
const text = (key) => ({ key, holds: "text" });
/** @param {string} key @param {string} kind @returns {Field} */
const one = (key, kind) => ({ key, holds: "one", kind });
/** @param {string} key @param {string} kind @returns {Field} */
const list = (key, kind) => ({ key, holds: "list", kind });
/** @param {string} key @param {string} kind @returns {Field} */
const map = (key, kind) => ({ key, holds: "map", kind });

/** @type {Field} */
const extensions = { key: "extensions", holds: "any" };
const type = plain("type");
const guard = plain("guard");
const about = plain("about", "");
const bounds = [type, plain("min"), plain("max"), plain("start"), about, extensions];
const move = [plain("target"), guard, list("actions", "action"), extensions];

/** @type {Record<string, Field[]>} */
export const SHAPES = {
  scene: [
    plain("format"), plain("version"), plain("id"), text("title"), plain("rating"),
    plain("languages"), map("roles", "role"), plain("initial"), map("states", "state"),
    text("logline"), plain("genre", ""), text("player"), map("context", "variable"),
    map("dice", "dice"), extensions,
  ],
  role: [text("label"), one("requires", "requires"), text("suits"), extensions],
  requires: [plain("rating", ""), plain("voice", false), list("tags", "plain"), extensions],
  int: bounds,
  float: bounds,
  bool: [type, plain("start"), about, extensions],
  enum: [type, plain("values"), plain("start"), about, extensions],
  string: [type, plain("max_length"), plain("start"), about, extensions],
  dice: [plain("count"), plain("sides"), about, extensions],
  assign: [type, plain("variable"), plain("value"), extensions],
  roll: [type, plain("dice"), extensions],
  line: [
    type, plain("role"), text("text"), plain("emotion", "calm"), plain("listeners"), guard,
    extensions,
  ],
  narration: [type, text("text"), guard, extensions],
  pause: [type, plain("seconds"), guard, extensions],
  camera: [type, plain("on"), plain("zoom", 1), plain("ease", 0), guard, extensions],
  sound: [type, plain("sound"), plain("volume", 1), plain("loop", false), guard, extensions],
  emotion: [
    type, plain("role"), plain("emotion"), plain("weight", 1), guard, extensions,
  ],
  improv: [
    type, plain("role"), plain("goal"), plain("turns"), text("fallback"),
    list("never", "plain"), plain("emotion", "calm"), guard, extensions,
  ],
  transition: move,
  timer: [plain("seconds"), ...move],
  choice: [plain("id"), text("text"), ...move],
  ending: [text("title"), plain("mood", "calm"), extensions],
  state: [
    plain("type", ""), plain("title", ""), plain("background"), list("entry", "action"),
    list("exit", "action"), list("beats", "beat"), list("choices", "choice"),
    list("always", "transition"), list("after", "timer"), plain("initial"),
    map("states", "state"), plain("history"), plain("target"), one("ending", "ending"),
    extensions,
  ],
};

/** Kinds whose objects say by their type which one they are. */
export const TAGGED = {
  action: ["assign", "roll"],
  beat: ["line", "narration", "pause", "camera", "sound", "emotion", "improv"],
  variable: ["int", "float", "bool", "enum", "string"],
};
