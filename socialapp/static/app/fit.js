// @ts-check
/** Geometry of the face handles: plain numbers, no page. Units of the picture's width. */

import { headOf } from "../stage/framing.js";

/** @import { Anchors, Point, Rig } from "../stage/rig.js" */

/** @typedef {"eye_left" | "eye_right" | "mouth" | "chin"} Handle */

/** @typedef {{x: number, y: number, width: number, height: number}} Crop */

/** @type {Handle[]} */
export const HANDLES = ["eye_left", "eye_right", "mouth", "chin"];

/** Width / height of the board that the picture lies on. */
export const BOARD = 400 / 500;

/** A mouth in distances between the eyes, where nobody said otherwise. */
const MOUTH = 0.8;

/**
 * Where the handles wait when nobody knows the face: as in a bust that looks at us.
 * @param {number} ratio height / width of the picture
 * @returns {Anchors}
 */
export function guess(ratio) {
  const tall = Math.min(ratio, 1.4);
  return {
    eye_left: [0.4, 0.36 * tall],
    eye_right: [0.6, 0.36 * tall],
    mouth: [0.5, 0.36 * tall + 0.19],
    chin: [0.5, 0.36 * tall + 0.3],
    mouth_width: 0,
  };
}

/** @param {Anchors} anchors */
export function eyesApart({ eye_left: l, eye_right: r }) {
  return Math.hypot(r[0] - l[0], r[1] - l[1]);
}

/**
 * The mouth in per cent of the distance between the eyes, as the slider counts it.
 * @param {Anchors} anchors
 */
export function mouthPercent(anchors) {
  const width = anchors.mouth_width || MOUTH * eyesApart(anchors);
  return Math.round((100 * width) / Math.max(eyesApart(anchors), 1e-6));
}

/**
 * @param {Anchors} anchors
 * @param {number} percent
 * @returns {Anchors}
 */
export function withMouth(anchors, percent) {
  return { ...anchors, mouth_width: (percent / 100) * eyesApart(anchors) };
}

/**
 * One handle moved, kept on the picture.
 * @param {Anchors} anchors
 * @param {Handle} handle
 * @param {Point} to
 * @param {number} ratio
 * @returns {Anchors}
 */
export function moved(anchors, handle, [x, y], ratio) {
  const at = /** @type {Point} */ ([Math.min(Math.max(x, 0), 1), Math.min(Math.max(y, 0), ratio)]);
  const next = { ...anchors, [handle]: at };
  if (!anchors.mouth_width || !handle.startsWith("eye")) return next;
  // The mouth keeps its share of the face while the eyes move apart.
  return withMouth(next, mouthPercent(anchors));
}

/**
 * One handle moved while nobody knows the face: those that nobody has touched come
 * along. The first takes all of them with it; a second eye turns and stretches the rest
 * about the first; the mouth takes the chin.
 * @param {Anchors} anchors
 * @param {Handle} handle
 * @param {Point} to
 * @param {number} ratio
 * @param {ReadonlySet<Handle>} touched those that a person has put where they are
 * @returns {Anchors}
 */
export function carried(anchors, handle, to, ratio, touched) {
  const next = moved(anchors, handle, to, ratio);
  const rest = HANDLES.filter((name) => name !== handle && !touched.has(name));
  const others = HANDLES.filter((name) => name !== handle && touched.has(name));
  const eye = handle === "eye_left" ? "eye_right" : "eye_left";
  if (!rest.length) return next;
  /** @type {(p: Point) => Point} */
  let place;
  if (!others.length || handle === "mouth") {
    const by = [next[handle][0] - anchors[handle][0], next[handle][1] - anchors[handle][1]];
    place = ([x, y]) => [x + by[0], y + by[1]];
  } else if (handle.startsWith("eye") && touched.has(eye)) {
    const [fx, fy] = anchors[eye];
    const was = [anchors[handle][0] - fx, anchors[handle][1] - fy];
    const is = [next[handle][0] - fx, next[handle][1] - fy];
    const size = Math.max(was[0] ** 2 + was[1] ** 2, 1e-9);
    const cos = (was[0] * is[0] + was[1] * is[1]) / size;
    const sin = (was[0] * is[1] - was[1] * is[0]) / size;
    place = ([x, y]) => [
      fx + cos * (x - fx) - sin * (y - fy),
      fy + sin * (x - fx) + cos * (y - fy),
    ];
  } else {
    return next;
  }
  const carry = handle === "mouth" && others.length ? rest.filter((name) => name === "chin") : rest;
  let out = next;
  for (const name of carry) out = moved(out, name, place(anchors[name]), ratio);
  return out;
}

/**
 * What the board shows: the face with some room, or all of the picture.
 * @param {Rig} rig
 * @param {boolean} whole
 * @returns {Crop}
 */
export function cropOf(rig, whole) {
  const ratio = rig.height / rig.width;
  const all = Math.max(1, ratio * BOARD);
  /** @type {Crop} */
  const everything = { x: (1 - all) / 2, y: (ratio - all / BOARD) / 2, width: all, height: all / BOARD };
  if (whole || !rig.anchors) return everything;
  const head = headOf(rig);
  const height = head.height * 1.75;
  const width = height * BOARD;
  if (width >= all) return everything;
  const slide = (/** @type {number} */ start, /** @type {number} */ size, /** @type {number} */ most) =>
    size >= most ? (most - size) / 2 : Math.min(Math.max(start, 0), most - size);
  return {
    x: slide(head.x - width / 2, width, 1),
    y: slide(head.y - height * 0.52, height, ratio),
    width,
    height,
  };
}

/**
 * The dotted cross and the mouth line, as a path on the board.
 * @param {Anchors} anchors
 * @param {(p: Point) => Point} place from the picture to the board
 */
export function crossPath(anchors, place) {
  const { eye_left: l, eye_right: r, mouth, chin } = anchors;
  const apart = Math.max(eyesApart(anchors), 1e-6);
  const along = [(r[0] - l[0]) / apart, (r[1] - l[1]) / apart];
  const down = [-along[1], along[0]];
  const half = (mouthPercent(anchors) / 200) * apart;
  const at = (/** @type {number} */ side, /** @type {number} */ deep) =>
    place([
      mouth[0] + along[0] * side + down[0] * deep,
      mouth[1] + along[1] * side + down[1] * deep,
    ]);
  const middle = place([(l[0] + r[0]) / 2, (l[1] + r[1]) / 2]);
  const p = (/** @type {Point} */ [x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return (
    `M${p(place(l))}L${p(place(r))}M${p(middle)}L${p(place(mouth))}L${p(place(chin))}` +
    `M${p(at(-half, -half * 0.12))}Q${p(at(0, half * 0.35))} ${p(at(half, -half * 0.12))}`
  );
}
