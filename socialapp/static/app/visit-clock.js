// @ts-check
/** How long a visit is, and when to say so. No DOM. */

/**
 * @typedef {object} Visit
 * @property {number} seconds that a page was in sight
 * @property {number} seen when it was last in sight, in seconds
 * @property {number} told seconds at which somebody was last reminded
 */

/** Away for this long, and the next look is a new visit. Seconds. */
export const GAP = 30 * 60;

/** No single step counts for more: a laptop that slept was not watched. Seconds. */
const STEP = 60;

export const HOUR = 3600;

/**
 * The visit, one look later.
 * @param {Visit | null} visit
 * @param {number} now in seconds
 * @returns {Visit}
 */
export function seen(visit, now) {
  if (!visit || now - visit.seen > GAP || now < visit.seen) {
    return { seconds: 0, seen: now, told: 0 };
  }
  const step = Math.min(now - visit.seen, STEP);
  return { ...visit, seconds: visit.seconds + step, seen: now };
}

/**
 * The newest moment that is past and was not told: after one hour and after three, and
 * for people under 18 every three hours from then on. 0: nothing to say.
 * @param {Visit} visit
 * @param {boolean} teen
 * @returns {number} seconds
 */
export function due(visit, teen) {
  const threes = Math.floor(visit.seconds / (3 * HOUR));
  const last = teen ? threes * 3 * HOUR : Math.min(threes, 1) * 3 * HOUR;
  const moment = Math.max(last, visit.seconds >= HOUR ? HOUR : 0);
  return moment > visit.told ? moment : 0;
}

/**
 * @param {number} moment as `due` gives it
 * @param {boolean} teen
 */
export function words(moment, teen) {
  if (moment < 3 * HOUR) return "You have been here an hour. The characters will keep.";
  const hours = Math.round(moment / HOUR);
  const count = hours === 3 ? "three" : String(hours);
  return teen
    ? `You have been here ${count} hours. Everyone on this stage is made with AI. Take a break; they will keep.`
    : `You have been here ${count} hours. The characters will keep.`;
}
