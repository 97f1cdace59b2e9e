// @ts-check
/** Elements, in one breath. */

import { icon } from "../../app/icons.js";

/**
 * @param {string} tag
 * @param {Record<string, any>} [fields] `class`, `data-...` and `aria-...` are attributes,
 *   the others properties
 * @param {(Node | string | null | false)[]} [children]
 * @returns {HTMLElement}
 */
export function make(tag, fields = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(fields)) {
    if (name === "class" || name === "role" || name.includes("-")) element.setAttribute(name, value);
    else /** @type {any} */ (element)[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/**
 * @param {string} words
 * @param {{icon?: string, look?: string, press: () => void}} how
 */
export function button(words, { icon: name, look = "line", press }) {
  const made = make("button", { type: "button", class: `btn btn--${look}` }, [name ? icon(name) : null, words]);
  made.addEventListener("click", press);
  return made;
}
