// @ts-check
/** `{role}` and `{variable}` in texts. The twin of scenes/machine/placeholders.py. */

/** @typedef {string | Record<string, string>} Text */

const MARK = /\{\{|\}\}|\{([a-z][a-z0-9_]{0,63})\}|[{}]/gu;

/** What a text names, in any language. @param {Text} text @returns {string[]} */
export function namesIn(text) {
  const said = typeof text === "string" ? [text] : Object.values(text);
  return [...new Set(said.flatMap((one) => (
    [...one.matchAll(MARK)].flatMap(([, name]) => (name ? [name] : []))
  )))];
}

/**
 * The words in a language, or in the scene's first one.
 * @param {Text} text
 * @param {string} language
 * @param {string} first
 */
export function inLanguage(text, language, first) {
  if (typeof text === "string") return text;
  return Object.hasOwn(text, language) ? text[language] : text[first];
}

/**
 * The text with each name replaced; one without a value stays as it is.
 * @param {string} said
 * @param {(name: string) => string | null} value
 */
export function filled(said, value) {
  return said.replace(MARK, (whole, name) => (
    name === undefined ? whole[0] : value(name) ?? whole
  ));
}
