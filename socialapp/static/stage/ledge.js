// @ts-check
/**
 * The front of the box in which several stand in a tall frame, the twin of
 * ``avatarfx/animators/ledge.py``.
 */

import { makeQuad } from "./drawn-mouth.js";
import { LEDGE } from "./framing.js";
import { makeProgram, uniformsOf } from "./gl.js";

/** @import { Box, Frame } from "./framing.js" */

const VERTEX = `#version 300 es
uniform vec4 seen;
layout(location = 0) in vec2 corner;
out vec2 at;
void main() {
  at = seen.xy + corner * seen.zw;
  gl_Position = vec4(2.0 * corner.x - 1.0, 1.0 - 2.0 * corner.y, 0.0, 1.0);
}`;

/** `at`: across, and down from the upper edge, in frame widths. */
const FRAGMENT = `#version 300 es
precision highp float;
in vec2 at;
out vec4 colour;
const vec3 WOOD = vec3(178, 122, 66), WOOD_FOOT = vec3(92, 52, 34);
const vec3 GOLD = vec3(226, 184, 96);
const vec3 CLOTH = vec3(120, 34, 58), CLOTH_FOOT = vec3(34, 12, 28);
void main() {
  if (at.y < 0.0) discard;
  float deep = clamp(at.y / 0.42, 0.0, 1.0);
  float fold = 0.86 + 0.14 * cos(6.2831853 * (at.x * 17.0 + 0.3 * sin(at.x * 9.0)));
  float hem = 0.03 + 0.055 * (0.35 + 0.65 * abs(sin(3.14159265 * 9.0 * at.x)));
  float shade = 0.62 + 0.38 * clamp((at.y - hem) / 0.03, 0.0, 1.0);
  vec3 paint = at.y < hem
    ? mix(CLOTH, CLOTH_FOOT, deep) * 1.35
    : mix(CLOTH, CLOTH_FOOT, pow(deep, 0.7)) * fold * shade;
  if (abs(at.y - hem) < 0.003) paint = GOLD;
  if (at.y < 0.03) paint = mix(WOOD, WOOD_FOOT, pow(at.y / 0.03, 0.8));
  colour = vec4(paint / 255.0, 1.0);
}`;

export class Ledge {
  /** @param {WebGL2RenderingContext} gl */
  constructor(gl) {
    this.gl = gl;
    this.program = makeProgram(gl, VERTEX, FRAGMENT);
    this.at = uniformsOf(gl, this.program);
    this.quad = makeQuad(gl);
  }

  /**
   * Before all that stands on the stage.
   * @param {Box} box what the camera sees
   * @param {Frame} frame
   */
  draw(box, frame) {
    const { gl } = this;
    gl.useProgram(this.program);
    gl.uniform4f(
      this.at.seen,
      box.x / frame.width, (box.y - LEDGE * frame.height) / frame.width,
      box.width / frame.width, box.height / frame.width,
    );
    gl.disable(gl.BLEND);
    gl.bindVertexArray(this.quad.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.enable(gl.BLEND);
  }

  free() {
    this.gl.deleteProgram(this.program);
    this.quad.free();
  }
}
