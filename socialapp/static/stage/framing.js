// @ts-check
/**
 * Where everything stands in the frame, the twin of ``avatarfx/animators/framing.py``.
 * Stage coordinates are the pixels of a frame whose camera looks at all of the stage,
 * portrait coordinates are in units of the portrait's width.
 */

/** @import { CameraKey, Place } from "./performance.js" */
/** @import { Rig } from "./rig.js" */

/** @typedef {"9:16" | "1:1" | "16:9"} Shape */

/** @typedef {{shape: Shape, width: number, height: number}} Frame */

/** A rectangle of the stage. @typedef {{x: number, y: number, width: number, height: number}} Box */

/**
 * The rectangle of the portrait that lies under the canvas; it may reach beyond. A
 * negative width shows it mirrored.
 * @typedef {{x: number, y: number, width: number, height: number}} View
 */

/** @typedef {ReturnType<typeof headOf>} Head */

/**
 * Where a portrait lies on the stage: its upper left corner (the upper right one of the
 * picture when mirrored), and stage pixels for its width.
 * @typedef {{x: number, y: number, scale: number, ratio: number, head: Head, mirrored: boolean}} Placed
 */

/**
 * What the camera sees from `at` on; it gets there in `ease` seconds. `on`: the seat it
 * looks at, who then stands in front; empty: all of them. `hides`: seats that are not
 * drawn, for a close-up shows no half of another's face.
 * @typedef {{at: number, box: Box, ease: number, on: string, hides: string[]}} Shot
 */

const EYES_TO_CHIN = 0.61;
/** @type {Record<Shape, number>} */
const CLOSE_UP = { "9:16": 0.34, "1:1": 0.42, "16:9": 0.43 };
/** @type {Record<Shape, number>} */
const FACE_LINE = { "9:16": 0.43, "1:1": 0.5, "16:9": 0.53 };
/** @type {Record<number, number>} */
const SHARE = { 1: 1, 2: 0.42, 3: 0.3 };
const WIDE_SHOT = 0.35;
const FACE_WIDTH = 1;
const CLOSER = 0.9;
/** @type {Record<number, number[]>} */
const SPOTS = { 1: [0.5], 2: [0.26, 0.74], 3: [0.2, 0.5, 0.8] };
const LARGEST_UPSCALE = 2.5;
const SMALLEST_FACE = 0.28;
const NEARER = 1.6;
const LOWEST_FACE = 0.66;
/** How far down the ledge is behind which several stand in a tall frame. */
export const LEDGE = 0.72;
/** Frame height in pixels that the server's limits of sharpness are meant for. */
const FRAME_HEIGHT = { "9:16": 912, "1:1": 512, "16:9": 512 };

export const MOST_ACTORS = 3;

/** @type {Place} */
export const MIDDLE = { x: 0.5, y: 0.5, scale: 1, facing: 1 };

/**
 * The shape of clip that a canvas of this aspect is nearest to.
 * @param {number} aspect width / height
 * @returns {Shape}
 */
export function shapeOf(aspect) {
  if (aspect < 0.75) return "9:16";
  return aspect > 4 / 3 ? "16:9" : "1:1";
}

/**
 * The frame of a canvas: the server's own where the canvas has the shape of a clip.
 * @param {number} aspect width / height
 * @returns {Frame}
 */
export function frameOf(aspect) {
  const shape = shapeOf(aspect);
  return { shape, width: aspect * FRAME_HEIGHT[shape], height: FRAME_HEIGHT[shape] };
}

/**
 * The face in a picture: its middle, and its height from hairline to chin.
 * @param {Rig} rig
 */
export function headOf({ anchors, width, height }) {
  const ratio = height / width;
  if (!anchors) {
    return { x: 0.5, y: Math.min(0.45, ratio * 0.42), height: Math.min(0.45, ratio * 0.45) };
  }
  const { eye_left: left, eye_right: right, chin } = anchors;
  const eyes = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2];
  const apart = Math.hypot(right[0] - left[0], right[1] - left[1]);
  const drop = Math.hypot(chin[0] - eyes[0], chin[1] - eyes[1]);
  const tall = Math.max(drop / EYES_TO_CHIN, apart * 1.2, 0.02);
  const share = (tall * (EYES_TO_CHIN - 0.5)) / Math.max(drop, 1e-6);
  return {
    x: eyes[0] + (chin[0] - eyes[0]) * share,
    y: eyes[1] + (chin[1] - eyes[1]) * share,
    height: tall,
  };
}

