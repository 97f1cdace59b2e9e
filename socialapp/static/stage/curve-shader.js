// @ts-check
/** GLSL that mouths and lids share: a box of the portrait, and curves drawn inside it. */

import { CURVE } from "./grids.js";

/** Fills `box` of the portrait, seen through `view`; `at` is the place in the portrait. */
export const BOX = `#version 300 es
uniform vec4 box;
uniform vec4 view;
layout(location = 0) in vec2 corner;
out vec2 at;
void main() {
  at = box.xy + corner * box.zw;
  vec2 p = (at - view.xy) / view.zw;
  gl_Position = vec4(2.0 * p.x - 1.0, 1.0 - 2.0 * p.y, 0.0, 1.0);
}`;

/**
 * Functions of a fragment shader that has the uniforms `down` and `pixel`: a place along
 * the mouth and down the face, a soft step, and the height of a curve at a place.
 */
export const CURVES = `
vec2 turned(vec2 p) { return vec2(p.x * down.y - p.y * down.x, dot(p, down)) / pixel; }

float under(float x) { return 1.0 / (1.0 + exp(-1.702 * clamp(x, -12.0, 12.0))); }

float curveAt(vec2 curve[${CURVE}], float s) {
  vec2 a = turned(curve[0]);
  if (s <= a.x) return a.y;
  for (int i = 1; i < ${CURVE}; i++) {
    vec2 b = turned(curve[i]);
    if (s <= b.x) return mix(a.y, b.y, (s - a.x) / max(b.x - a.x, 1e-4));
    a = b;
  }
  return a.y;
}
`;
