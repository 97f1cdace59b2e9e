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
 * @typedef {object} Mark
 * @property {number | null} start in code points, as the server counts
 * @property {number | null} end
 */

/**
 * Cut pieces where marks begin and end; a marked piece is flagged.
 * @param {readonly Piece[]} whole
 * @param {readonly Mark[]} marks
 * @returns {(Piece & { flag: boolean })[]} joined texts are the script again
 */
export function flagged(whole, marks) {
  const script = whole.map((piece) => piece.text).join("");
  const spans = marks
    .filter((mark) => mark.start !== null && mark.end !== null)
    .map((mark) => [unitsAt(script, Number(mark.start)), unitsAt(script, Number(mark.end))]);
  const edges = new Set(spans.flat());
  const cut = [];
  let at = 0;
  for (const { text, tag } of whole) {
    let from = 0;
    for (let to = 1; to <= text.length; to += 1) {
      if (to < text.length && !edges.has(at + to)) continue;
      const flag = spans.some(([start, end]) => at + from >= start && at + to <= end);
      cut.push({ text: text.slice(from, to), tag, flag });
      from = to;
    }
    at += text.length;
  }
  return cut;
}

/**
 * @param {string} text
 * @param {number} points
 * @returns {number} where that many code points end, in UTF-16 units
 */
export function unitsAt(text, points) {
  let units = 0;
  for (const char of text) {
    if (points <= 0) break;
    points -= 1;
    units += char.length;
  }
  return units;
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
