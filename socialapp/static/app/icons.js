// @ts-check
/** Icons made by scripts come from the sprite that the page already uses. */

const SVG = "http://www.w3.org/2000/svg";

/** @returns {string} the sprite's address, hashed as the server printed it */
function sprite() {
  const use = document.querySelector("svg.icon use");
  return use?.getAttribute("href")?.split("#")[0] ?? "/static/icons/icons.svg";
}

/**
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite()}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Show another icon in a button that has one.
 * @param {Element} holder
 * @param {string} name
 */
export function setIcon(holder, name) {
  const use = holder.querySelector("svg.icon use");
  if (use) use.setAttribute("href", `${use.getAttribute("href")?.split("#")[0]}#${name}`);
}
