// @ts-check
/** The pictures that a page puts into a stage, and the one it may be told of. */

/**
 * @param {HTMLElement} stage
 * @param {string | null} url null: none
 */
export function setBackground(stage, url) {
  const old = /** @type {HTMLImageElement | null} */ (stage.querySelector(":scope > .stage__bg"));
  if (!url) return old?.remove();
  const image = old ?? document.createElement("img");
  image.className = "stage__bg";
  image.alt = "";
  image.src = url;
  if (!old) stage.prepend(image);
}

/**
 * The portrait that is shown where there is no WebGL2.
 * @param {HTMLElement} stage
 */
export function plainOf(stage) {
  return /** @type {HTMLImageElement | null} */ (
    stage.querySelector(":scope > img:not(.stage__bg)")
  );
}
