// @ts-check
/**
 * How far the layers of a drawn portrait go: the twin of
 * ``avatarfx/animators/layers/motion.py`` and of the placing in ``puppet.py``. Lengths
 * are in units of the portrait's width, angles in degrees, clockwise, y down.
 */

/** @import { Face } from "./performance.js" */
/** @import { Rig } from "./rig.js" */

/**
 * a, b, c, d, e, f: x' = a x + b y + c, y' = d x + e y + f.
 * @typedef {[number, number, number, number, number, number]} Matrix
 */

/**
 * A thing that is placed: a cel, or the box that the parts of an eye or a mouth share.
 * @typedef {object} Placed
 * @property {string} name
 * @property {[number, number]} centre
 * @property {number} depth
 * @property {boolean} head
 */

const UNIT = 1 / 600;
const TURN = 46 * UNIT;
const TURN_MOST = 16 * UNIT;
const FACE_WIDTH = 2.1;
const BODY_SWAY = 0.3;
const BROW_UP = 10 * UNIT;
const BROW_DOWN = 6 * UNIT;
const BROW_IN = 2.5 * UNIT;
const BROW_ANGLE = 8;
const CHEEK_UP = 4 * UNIT;
const CHEEK_REST = 0.78;
const SQUINT = 0.14;
const NOSE_UP = 2.5 * UNIT;
/** How far a full smile lifts the corners of a layered portrait's mouth. */
export const CORNER_UP = 9 * UNIT;
const CORNER_DOWN = 8 * UNIT;
const STRETCH = 0.3;
const MOST = 1.9;
/** Share of the way from one mouth to the next in which both are seen. */
const BLEND = 0.3;
const LID_STAGES = 16;

/** @type {Record<string, number>} */
const JAW_OF = { X: 0, A: 0, B: 0.12, C: 0.42, D: 0.85, E: 0.5, F: 0.22, G: 0.12, H: 0.42 };

/** @type {Matrix} */
export const IDENTITY = [1, 0, 0, 0, 1, 0];

const radians = (/** @type {number} */ degrees) => (degrees * Math.PI) / 180;
const clamp = (/** @type {number} */ v, /** @type {number} */ low, /** @type {number} */ high) =>
  Math.min(Math.max(v, low), high);

/**
 * `first`, then `after`.
 * @param {Matrix} after
 * @param {Matrix} first
 * @returns {Matrix}
 */
export function chain([a, b, c, d, e, f], [g, h, i, j, k, l]) {
  return [
    a * g + b * j,
    a * h + b * k,
    a * i + b * l + c,
    d * g + e * j,
    d * h + e * k,
    d * i + e * l + f,
  ];
}

/**
 * @param {number} degrees
 * @param {[number, number]} centre
 * @returns {Matrix}
 */
function rotation(degrees, [x, y]) {
  const c = Math.cos(radians(degrees));
  const s = Math.sin(radians(degrees));
  return [c, -s, x - c * x + s * y, s, c, y - s * x - c * y];
}

/**
 * @param {Matrix} m
 * @param {number} dx
 * @param {number} dy
 * @returns {Matrix}
 */
function moved([a, b, c, d, e, f], dx, dy) {
  return [a, b, c + dx, d, e, f + dy];
}

/** @param {number} value @param {number} most */
const level = (value, most) => most * Math.tanh(value / most);

/**
 * How far a layer of depth 1 goes for the head's yaw and pitch.
 * @param {Face} face
 * @returns {[number, number]}
 */
export function turnOf(face) {
  return [
    level(TURN * Math.sin(radians(face.yaw)), TURN_MOST),
    level(-TURN * Math.sin(radians(face.pitch)), TURN_MOST),
  ];
}

/**
 * Where everything stands for one face.
 * @param {Rig} rig
 * @param {Face} face
 */
export function stand(rig, face) {
  const apart = rig.anchors ? rig.anchors.eye_right[0] - rig.anchors.eye_left[0] : 0.2;
  const width = apart * FACE_WIDTH;
  const roll = face.roll + rig.rest_tilt;
  const at = (/** @type {number} */ degrees, /** @type {number} */ part) =>
    moved(rotation(degrees, rig.pivot), face.x * width * part, face.y * width * part);
  return {
    turn: turnOf(face),
    head: at(roll, 1),
    neck: at(roll / 2, (1 + BODY_SWAY) / 2),
    body: at(0, BODY_SWAY),
  };
}

/**
 * From a thing's place at rest to its place now, and how much of it is seen.
 * @param {Placed} thing
 * @param {ReturnType<typeof stand>} stands
 * @param {Face} face
 * @returns {{matrix: Matrix, weight: number}}
 */
