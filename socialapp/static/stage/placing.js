// @ts-check
/** Who stands where, before or behind whom: the twin of ``avatarfx/animators/scene.py``. */

import { MOST_ACTORS, fill, placesFor, stand } from "./framing.js";

/** @import { Frame, Placed, Shape } from "./framing.js" */
/** @import { Face, Place } from "./performance.js" */
/** @import { Standing } from "./puppets.js" */
/** @import { Rig } from "./rig.js" */

/** One of the cast. `groundless`: drawn to stand before something. */
/** @typedef {{seat: string, rig: Rig, groundless: boolean}} Member */

/**
 * How each of a cast can stand.
 * @param {Member[]} cast
 * @param {boolean} background whether the stage has a picture behind it
 * @returns {Record<string, Standing>}
 */
export function standings(cast, background) {
  /** @param {Member} one @returns {Standing} */
  const standing = ({ rig, groundless }) => {
    const free = Boolean(rig.matte) || groundless;
    if (free && (background || cast.length > 1 || groundless)) return "cut-out";
    return cast.length > 1 ? "framed" : "alone";
  };
  return Object.fromEntries(cast.map((one) => [one.seat, standing(one)]));
}

/**
 * Everybody on their spot, and the seats in drawing order, the last of the cast first.
 * @param {Member[]} cast one to three
 * @param {Record<string, Place>} places of those who were told where to stand
 * @param {Frame} frame
 * @param {boolean} background
 * @returns {{placed: Record<string, Placed>, order: string[]}}
 */
export function arrange(cast, places, frame, background) {
  const seats = cast.map((one) => one.seat);
  const where = placesFor(seats, places);
  const how = standings(cast, background);
  const placed = Object.fromEntries(
    cast.map(({ seat, rig }) => [
      seat,
      how[seat] === "alone"
        ? fill(rig, frame, where[seat])
        : stand(rig, frame, where[seat], cast.length),
    ]),
  );
  const order = [...seats].reverse();
  // The middle of three stands behind.
  if (order.length === MOST_ACTORS) order.unshift(...order.splice(1, 1));
  return { placed, order };
}

/** How many close-ups fit side by side: as ``standing`` of socialapp/acting has it. */
const ROOM = { "9:16": 1, "1:1": 1.2, "16:9": 1.7 };

/**
 * Places that were meant for a frame of one shape, in a frame of another.
 * @param {Record<string, Place>} places
 * @param {string} from
 * @param {Shape} to
 * @returns {Record<string, Place>}
 */
export function moved(places, from, to) {
  if (from === to || !(from in ROOM)) return places;
  const seats = Object.entries(places);
  const fits = (/** @type {string} */ shape) =>
    Math.min(1, ROOM[/** @type {Shape} */ (shape)] / Math.max(seats.length, 1));
  const share = fits(to) / fits(from);
  return Object.fromEntries(
    seats.map(([seat, place]) => [seat, { ...place, scale: place.scale * share }]),
  );
}

/**
 * Whoever the camera looks at is not hidden behind a neighbour's tail.
 * @param {string[]} order
 * @param {string} on
 */
export function withInFront(order, on) {
  return order.includes(on) ? [...order.filter((seat) => seat !== on), on] : order;
}

/**
 * The face to draw so that, flipped afterwards, it does what `face` says.
 * @param {Face} face
 * @returns {Face}
 */
export function mirrored(face) {
  return {
    ...face,
    yaw: -face.yaw,
    roll: -face.roll,
    x: -face.x,
    gaze_x: -face.gaze_x,
    lid_left: face.lid_right,
    lid_right: face.lid_left,
  };
}
