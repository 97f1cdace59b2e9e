// @ts-check
/** Tags in a script, for the mirrored layer and the buttons. No DOM. */

/**
 * @typedef {object} Piece
 * @property {string} text
 * @property {boolean} tag whether it is a tag that steers the voice
 */

/**
 * @param {string} script
 * @param {readonly string[]} known tag names in lower case
 * @returns {Piece[]} joined texts are the script again
 */
export function pieces(script, known) {
  return script
    .split(/(\[[^[\]\n]{0,80}\])/)
    .filter((text) => text !== "")
    .map((text) => ({
      text,
      tag: text.startsWith("[") && known.includes(text.slice(1, -1).trim().toLowerCase()),
    }));
}

/**
 * Put `[tag] ` at the caret, with a space before it where words would touch.
 * @param {string} script
 * @param {string} tag
 * @param {number} from
 * @param {number} to end of the selection
 * @returns {{ script: string, caret: number }}
 */
export function insert(script, tag, from, to) {
  const before = script.slice(0, from);
  const gap = before && !/\s$/.test(before) ? " " : "";
  const put = `${gap}[${tag}] `;
  return {
    script: before + put + script.slice(to).replace(/^ /, ""),
    caret: from + put.length,
  };
}

/**
 * The first sentences that fit a preview, cut at a word if one sentence is too long.
 * @param {string} script
 * @param {number} limit characters
 * @returns {string}
 */
export function opening(script, limit) {
  const text = script.trim();
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit);
  const end = Math.max(cut.lastIndexOf(". "), cut.lastIndexOf("? "), cut.lastIndexOf("! "));
  return end > limit / 4 ? cut.slice(0, end + 1) : cut.slice(0, Math.max(cut.lastIndexOf(" "), 1));
}