export function place(thing, stands, face) {
  const { turn } = stands;
  let matrix = moved(IDENTITY, thing.depth * turn[0], thing.depth * turn[1]);
  let weight = 1;
  if (thing.name === "brow-left" || thing.name === "brow-right") {
    const inwards = thing.name === "brow-left" ? 1 : -1;
    const knit = face.brow_knit;
    const up = face.brow_raise > 0 ? BROW_UP : BROW_DOWN;
    matrix = chain(rotation(inwards * knit * BROW_ANGLE, thing.centre), matrix);
    matrix = moved(matrix, inwards * Math.max(knit, 0) * BROW_IN, -face.brow_raise * up);
  } else if (thing.name === "cheeks") {
    const lift = clamp(Math.max(face.smile, face.cheek), 0, 1);
    weight = CHEEK_REST + (1 - CHEEK_REST) * lift;
    matrix = moved(matrix, 0, -CHEEK_UP * lift);
  } else if (thing.name === "nose") {
    matrix = moved(matrix, 0, -NOSE_UP * face.nose_wrinkle);
  } else if (thing.name === "eye-left" || thing.name === "eye-right") {
    const grow = 1 + 0.16 * -Math.min(lidOf(thing.name, face), 0);
    const [a, b, c, d, e, f] = matrix;
    matrix = [a, b, c, d * grow, e * grow, f * grow + thing.centre[1] * (1 - grow)];
  }
  const frame = !thing.head ? stands.body : thing.name === "neck" ? stands.neck : stands.head;
  return { matrix: chain(frame, matrix), weight };
}

/** @param {string} eye @param {Face} face */
const lidOf = (eye, face) => (eye === "eye-left" ? face.lid_left : face.lid_right);

/**
 * How far down the lid of an eye is, 0 to 1, in steps, and where its iris went.
 * @param {string} eye
 * @param {Rig} rig
 * @param {Face} face
 * @returns {{lid: number, iris: [number, number]}}
 */
export function eyeOf(eye, rig, face) {
  const lid = clamp(lidOf(eye, face) + SQUINT * Math.max(face.cheek, 0), 0, 1);
  return {
    lid: Math.round(lid * LID_STAGES) / LID_STAGES,
    iris: [face.gaze_x * rig.gaze_travel[0], -face.gaze_y * rig.gaze_travel[1]],
  };
}

/**
 * One drawn mouth as it is shown: stretched from its upper lip and its middle.
 * @typedef {{letter: string, wide: number, tall: number}} Shown
 */

/** @typedef {Record<string, {width: number, height: number}>} Sizes of the drawings, by letter */

/**
 * What stands at the mouth: two drawings, how much is seen of the second (0 to 1), and
 * the bend of the corners (1: as far up as a full smile takes them).
 * @param {Face} face
 * @param {Sizes} sizes
 * @returns {{first: Shown, second: Shown, seen: number, bend: number}}
 */
export function mouthOf(face, sizes) {
  let { mouth: letter, mouth_from: old, mouth_mix: mix } = face;
  if (face.mouth_press >= 0.6) [letter, mix] = ["A", 1];
  if (!(letter in sizes)) letter = "X";
  if (!(old in sizes) || mix >= 1) old = letter;
  const jaw = face.jaw_open - (JAW_OF[old] * (1 - mix) + JAW_OF[letter] * mix);
  // Ease in and out: the lips start and stop softly although frames are few.
  const t = old === letter ? 1 : clamp(mix, 0, 1) ** 2 * (3 - 2 * clamp(mix, 0, 1));
  const smile = clamp(face.smile, -1, 1);
  const breadth = 1 + 0.08 * clamp(face.mouth_wide, 0, 1);
  return {
    first: towards(old, letter, t, { jaw, breadth, sizes }),
    second: towards(letter, old, 1 - t, { jaw, breadth, sizes }),
    seen: clamp((t - 0.5) / BLEND + 0.5, 0, 1),
    bend: smile > 0 ? smile : (smile * CORNER_DOWN) / CORNER_UP,
  };
}

/**
 * A drawing, `t` of the way to the size of another.
 * @param {string} letter
 * @param {string} other
 * @param {number} t
 * @param {{jaw: number, breadth: number, sizes: Sizes}} how
 * @returns {Shown}
 */
function towards(letter, other, t, { jaw, breadth, sizes }) {
  const [own, goal] = [sizes[letter], sizes[other]];
  const grown = (/** @type {number} */ here, /** @type {number} */ there) =>
    clamp(1 + (there / here - 1) * t, 1 / MOST, MOST);
  // A closed mouth has nothing to stretch but its lips.
  const stretch = letter === "X" || letter === "A" ? 1 : clamp(1 + STRETCH * jaw, 0.8, 1.2);
  return {
    letter,
    wide: grown(own.width, goal.width) * breadth,
    tall: grown(own.height, goal.height) * stretch,
  };
}