/**
 * A picture with its own background: a close-up that the picture fills if it can.
 * @param {Rig} rig
 * @param {Frame} frame
 * @param {Place} [place]
 * @returns {Placed}
 */
export function fill(rig, { shape, width, height }, place = MIDDLE) {
  const head = headOf(rig);
  const ratio = rig.height / rig.width;
  const wanted = closeUp(rig, head, shape, height) * place.scale;
  const covering = Math.max(width, height / ratio);
  const scale = wanted < covering && covering <= wanted * NEARER ? covering : wanted;
  const x = width * place.x - along(head, place) * scale;
  const y = height * (FACE_LINE[shape] + place.y - 0.5) - head.y * scale;
  return {
    x: slide(x, scale, width),
    y: slide(y, scale * ratio, height),
    scale,
    ratio,
    head,
    mirrored: place.facing < 0,
  };
}

/**
 * A cut-out actor on a stage that `sharing` of them share; the lower edge of the picture
 * never shows.
 * @param {Rig} rig
 * @param {Frame} frame
 * @param {Place} [place]
 * @param {number} [sharing]
 * @param {boolean} [ledge] whether they stand behind one
 * @returns {Placed}
 */
export function stand(
  rig, { shape, width, height }, place = MIDDLE, sharing = 1, ledge = hasLedge(shape, sharing),
) {
  const head = headOf(rig);
  const ratio = rig.height / rig.width;
  let scale = closeUp(rig, head, shape, height);
  if (sharing > 1) {
    const widest = Math.min(SHARE[sharing] * width, WIDE_SHOT * height);
    scale = Math.min(scale, widest / head.height);
  }
  scale *= place.scale;
  let face = height * (FACE_LINE[shape] + place.y - 0.5);
  const below = Math.max(ratio - head.y, 1e-3);
  let foot = height * 1.01;
  if (ledge) {
    foot = height * (LEDGE + 0.01);
    scale = Math.max(scale, (foot - face) / below);
  } else if (face + below * scale < foot) {
    face = Math.min(foot - below * scale, height * LOWEST_FACE);
    scale = Math.max(scale, (foot - face) / below);
  }
  return {
    x: width * place.x - along(head, place) * scale,
    y: face - head.y * scale,
    scale,
    ratio,
    head,
    mirrored: place.facing < 0,
  };
}

/**
 * Whether they stand behind the ledge.
 * @param {Shape} shape
 * @param {number} sharing
 */
export const hasLedge = (shape, sharing) => shape === "9:16" && sharing > 1;

/**
 * Each seat's place; who was not told where to stand gets the usual spot.
 * @param {string[]} seats
 * @param {Record<string, Place>} given
 * @returns {Record<string, Place>}
 */
export function placesFor(seats, given) {
  const spots = SPOTS[seats.length];
  return Object.fromEntries(
    seats.map((seat, i) => [seat, given[seat] ?? { ...MIDDLE, x: spots[i] }]),
  );
}

/**
 * Middle of a face on the stage.
 * @param {Placed} placed
 * @returns {[number, number]}
 */
export function faceOn({ x, y, scale, head, mirrored }) {
  return [x + (mirrored ? 1 - head.x : head.x) * scale, y + head.y * scale];
}

/**
 * The part of the portrait that lies under `box`.
 * @param {Placed} placed
 * @param {Box} box
 * @returns {View}
 */
export function viewUnder({ x, y, scale, mirrored }, box) {
  const left = (box.x - x) / scale;
  const width = box.width / scale;
  const [top, height] = [(box.y - y) / scale, box.height / scale];
  return mirrored
    ? { x: 1 - left, y: top, width: -width, height }
    : { x: left, y: top, width, height };
}

/**
 * The camera track; it begins at 0, with all of the stage when no key says more.
 * @param {CameraKey[]} keys
 * @param {Record<string, Placed>} placed
 * @param {Frame} frame
 * @returns {Shot[]}
 */
export function shotsOf(keys, placed, frame) {
  const whole = { x: 0, y: 0, width: frame.width, height: frame.height };
  /** @type {Shot[]} */
  let found = [];
  for (const key of [...keys].sort((a, b) => a.at - b.at)) {
    const box = boxOf(key, placed, frame);
    const on = key.on in placed ? key.on : "";
    const last = found.at(-1);
    const hides = cutOff(box, on, placed);
    if (key.at <= 0) {
      found = [{ at: 0, box, ease: 0, on, hides }];
    } else if (!last || last.on !== on || !same(last.box, box)) {
      if (!last) found.push({ at: 0, box: whole, ease: 0, on: "", hides: [] });
      found.push({ at: key.at, box, ease: Math.max(0, key.ease), on, hides });
    }
  }
  return found.length ? steady(found) : [{ at: 0, box: whole, ease: 0, on: "", hides: [] }];
}

