// @ts-check
/**
 * Beats as an author writes them, and back without a loss:
 *
 *     MIRA [happy] to THISTLE: You came back.
 *     The door opens by itself.
 *     @if trust > 2
 *     THISTLE: And now I never will.
 *     @de Und jetzt erst recht nicht.
 *     @pause 1.5
 *     @camera MIRA zoom 1.5 ease 2
 *     @sound bell volume 0.5 loop
 *     @face MIRA sad 0.5
 *     @beat {"type": "improv", …}
 *
 * A line that begins with two spaces goes on with the text above it. Narration that looks
 * like something else stands in brackets. What the short form cannot say is a @beat.
 */

import { JsonError, read } from "./json.js";
import { MOODS } from "./shapes.js";
import { isObject, writeLine } from "./writing.js";

/**
 * What the scene has.
 * @typedef {object} Known
 * @property {string[]} roles
 * @property {string[]} languages
 */
/** @typedef {{line: number, message: string, role?: string}} Problem `role`: one that is missing */
/** @typedef {any} Beat */

const NUMBER = "(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?";
const SPOKEN = /^([A-Za-z][A-Za-z0-9_]*)(?: \[([a-z]+)\])?(?: to ([A-Za-z0-9_, ]+))?: ?(.*)$/s;
const CUE = /^[A-Z][A-Z0-9_]*(?: \[[^\]]*\])?(?: to [A-Za-z0-9_, ]+)?:/;
const DIRECTION = /^@([A-Za-z0-9-]+)(?: (.*))?$/s;
const PAUSE = new RegExp(`^${NUMBER}$`);
const CAMERA = new RegExp(`^(\\S+)(?: zoom (${NUMBER}))?(?: ease (${NUMBER}))?$`);
const SOUND = new RegExp(`^(\\S+)(?: volume (${NUMBER}))?( loop)?$`);
const FACE = new RegExp(`^(\\S+) ([a-z]+)(?: (${NUMBER}))?$`);
const NOBODY = "nobody";
const WORDS = new Set(["if", "pause", "camera", "sound", "face", "beat"]);

/** @param {any} one @param {any} other @param {string[]} languages */
const same = (one, other, languages) => (
  writeLine(one, "beat", languages) === writeLine(other, "beat", languages)
);

/**
 * The lines of some beats.
 * @param {Beat[]} beats
 * @param {Known} known
 * @returns {string}
 */
export function writeBeats(beats, known) {
  return beats.map((beat) => {
    const short = isObject(beat) ? shortOf(beat, known) : null;
    if (short !== null) {
      const found = parseBeats(short, known);
      const [again, ...more] = found.beats;
      if (!found.problems.length && again && !more.length && same(again, beat, known.languages)) {
        return short;
      }
    }
    return `@beat ${writeLine(beat, "beat", known.languages)}`;
  }).join("\n");
}

/** @param {string} text */
const folded = (text) => text.replaceAll("\n", "\n  ");
/** @param {string} id */
const cue = (id) => id.toUpperCase();

/** @param {Beat} beat @param {Known} known @returns {string | null} null: only JSON says it */
function shortOf(beat, known) {
  const said = saidOf(beat, known);
  if (said === null) return null;
  return `${typeof beat.guard === "string" ? `@if ${beat.guard}\n` : ""}${said}`;
}

