// @ts-check
/** Words of a caption: when each is lit, and how many are shown at once. */

/** @typedef {{at: number, until: number, text: string}} Word */

/** Characters that are read in a second, as subtitles for adults have it. */
export const READ_PER_SECOND = 17;
/** Seconds that even the shortest text stays. */
const SHORTEST = 1.2;
/** Seconds of rest after what ends a sentence. */
const BREATH = 0.3;
/** Characters of a page of a caption: four lines of a phone, two of a desk. */
export const PAGE = { narrow: 150, wide: 230 };
const ENDS = /[.!?…。！？]["'”’»)]*$/u;

/**
 * The words of a text. Scripts without spaces are cut by the browser's own dictionary.
 * @param {string} text
 * @param {string} [language]
 * @returns {string[]} with the spaces after them
 */
export function wordsOf(text, language = "en") {
  const apart = text.match(/\S+\s*/gu) ?? [];
  if (!apart.some((word) => word.length > 30) || !("Segmenter" in Intl)) return apart;
  return apart.flatMap((word) => (word.length > 30 ? [...segments(word, language)] : [word]));
}

/** @param {string} word @param {string} language */
function segments(word, language) {
  try {
    return [...new Intl.Segmenter(language, { granularity: "word" }).segment(word)]
      .map((one) => one.segment);
  } catch {
    return [word];
  }
}

/**
 * Words at reading speed.
 * @param {string} text
 * @param {string} [language]
 * @returns {Word[]}
 */
export function readingWords(text, language) {
  const words = wordsOf(text, language);
  let at = 0;
  const timed = words.map((word) => {
    const until = at + word.length / READ_PER_SECOND;
    const found = { at, until, text: word };
    at = until + (ENDS.test(word.trim()) ? BREATH : 0);
    return found;
  });
  const total = secondsOf(timed);
  if (!timed.length || total >= SHORTEST) return timed;
  const slower = SHORTEST / total;
  return timed.map(({ at: from, until, text: word }) => (
    { at: from * slower, until: until * slower, text: word }
  ));
}

/**
 * The captions of a recording, with the space between words.
 * @param {Word[]} captions
 * @returns {Word[]}
 */
export function spokenWords(captions) {
  return captions.map((word) => ({ ...word, text: `${word.text} ` }));
}

/** @param {Word[]} words */
export function secondsOf(words) {
  return words.at(-1)?.until ?? 0;
}

/**
 * Words cut into pages, at the end of a sentence where that is near.
 * @param {Word[]} words
 * @param {number} most characters of a page
 * @returns {Word[][]}
 */
export function pagesOf(words, most) {
  /** @type {Word[][]} */
  const pages = [];
  let rest = words.reduce((sum, word) => sum + word.text.length, 0);
  let length = 0;
  let ended = false;
  for (const word of words) {
    const full = length + word.text.trim().length > most;
    const cut = ended && length > most * 0.45 && length + rest > most;
    if (!pages.length || full || cut) {
      pages.push([]);
      length = 0;
    }
    pages[pages.length - 1].push(word);
    length += word.text.length;
    rest -= word.text.length;
    ended = ENDS.test(word.text.trim());
  }
  return pages;
}

/**
 * Which word is being said at `t`, by number; the last that began, -1 before the first.
 * @param {Word[]} words
 * @param {number} t
 */
export function wordAt(words, t) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle].at <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
