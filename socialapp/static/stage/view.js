// @ts-check
/**
 * Which part of a portrait a stage shows: the twin of ``avatarfx/animators/framing.py``
 * for one actor. Portrait coordinates are in units of the portrait's width.
 */

/** @import { Rig } from "./rig.js" */

/**
 * ``close``: as a clip frames it. ``bust``: all of the portrait, its foot at the foot of
 * the stage. ``cover``: the stage is filled, whatever has to go.
 * @typedef {"close" | "bust" | "cover"} Framing
 */

/** @typedef {"9:16" | "1:1" | "16:9"} Shape */

/**
 * The rectangle of the portrait that lies under the canvas; it may reach beyond.
 * @typedef {{x: number, y: number, width: number, height: number}} View
 */

const EYES_TO_CHIN = 0.61;
/** @type {Record<Shape, number>} */
const CLOSE_UP = { "9:16": 0.34, "1:1": 0.42, "16:9": 0.43 };
/** @type {Record<Shape, number>} */
const FACE_LINE = { "9:16": 0.43, "1:1": 0.5, "16:9": 0.53 };
const LARGEST_UPSCALE = 2.5;
const SMALLEST_FACE = 0.28;
const NEARER = 1.6;
const LOWEST_FACE = 0.66;
/** Frame height in pixels that the server's limits of sharpness are meant for. */
const FRAME_HEIGHT = { "9:16": 912, "1:1": 512, "16:9": 512 };

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
 * @param {Rig} rig
 * @param {number} aspect of the canvas, width / height
 * @param {Framing} framing
 * @param {boolean} [cutOut] a photo that stands before a background
 * @returns {View}
 */
export function viewOf(rig, aspect, framing, cutOut = false) {
  const ratio = rig.height / rig.width;
  if (framing === "bust") {
    const width = Math.max(1, ratio * aspect);
    return { x: (1 - width) / 2, y: ratio - width / aspect, width, height: width / aspect };
  }
  const head = headOf(rig);
  if (framing === "cover") {
    const width = Math.min(1, ratio * aspect);
    const height = width / aspect;
    return {
      x: slide(head.x - width / 2, width, 1),
      y: slide(head.y - height * 0.45, height, ratio),
      width,
      height,
    };
  }
  const free = rig.style === "layers" || cutOut;
  return free ? standing(rig, aspect, head) : filling(rig, aspect, head);
}

/** @typedef {ReturnType<typeof headOf>} Head */

/**
 * In frame heights: how wide the portrait is in a close-up.
 * @param {Rig} rig
 * @param {Head} head
 * @param {Shape} shape
 */
function closeUp(rig, head, shape) {
  const wanted = CLOSE_UP[shape] / head.height;
  if (rig.style === "layers") return wanted;
  const sharp = (LARGEST_UPSCALE * rig.width) / FRAME_HEIGHT[shape];
  return Math.min(wanted, Math.max(sharp, SMALLEST_FACE / head.height));
}

/**
 * A picture with its own background fills the frame if it can.
 * @param {Rig} rig
 * @param {number} aspect
 * @param {Head} head
 * @returns {View}
 */
function filling(rig, aspect, head) {
  const shape = shapeOf(aspect);
  const ratio = rig.height / rig.width;
  const wanted = closeUp(rig, head, shape);
  const covering = Math.max(aspect, 1 / ratio);
  const scale = wanted < covering && covering <= wanted * NEARER ? covering : wanted;
  const x = lay(aspect * 0.5 - head.x * scale, scale, aspect);
  const y = lay(FACE_LINE[shape] - head.y * scale, scale * ratio, 1);
  return { x: -x / scale, y: -y / scale, width: aspect / scale, height: 1 / scale };
}

/**
 * A cut-out actor; the lower edge of the picture never shows.
 * @param {Rig} rig
 * @param {number} aspect
 * @param {Head} head
 * @returns {View}
 */
function standing(rig, aspect, head) {
  const shape = shapeOf(aspect);
  const ratio = rig.height / rig.width;
  let scale = closeUp(rig, head, shape);
  let face = FACE_LINE[shape];
  const below = Math.max(ratio - head.y, 1e-3);
  const foot = 1.01;
  if (face + below * scale < foot) {
    face = Math.min(foot - below * scale, LOWEST_FACE);
    scale = Math.max(scale, (foot - face) / below);
  }
  const x = aspect * 0.5 - head.x * scale;
  const y = face - head.y * scale;
  return { x: -x / scale, y: -y / scale, width: aspect / scale, height: 1 / scale };
}

/**
 * Move a picture of `length` so that it covers `room`, or lies in its middle.
 * @param {number} start
 * @param {number} length
 * @param {number} room
 */
function lay(start, length, room) {
  if (length < room) return (room - length) / 2;
  return Math.min(0, Math.max(room - length, start));
}

/**
 * Keep a window of `size` within 0 to `most`.
 * @param {number} start
 * @param {number} size
 * @param {number} most
 */
function slide(start, size, most) {
  return Math.min(Math.max(start, 0), Math.max(most - size, 0));
}
