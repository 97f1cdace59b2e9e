// @ts-check
/**
 * A lid that closes: skin laid over the eye, with the lashes along its edge. The twin of
 * ``avatarfx/animators/warp/lids.py``.
 */

import { BOX, CURVES } from "./curve-shader.js";
import { makeProgram, uniformsOf } from "./gl.js";
import { CURVE } from "./grids.js";

/** @import { Point } from "./rig.js" */
/** @import { Eye } from "./eyes.js" */
/** @import { View } from "./framing.js" */

/** Of the eye's width: the lashes of a closed lid, at their thickest; of that, where they
 * end; and over which what lies above a lid fades into its skin. As on the server. */
const LINE = { flat: 0.075, other: 0.045 };
const THIN = "0.2";
const FADE = "0.16";

/** In multiples of a canvas pixel, along the lid and down the face. */
const FRAGMENT = `#version 300 es
precision highp float;
uniform vec2 top[${CURVE}];
uniform vec2 edge[${CURVE}];
uniform vec3 seam[${CURVE}];
uniform vec3 skin[${CURVE}];
uniform vec3 lash;
uniform vec2 down;
uniform float pixel;
uniform float wide;
uniform float closed;
uniform float line;
uniform float soft;
uniform bool lit;
in vec2 at;
out vec4 colour;

${CURVES}
void main() {
  vec2 p = turned(at);
  float left = turned(top[0]).x;
  float right = turned(top[${CURVE - 1}]).x;
  float upper = curveAt(top, p.x);
  float lower = curveAt(edge, p.x);
  float ends = under((p.x - left) / soft) * under((right - p.x) / soft);
  float cover = under((p.y - upper) / soft) * under((lower - p.y) / soft) * ends;
  float share = cover * min(1.0, 4.0 * closed);

  float along = clamp((p.x - left) / max(right - left, 1.0), 0.0, 1.0);
  int i = min(int(along * float(${CURVE - 1})), ${CURVE - 2});
  float f = along * float(${CURVE - 1}) - float(i);
  // What lies above goes on into the lid, and fades into its skin.
  float deep = clamp((p.y - upper) / max(${FADE} * wide, 1.0), 0.0, 1.0);
  vec3 begins = mix(seam[i], seam[i + 1], f);
  vec3 paint = mix(begins, mix(skin[i], skin[i + 1], f), deep * deep * (3.0 - 2.0 * deep));
  if (lit) {
    // The ball of the eye: lit in the middle, darker towards its edge.
    float away = clamp((lower - p.y) / max(0.22 * wide, 1.0), 0.0, 0.8);
    paint *= 0.90 + 0.10 * sin(3.14159265 * away);
  }

  float slope = (curveAt(edge, p.x + 1.0) - curveAt(edge, p.x - 1.0)) / 2.0;
  float off = abs(p.y - lower) * inversesqrt(1.0 + slope * slope);
  float blur = max(0.5, (lit ? 0.3 : 0.12) * line);
  float thick = line * (${THIN} + (1.0 - ${THIN}) * sqrt(max(0.0, sin(3.14159265 * along))));
  float dim = (under((off + thick / 2.0) / blur) - under((off - thick / 2.0) / blur)) * under((p.x - left) / blur)
    * under((right - p.x) / blur) * min(1.0, 2.5 * closed) * 0.8;
  // Skin over what is there, then lashes over both, as one premultiplied layer.
  float alpha = 1.0 - (1.0 - share) * (1.0 - dim);
  if (alpha < 0.004) discard;
  colour = vec4(paint * share * (1.0 - dim) + lash * dim, alpha);
}`;

export class LidPaint {
  /**
   * @param {WebGL2RenderingContext} gl
   * @param {{flat: boolean, down: Point}} look `down`: unit vector towards the chin
   */
  constructor(gl, look) {
    this.gl = gl;
    this.look = look;
    this.program = makeProgram(gl, BOX, FRAGMENT);
    this.at = uniformsOf(gl, this.program);
  }

  /**
   * From where a lid begins to its moving edge, with the caller's quad bound.
   * @param {{top: Point[], edge: Point[], width: number, closed: number}} lid `width` in
   *   portrait units, from corner to corner
   * @param {Pick<Eye, "seam" | "skin" | "lash">} colours
   * @param {View} view
   * @param {number} canvas width in pixels
   */
  paint({ top, edge, width, closed }, { seam, skin, lash }, view, canvas) {
    const { gl, at, look } = this;
    const pixel = Math.abs(view.width) / canvas;
    const wide = width / pixel;
    const line = Math.max(1, (look.flat ? LINE.flat : LINE.other) * wide);
    const room = (line + 6) * pixel + 0.06 * width;
    const xs = [...top, ...edge].map((p) => p[0]);
    const ys = [...top, ...edge].map((p) => p[1]);
    const x = Math.min(...xs) - room;
    const y = Math.min(...ys) - room;
    gl.useProgram(this.program);
    gl.uniform4f(at.view, view.x, view.y, view.width, view.height);
    gl.uniform4f(at.box, x, y, Math.max(...xs) + room - x, Math.max(...ys) + room - y);
    gl.uniform2fv(at.top, top.flat());
    gl.uniform2fv(at.edge, edge.flat());
    gl.uniform3fv(at.seam, seam.flat().map((v) => v / 255));
    gl.uniform3fv(at.skin, skin.flat().map((v) => v / 255));
    gl.uniform3f(at.lash, lash[0] / 255, lash[1] / 255, lash[2] / 255);
    gl.uniform2f(at.down, ...look.down);
    gl.uniform1f(at.pixel, pixel);
    gl.uniform1f(at.wide, wide);
    gl.uniform1f(at.closed, closed);
    gl.uniform1f(at.line, line);
    gl.uniform1f(at.soft, Math.max(0.5, 0.02 * wide));
    gl.uniform1i(at.lit, Number(!look.flat));
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  free() {
    this.gl.deleteProgram(this.program);
  }
}
