// @ts-check
/** How the parts of a stream's page find each other. */

/**
 * What `<troupe-show>` can do once its module is there.
 * @typedef {HTMLElement & {
 *   say(text: string): Promise<void>, vote(topic: number): Promise<void>,
 *   react(name: string): Promise<void>, unlock(): unknown,
 *   muted: boolean, captions: boolean, clock: number, seconds: number,
 *   playing: boolean, play(): unknown, pause(): unknown, seek(t: number): unknown,
 * }} Show
 */

/** @param {Element} part */
export function houseOf(part) {
  const house = part.closest("troupe-stream");
  if (!(house instanceof HTMLElement)) throw new Error("This part stands outside of a stream");
  return house;
}

/**
 * The stage with a socket; null while there is none: then forms are sent.
 * @param {Element} part
 * @returns {Show | null}
 */
export function liveShow(part) {
  const show = houseOf(part).querySelector("troupe-show[socket]");
  return show && "say" in show ? /** @type {Show} */ (show) : null;
}

/**
 * Listen to what the stage hears.
 * @param {Element} part
 * @param {Record<string, (event: any) => void>} heard by kind of event
 */
export function hear(part, heard) {
  houseOf(part).addEventListener("show-event", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (Object.hasOwn(heard, detail.kind)) heard[detail.kind](detail);
  });
}

/**
 * Told now and whenever it changes.
 * @param {Element} part
 * @param {(state: string) => void} told
 */
export function followState(part, told) {
  const house = houseOf(part);
  house.addEventListener("stream-state", () => told(house.dataset.state ?? ""));
  told(house.dataset.state ?? "");
}

/** A row from the `<template data-row>` of a part. @param {Element} part */
export function row(part) {
  const template = /** @type {HTMLTemplateElement} */ (part.querySelector("template[data-row]"));
  const made = template.content.firstElementChild?.cloneNode(true);
  if (!(made instanceof HTMLElement)) throw new Error("The page lacks its template");
  return made;
}

/** @param {ParentNode} box @param {string} selector @param {string} words */
export function write(box, selector, words) {
  const found = box.querySelector(selector);
  if (found) found.textContent = words;
}

/**
 * Show a refusal where it happened, or hide it.
 * @param {ParentNode} part
 * @param {string} [words]
 */
export function refuse(part, words = "") {
  const box = part.querySelector("[data-refused]");
  if (!(box instanceof HTMLElement)) return;
  box.hidden = !words;
  write(box, "[data-words]", words);
}
