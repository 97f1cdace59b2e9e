// @ts-check
/** What a file is refused for before it travels. */

const KINDS = ["image/png", "image/jpeg", "image/webp"];
const CARDS = /\.(png|json|charx|jpe?g)$/i; // some programs hide a CHARX behind a JPEG

/**
 * Why the server would refuse this file, known before it travels; empty: send it.
 * @param {{size: number, type: string}} file
 * @param {number} most bytes
 */
export function objection(file, most) {
  if (file.type && !KINDS.includes(file.type)) {
    return "This is not a PNG, JPEG or WebP picture. Save it as one of these and try again.";
  }
  if (file.size === 0) return "This file is empty. Choose the picture again.";
  if (file.size > most) return tooLarge(file.size, most, "Save it smaller and try again.");
  return "";
}

/**
 * The same for a character card, whose kind browsers seldom know.
 * @param {{name: string, size: number}} file
 * @param {number} most bytes
 */
export function cardObjection(file, most) {
  if (!CARDS.test(file.name)) return "A card is a PNG, JSON or CHARX file. Choose another one.";
  if (file.size === 0) return "This file is empty. Choose the card again.";
  if (file.size > most) return tooLarge(file.size, most, "Save the card without some of its pictures.");
  return "";
}

/**
 * @param {number} size
 * @param {number} most
 * @param {string} way
 */
function tooLarge(size, most, way) {
  const mb = (/** @type {number} */ bytes) => Math.round(bytes / 1024 ** 2);
  return `This file has ${mb(size)} MB; we take up to ${mb(most)} MB. ${way}`;
}
