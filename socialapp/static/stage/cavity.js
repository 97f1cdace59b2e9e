// @ts-check
/**
 * The inside of the mouth, painted between the two inner lip curves: the twin of
 * ``avatarfx/animators/warp/mouth.py``. What the server rasterises and blurs is written
 * here as distances to the same shapes.
 */

import { BOX, CURVES } from "./curve-shader.js";
import { makeProgram, uniformsOf } from "./gl.js";
import { CURVE } from "./grids.js";

/** @import { Point } from "./rig.js" */
/** @import { View } from "./framing.js" */

/** @typedef {[number, number, number]} Colour 0 to 1 */

/**
 * @typedef {object} Look
 * @property {Colour} deep
 * @property {Colour} tooth
 * @property {Colour} tongue
 * @property {number} gaps darkness of the lines between teeth
 * @property {number} unit distance of the outer eye corners, portrait widths
 * @property {number} teeth how far the upper teeth hang below the closed lips
 * @property {Point} down unit vector towards the chin
 */

/**
 * The lips of one frame, viewer's left to right, where they are drawn.
 * @typedef {object} Lips
 * @property {Point[]} upper
 * @property {Point[]} lower
 * @property {Point[]} skull corner, middle line of the face, corner of the closed mouth, moved
 *   by the pose only
 * @property {number} tongue 0 to 1: tip up
 */

/** How high the tongue lies, in eye distances and of the opening; its width, of the
 * mouth's; and what stands of the lower teeth, in eye distances: as on the server. */
const TONGUE_REST = "0.03";
const TONGUE_RISE = "0.34";
const TONGUE_WIDE = "0.8";
const LOWER_TEETH = "0.032";

/** Everything in multiples of a canvas pixel, along the mouth and down the face. */
const FRAGMENT = `#version 300 es
precision highp float;
uniform vec2 upper[${CURVE}];
uniform vec2 lower[${CURVE}];
uniform vec2 skull[3];
uniform vec2 down;
uniform float pixel;
uniform float unit;
uniform float hang;
uniform float gap;
uniform float tongueTip;
uniform float gaps;
uniform vec3 deep;
uniform vec3 tooth;
uniform vec3 tongue;
in vec2 at;
out vec4 colour;

${CURVES}
/** 0 to 1 over about two units of distance, softly. */
float stepped(float distance_) {
  float share = clamp(0.5 + 0.36 * distance_, 0.0, 1.0);
  return share * share * (3.0 - 2.0 * share);
}

/** -1 to 1 from end to end, when the middle lies \`left\` from the first of them. */
float halved(float s, float left, float both) { return s / (s < 0.0 ? left : both - left); }

void main() {
  vec2 p = turned(at);
  float top = curveAt(upper, p.x);
  float bottom = curveAt(lower, p.x);
  vec2 left = turned(upper[0]);
  vec2 right = turned(upper[${CURVE - 1}]);
  float ends = under((p.x - left.x) / 0.7) * under((right.x - p.x) / 0.7);
  float inside = under((p.y - top) / 0.6) * under((bottom - p.y) / 0.6) * ends;
  float cover = inside * min(1.0, (gap - 0.7) / 1.5);
  if (cover < 0.004) discard;

  vec2 centre = turned(skull[1]);
  vec2 reach = turned(skull[2]) - turned(skull[0]);
  // In a face that is turned, the half of the mouth on the far side is shorter.
  float near = max(length(turned(skull[1]) - turned(skull[0])), 0.5);
  float both = near + max(length(turned(skull[2]) - turned(skull[1])), 0.5);
  float lit = clamp((p.y - centre.y) / max(gap, 1.0), 0.0, 1.0);
  vec3 paint = deep * (0.55 + 0.45 * lit);

  // The tongue lies in the lower jaw, lit at its front, with a furrow along it.
  vec2 start = turned(lower[0]);
  vec2 end = turned(lower[${CURVE - 1}]);
  float wide = max(end.x - start.x, 2.0);
  float u = halved(p.x - start.x - near / both * wide, near / both * wide, wide);
  float rise = ${TONGUE_REST} * unit + gap * (${TONGUE_RISE} + 0.36 * tongueTip);
  float spread = u / ${TONGUE_WIDE};
  float back = bottom - rise * sqrt(clamp(1.0 - spread * spread, 0.0, 1.0));
  float up = (bottom - p.y) / rise;
  float shade = 0.62 + 0.34 * clamp(3.2 * up, 0.0, 1.0) - 0.42 * pow(clamp(up, 0.0, 1.0), 1.5);
  shade -= 0.14 * exp(-(u * u) / 0.0025) * clamp(1.3 * up - 0.15, 0.0, 1.0);
  paint = mix(paint, tongue * shade, stepped((p.y - back) / max(0.7, 0.012 * unit)));

  // Upper teeth belong to the skull; the lip rises off them.
  float along = halved(p.x - centre.x, near, both);
  float bow = along / 0.84;
  float line = centre.y + (p.x - centre.x) * reach.y / both;
  // The row bends back towards the corners: shorter there, and in the dark.
  float edge = line + hang * (1.0 - 0.4 * bow * bow - 0.3 * pow(bow * bow, 3.0));
  float sharp = max(0.5, 0.006 * unit);
  float teeth = stepped((edge - p.y) / sharp) * smoothstep(0.0, 1.0, (1.0 - abs(bow)) / 0.3);
  float roundOff = 1.0 - 0.62 * pow(clamp(abs(along), 0.0, 1.0), 2.0);
  float between = exp(-pow(fract(along * 4.4) - 0.5, 2.0) / 0.006);
  float gapsHere = abs(along) < 0.8 ? gaps * between : 0.0;
  paint = mix(paint, tooth * roundOff * (1.0 - gapsHere), teeth);

  // Lower teeth belong to the jaw and show when it drops far.
  float show = clamp((gap / unit - 0.15) / 0.12, 0.0, 1.0);
  float crown = bottom - ${LOWER_TEETH} * unit * (1.0 - u * u / 0.49);
  float row = stepped((p.y - crown) / max(0.6, 0.008 * unit));
  row *= 0.4 * show * smoothstep(0.0, 1.0, (0.72 - abs(u)) / 0.25);
  // In the shade of the lip they stand in.
  paint = mix(paint, tooth * (0.36 + 0.3 * clamp(up, 0.0, 1.0)) * roundOff, row);

  // The lips throw shade on all of it, the upper one most.
  float soft = max(0.8, min(0.028 * unit, 0.22 * gap));
  float light = stepped((p.y - top - soft) / soft) * stepped((bottom - p.y) / soft);
  float dim = clamp((light - 0.1) / 0.6, 0.28, 1.0);
  colour = vec4(paint * dim, 1.0) * cover;
}`;

