// @ts-check
/** Which part of a portrait a stage of one actor shows. */

import { fill, frameOf, headOf, stand, viewUnder } from "./framing.js";

/** @import { View } from "./framing.js" */
/** @import { Rig } from "./rig.js" */

/**
 * ``close``: as a clip frames it. ``bust``: all of the portrait, its foot at the foot of
 * the stage. ``cover``: the stage is filled, whatever has to go.
 * @typedef {"close" | "bust" | "cover"} Framing
 */

/**
 * @param {Rig} rig
 * @param {number} aspect of the canvas, width / height
 * @param {Framing} framing
 * @returns {View}
 */
export function viewOf(rig, aspect, framing) {
  const ratio = rig.height / rig.width;
  if (framing === "bust") {
    const width = Math.max(1, ratio * aspect);
    return { x: (1 - width) / 2, y: ratio - width / aspect, width, height: width / aspect };
  }
  if (framing === "cover") {
    const head = headOf(rig);
    const width = Math.min(1, ratio * aspect);
    const height = width / aspect;
    return {
      x: inside(head.x - width / 2, width, 1),
      y: inside(head.y - height * 0.45, height, ratio),
      width,
      height,
    };
  }
  const frame = frameOf(aspect);
  const placed = rig.style === "layers" ? stand(rig, frame) : fill(rig, frame);
  return viewUnder(placed, { x: 0, y: 0, width: frame.width, height: frame.height });
}

/**
 * Keep a window of `size` within 0 to `most`.
 * @param {number} start
 * @param {number} size
 * @param {number} most
 */
function inside(start, size, most) {
  return Math.min(Math.max(start, 0), Math.max(most - size, 0));
}