/** @param {Beat} beat @param {Known} known @returns {string | null} */
function saidOf(beat, known) {
  /** @param {string} word @param {any} value */
  const optional = (word, value) => (value === undefined ? "" : ` ${word}${value}`);
  switch (beat.type) {
    case "line": {
      const heard = Array.isArray(beat.listeners)
        ? ` to ${beat.listeners.map(cue).join(", ") || NOBODY}` : "";
      const mood = beat.emotion && beat.emotion !== "calm" ? ` [${beat.emotion}]` : "";
      return spoken(`${cue(String(beat.role))}${mood}${heard}: `, beat.text, known);
    }
    case "narration": {
      const plain = spoken("", beat.text, known);
      const first = plain?.split("\n")[0] ?? "";
      const bare = plain !== null && first.trim() === first && first && !/^[@(]/.test(first)
        && !CUE.test(first) && !roleOf(first, known);
      return bare ? plain : spoken("(", beat.text, known, ")");
    }
    case "pause":
      return `@pause ${beat.seconds}`;
    case "camera":
      return `@camera ${beat.on === "all" ? "all" : cue(String(beat.on))}${optional("zoom ", beat.zoom)}${optional("ease ", beat.ease)}`;
    case "sound":
      return `@sound ${beat.sound}${optional("volume ", beat.volume)}${beat.loop ? " loop" : ""}`;
    case "emotion":
      return `@face ${cue(String(beat.role))} ${beat.emotion}${optional("", beat.weight)}`;
    default:
      return null;
  }
}

/** @param {string} before @param {any} text @param {Known} known @param {string} after @returns {string | null} */
function spoken(before, text, known, after = "") {
  if (typeof text === "string") return `${before}${folded(text)}${after}`;
  const [first, ...others] = known.languages;
  if (!isObject(text) || typeof text[first] !== "string") return null;
  const lines = [`${before}${folded(text[first])}${after}`];
  for (const tag of others) {
    if (typeof text[tag] === "string") lines.push(`@${tag} ${folded(text[tag])}`);
  }
  return lines.join("\n");
}

/** The role that a line is said by, or empty. @param {string} line @param {Known} known */
function roleOf(line, known) {
  const id = SPOKEN.exec(line)?.[1].toLowerCase() ?? "";
  return known.roles.includes(id) ? id : "";
}

/**
 * Beats of some lines, and what could not be read of them.
 * @param {string} text
 * @param {Known} known
 * @returns {{beats: Beat[], problems: Problem[]}}
 */
export function parseBeats(text, known) {
  /** @type {Beat[]} */
  const beats = [];
  /** @type {Problem[]} */
  const problems = [];
  let guard = "";
  let guardLine = 0;
  for (const [line, words] of paragraphs(text)) {
    /** @param {string} message @param {string} role */
    const fail = (message, role = "") => {
      problems.push(role ? { line, message, role } : { line, message });
    };
    const direction = DIRECTION.exec(words);
    if (direction?.[1] === "if") {
      guard = (direction[2] ?? "").trim();
      guardLine = line;
      if (!guard) fail("@if needs a condition");
      continue;
    }
    if (direction && isLanguage(direction[1], known)) {
      const last = beats.at(-1);
      if (!last || !translate(last, direction[1], direction[2] ?? "", known)) {
        fail(`@${direction[1]} translates the text above it, and there is none`);
      }
      continue;
    }
    const beat = direction ? directed(direction, known, fail) : told(words, known, fail);
    if (!beat) continue;
    beats.push(guard ? { ...beat, guard } : beat);
    guard = "";
  }
  if (guard) problems.push({ line: guardLine, message: "@if stands before the line that it is for" });
  return { beats, problems };
}

/** @param {string} tag @param {Known} known */
const isLanguage = (tag, known) => !WORDS.has(tag) && known.languages.slice(1).includes(tag);

/** Lines with those that go on with them. @param {string} text @returns {[number, string][]} */
function paragraphs(text) {
  /** @type {[number, string][]} */
  const found = [];
  text.split("\n").forEach((line, i) => {
    const last = found.at(-1);
    if (line.startsWith("  ") && last) last[1] += `\n${line.slice(2)}`;
    else if (line.trim()) found.push([i + 1, line]);
  });
  return found;
}

/** @param {Beat} beat @param {string} tag @param {string} words @param {Known} known */
function translate(beat, tag, words, known) {
  if (beat.text === undefined || !words) return false;
  const text = isObject(beat.text) ? beat.text : { [known.languages[0]]: beat.text };
  beat.text = { ...text, [tag]: words };
  return true;
}

/** @param {string} words @param {Known} known @param {(message: string, role?: string) => void} fail @returns {Beat | null} */
function told(words, known, fail) {
  const role = roleOf(words, known);
  if (role) return lineOf(role, words, known, fail);
  if (CUE.test(words)) {
    const name = words.split(/[ :]/)[0];
    fail(`no role is called ${name}`, name.toLowerCase());
    return null;
  }
  const bracketed = words.startsWith("(") && words.endsWith(")") && words.length > 2;
  return { type: "narration", text: bracketed ? words.slice(1, -1) : words };
}

/** @param {string} role @param {string} words @param {Known} known @param {(message: string, role?: string) => void} fail @returns {Beat | null} */
function lineOf(role, words, known, fail) {
  const [, , mood, heard, said] = /** @type {RegExpExecArray} */ (SPOKEN.exec(words));
  if (!said) {
    fail(`${cue(role)} says nothing yet`);
    return null;
  }
  /** @type {Beat} */
  const beat = { type: "line", role, text: said };
  if (mood && !MOODS.includes(mood)) {
    fail(`[${mood}] is no emotion; there are ${MOODS.join(", ")}`);
    return null;
  }
  if (mood && mood !== "calm") beat.emotion = mood;
  if (heard !== undefined) {
    const ids = heard.split(",").map((one) => one.trim().toLowerCase());
    const none = ids.length === 1 && ids[0] === NOBODY && !known.roles.includes(NOBODY);
    const missing = none ? undefined : ids.find((one) => !known.roles.includes(one));
    if (missing !== undefined) {
      fail(`no role is called ${cue(missing)}`, missing);
      return null;
    }
    beat.listeners = none ? [] : ids;
  }
  return beat;
}

/** @param {RegExpExecArray} direction @param {Known} known @param {(message: string, role?: string) => void} fail @returns {Beat | null} */
function directed([, word, rest = ""], known, fail) {
  const words = rest.trim();
  /** @param {string} name */
  const role = (name) => {
    const id = name.toLowerCase();
    if (id === "all" || known.roles.includes(id)) return id;
    fail(`no role is called ${name}`, id);
    return null;
  };
  /** @param {string} key @param {string | undefined} digits */
  const number = (key, digits) => (digits === undefined ? {} : { [key]: Number(digits) });
  switch (word) {
    case "pause":
      if (PAUSE.test(words)) return { type: "pause", seconds: Number(words) };
      fail("write @pause and seconds: @pause 1.5");
      return null;
    case "camera": {
      const found = CAMERA.exec(words);
      const on = found && role(found[1]);
      if (on) return { type: "camera", on, ...number("zoom", found[2]), ...number("ease", found[3]) };
      if (!found) fail("write @camera and a role, or all: @camera MIRA zoom 1.5 ease 2");
      return null;
    }
    case "sound": {
      const found = SOUND.exec(words);
      if (found) {
        const loop = found[3] ? { loop: true } : {};
        return { type: "sound", sound: found[1], ...number("volume", found[2]), ...loop };
      }
      fail("write @sound and its name: @sound bell volume 0.5 loop");
      return null;
    }
    case "face": {
      const found = FACE.exec(words);
      const who = found && found[1] !== "all" && role(found[1]);
      if (found && who && MOODS.includes(found[2])) {
        return { type: "emotion", role: who, emotion: found[2], ...number("weight", found[3]) };
      }
      if (!found || who) fail(`write @face, a role and an emotion (${MOODS.join(", ")})`);
      return null;
    }
    case "beat":
      return fromJson(words, fail);
    default:
      fail(`@${word} means nothing; there are @if, @pause, @camera, @sound, @face and @beat`);
      return null;
  }
}

/** @param {string} words @param {(message: string) => void} fail @returns {Beat | null} */
function fromJson(words, fail) {
  try {
    const beat = read(words);
    if (isObject(beat) && typeof beat.type === "string") return beat;
    fail("@beat is followed by an object with a type");
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    fail(`@beat is followed by JSON; ${error.message.split(": ").slice(1).join(": ")}`);
  }
  return null;
}