export class Cavity {
  /**
   * @param {WebGL2RenderingContext} gl
   * @param {Look} look
   */
  constructor(gl, look) {
    this.gl = gl;
    this.look = look;
    this.program = makeProgram(gl, BOX, FRAGMENT);
    this.at = uniformsOf(gl, this.program);
    this.array = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
  }

  /**
   * Over what is drawn, wherever the lips stand apart.
   * @param {Lips} lips
   * @param {View} view
   * @param {number} width of the canvas in pixels
   */
  paint({ upper, lower, skull, tongue }, view, width) {
    const { gl, at, look } = this;
    const pixel = Math.abs(view.width) / width;
    const gap = gapOf(upper, lower, look.down) / pixel;
    if (gap < 0.7) return;
    const xs = [...upper, ...lower].map((p) => p[0]);
    const ys = [...upper, ...lower].map((p) => p[1]);
    const x = Math.min(...xs) - 3 * pixel;
    const y = Math.min(...ys) - 3 * pixel;
    gl.useProgram(this.program);
    gl.uniform4f(at.view, view.x, view.y, view.width, view.height);
    gl.uniform4f(at.box, x, y, Math.max(...xs) + 3 * pixel - x, Math.max(...ys) + 3 * pixel - y);
    gl.uniform2fv(at.upper, upper.flat());
    gl.uniform2fv(at.lower, lower.flat());
    gl.uniform2fv(at.skull, skull.flat());
    gl.uniform2f(at.down, ...look.down);
    gl.uniform1f(at.pixel, pixel);
    gl.uniform1f(at.unit, look.unit / pixel);
    gl.uniform1f(at.hang, look.teeth / pixel);
    gl.uniform1f(at.gap, gap);
    gl.uniform1f(at.tongueTip, tongue);
    gl.uniform1f(at.gaps, look.gaps);
    gl.uniform3f(at.deep, ...look.deep);
    gl.uniform3f(at.tooth, ...look.tooth);
    gl.uniform3f(at.tongue, ...look.tongue);
    gl.bindVertexArray(this.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  free() {
    this.gl.deleteProgram(this.program);
    this.gl.deleteBuffer(this.buffer);
    this.gl.deleteVertexArray(this.array);
  }
}

/**
 * Height of the opening between two curves.
 * @param {Point[]} upper
 * @param {Point[]} lower
 * @param {Point} down
 */
export function gapOf(upper, lower, down) {
  const apart = upper.map(([x, y], i) => (lower[i][0] - x) * down[0] + (lower[i][1] - y) * down[1]);
  return Math.max(...apart);
}
