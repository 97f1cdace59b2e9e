// @ts-check
/** WebVTT as our renderer writes it: cues, and a time before each word. No DOM. */

/**
 * @typedef {object} Word
 * @property {number} at seconds
 * @property {string} text
 *
 * @typedef {object} Cue
 * @property {number} at seconds
 * @property {number} until seconds
 * @property {string} who the voice, or empty
 * @property {Word[]} words
 */

const TIMES = /^((?:\d+:)?\d\d:\d\d\.\d{3})\s+-->\s+((?:\d+:)?\d\d:\d\d\.\d{3})/;
const STAMP = /<((?:\d+:)?\d\d:\d\d\.\d{3})>/;
const ENTITIES = { amp: "&", lt: "<", gt: ">", nbsp: "\u00a0", lrm: "\u200e", rlm: "\u200f" };

/**
 * @param {string} stamp `hh:mm:ss.mmm` or `mm:ss.mmm`
 * @returns {number} seconds
 */
export function seconds(stamp) {
  return stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** @param {string} text */
function plain(text) {
  return text
    .replace(/<[^>]*>/g, "")
    .replace(/&(\w+);/g, (whole, name) =>
      name in ENTITIES ? ENTITIES[/** @type {keyof typeof ENTITIES} */ (name)] : whole);
}

/**
 * @param {number} at
 * @param {string} text
 * @returns {Word[]}
 */
function words(at, text) {
  const parts = text.split(STAMP);
  /** @type {Word[]} */
  const found = [];
  for (let n = 0; n < parts.length; n += 2) {
    const from = n === 0 ? at : seconds(parts[n - 1]);
    for (const word of plain(parts[n]).split(/\s+/)) {
      if (word) found.push({ at: from, text: word });
    }
  }
  return found;
}

/**
 * @param {string} source
 * @returns {Cue[]} in order; blocks that are no cue are passed over
 */
export function parse(source) {
  /** @type {Cue[]} */
  const cues = [];
  for (const block of source.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n");
    const head = lines.findIndex((line) => TIMES.test(line));
    if (head < 0) continue;
    const [, from, to] = /** @type {RegExpMatchArray} */ (lines[head].match(TIMES));
    const body = lines.slice(head + 1).join(" ");
    const voice = body.match(/<v(?:\.[\w.]+)?\s+([^>]+)>/);
    const at = seconds(from);
    cues.push({ at, until: seconds(to), who: voice ? plain(voice[1]) : "", words: words(at, body) });
  }
  return cues.sort((a, b) => a.at - b.at);
}

/**
 * What is on screen at `time`.
 * @param {Cue[]} cues
 * @param {number} time seconds
 * @returns {{ cue: number, word: number } | null} places in `cues` and its words
 */
export function current(cues, time) {
  for (let n = cues.length - 1; n >= 0; n -= 1) {
    const cue = cues[n];
    if (time < cue.at || time >= cue.until) continue;
    let word = 0;
    while (word + 1 < cue.words.length && cue.words[word + 1].at <= time) word += 1;
    return { cue: n, word };
  }
  return null;
}
