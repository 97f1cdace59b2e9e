// @ts-check
/** Times and what counts as watching. No DOM. */

const ENOUGH = 2; // seconds, or half of a shorter clip

/**
 * @param {number} watched seconds
 * @param {number} duration seconds
 * @returns {boolean} whether this is a view
 */
export function counts(watched, duration) {
  return duration > 0 && watched >= Math.min(ENOUGH, duration / 2);
}

/**
 * @param {number} seconds
 * @returns {string} `0:09`
 */
export function clock(seconds) {
  const whole = Math.floor(Number.isFinite(seconds) ? seconds : 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * The server prints counts the same way: `4,812`, `12k`, `1.2M`.
 * @param {number} number
 * @returns {string}
 */
export function compact(number) {
  if (number < 10_000) return number.toLocaleString("en");
  if (number < 1_000_000) return `${Math.floor(number / 1000)}k`;
  // Cut, not rounded: a count never says more than there is.
  return `${Math.floor(number / 100_000) / 10}M`;
}
