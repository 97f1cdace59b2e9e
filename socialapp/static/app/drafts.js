// @ts-check
/** A form's words, kept on this device until they are used. */

/**
 * @param {string} name
 * @returns {Record<string, string> | null}
 */
export function read(name) {
  try {
    return JSON.parse(localStorage.getItem(`troupe-draft-${name}`) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {Record<string, string> | null} fields null forgets them
 */
export function keep(name, fields) {
  try {
    if (fields) localStorage.setItem(`troupe-draft-${name}`, JSON.stringify(fields));
    else localStorage.removeItem(`troupe-draft-${name}`);
  } catch {
    // Storage is closed or full: the words stay in the page.
  }
}
