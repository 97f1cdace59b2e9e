// @ts-check
/** What a file is refused for before it travels. */

const KINDS = ["image/png", "image/jpeg", "image/webp"];

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
  if (file.size > most) {
    const mb = (/** @type {number} */ bytes) => Math.round(bytes / 1024 ** 2);
    return `This file has ${mb(file.size)} MB; we take up to ${mb(most)} MB. Save it smaller and try again.`;
  }
  return "";
}
