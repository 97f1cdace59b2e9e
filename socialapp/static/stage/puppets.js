// @ts-check
/** Puppets: one actor each, drawn over what the canvas already shows. */

import { LayersPuppet } from "./layers.js";
import { WarpPuppet } from "./warp.js";

/** @import { Face } from "./performance.js" */
/** @import { View } from "./framing.js" */
/** @import { Loaded } from "./rig.js" */

/**
 * @typedef {object} Puppet
 * @property {boolean} opaque it has a ground of its own
 * @property {(face: Face, view: View, width: number, height: number) => void} draw
 * @property {() => void} free
 */

/**
 * How an actor stands: alone, before nothing but its own picture; or cut out, before a
 * stage. A picture that cannot be cut out and is not alone melts into the stage.
 * @typedef {"alone" | "cut-out" | "framed"} Standing
 */

/** Share of clear pixels from which a picture was drawn to stand before something. */
const HOLES = 0.01;

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Loaded} loaded
 * @param {Standing} [standing]
 * @returns {Puppet}
 */
export function makePuppet(gl, loaded, standing = "alone") {
  if (loaded.rig.style === "layers") return new LayersPuppet(gl, loaded);
  return new WarpPuppet(gl, loaded, standing);
}

/**
 * It was drawn to stand before something: there is nothing behind it.
 * @param {Loaded} loaded
 */
export function hasNoGround({ rig, portrait }) {
  if (rig.style === "layers" || !portrait) return true;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return false;
  context.drawImage(portrait, 0, 0, 64, 64);
  const { data } = context.getImageData(0, 0, 64, 64);
  let clear = 0;
  for (let i = 3; i < data.length; i += 4) clear += Number(data[i] < 128);
  return clear / (64 * 64) > HOLES;
}