/**
 * The same, and nobody comes or goes while the camera moves.
 * @param {Shot[]} shots
 */
function steady(shots) {
  /** @type {Shot[][]} */
  const groups = [];
  for (const shot of shots) {
    const group = groups.at(-1);
    if (group && shot.ease && shot.on === group[0].on) group.push(shot);
    else groups.push([shot]);
  }
  return groups.flatMap((group) => {
    const hides = group[0].ease ? [] : [...new Set(group.flatMap((shot) => shot.hides))].sort();
    return group.map((shot) => ({ ...shot, hides }));
  });
}

/**
 * Whose faces a shot of `on` would cut, or leave out.
 * @param {Box} box
 * @param {string} on
 * @param {Record<string, Placed>} placed
 */
function cutOff(box, on, placed) {
  if (!on) return [];
  return Object.keys(placed).filter((seat) => {
    const [x, y] = faceOn(placed[seat]);
    const high = placed[seat].head.height * placed[seat].scale;
    const half = (FACE_WIDTH / 2) * high;
    const inside =
      box.x <= x - half && x + half <= box.x + box.width &&
      box.y <= y - high / 2 && y + high / 2 <= box.y + box.height;
    return seat !== on && !inside;
  });
}

/**
 * What the camera sees at `t`, whom it looks at, and who is not drawn.
 * @param {Shot[]} shots
 * @param {number} t
 * @returns {{box: Box, on: string, hides: string[]}}
 */
export function seenAt(shots, t) {
  let number = 0;
  shots.forEach((shot, i) => {
    if (shot.at <= t + 1e-9) number = i;
  });
  const { at, box, ease: lasts, on, hides } = shots[number];
  if (!number || t >= at + lasts) return { box, on, hides };
  return { box: between(shots[number - 1].box, box, ease((t - at) / lasts)), on, hides };
}

/** Slow at both ends: a camera has weight. @param {number} share */
export function ease(share) {
  const u = Math.min(1, Math.max(0, share));
  return u * u * (3 - 2 * u);
}

/**
 * @param {CameraKey} key
 * @param {Record<string, Placed>} placed
 * @param {Frame} frame
 * @returns {Box}
 */
function boxOf(key, placed, { shape, width, height }) {
  let zoom = Math.max(1, key.zoom);
  const all = Object.values(placed);
  const one = placed[key.on];
  if (one && all.length > 1) {
    zoom *= Math.max(1, (CLOSER * CLOSE_UP[shape] * height) / (one.head.height * one.scale));
  }
  const faces = (one ? [one] : all).map(faceOn);
  const x = faces.reduce((sum, f) => sum + f[0], 0) / faces.length;
  const y = faces.reduce((sum, f) => sum + f[1], 0) / faces.length;
  const line = one ? FACE_LINE[shape] : 0.5;
  const [wide, high] = [width / zoom, height / zoom];
  return {
    x: Math.min(Math.max(x + (key.x ?? 0) * width - wide / 2, 0), width - wide),
    y: Math.min(Math.max(y - high * line, 0), height - high),
    width: wide,
    height: high,
  };
}

/** @param {Box} a @param {Box} b */
const same = (a, b) =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

/**
 * @param {Box} a
 * @param {Box} b
 * @param {number} share
 * @returns {Box}
 */
export function between(a, b, share) {
  const mix = (/** @type {"x" | "y" | "width" | "height"} */ k) => a[k] + (b[k] - a[k]) * share;
  return { x: mix("x"), y: mix("y"), width: mix("width"), height: mix("height") };
}

/**
 * Stage pixels for the portrait's width in a close-up.
 * @param {Rig} rig
 * @param {Head} head
 * @param {Shape} shape
 * @param {number} height
 */
function closeUp(rig, head, shape, height) {
  const wanted = (CLOSE_UP[shape] * height) / head.height;
  if (rig.style === "layers") return wanted;
  const sharp = LARGEST_UPSCALE * rig.width;
  return Math.min(wanted, Math.max(sharp, (SMALLEST_FACE * height) / head.height));
}

/** @param {Head} head @param {Place} place */
const along = (head, place) => (place.facing < 0 ? 1 - head.x : head.x);

/**
 * Move a picture of `length` so that it covers `room`, or lies in its middle.
 * @param {number} start
 * @param {number} length
 * @param {number} room
 */
function slide(start, length, room) {
  if (length < room) return (room - length) / 2;
  return Math.min(0, Math.max(room - length, start));
}
