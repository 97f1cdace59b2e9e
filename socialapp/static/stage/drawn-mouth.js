// @ts-check
/**
 * The nine drawn mouths, eased into each other: of a layered portrait, or set into a
 * flat cartoon. The twin of ``avatarfx/animators/layers/mouth.py``.
 */

import { makeProgram, makeTexture, uniformsOf } from "./gl.js";
import { mouthOf } from "./layers-motion.js";

/** @import { Face } from "./performance.js" */
/** @import { View } from "./framing.js" */
/** @import { Matrix, Sizes } from "./layers-motion.js" */

/** @typedef {[number, number, number, number]} Box x, y, width, height, portrait units */

/** A quad: a box of the portrait, where a matrix takes it. */
export const QUAD_VERTEX = `#version 300 es
uniform vec4 box;
uniform vec3 rowX;
uniform vec3 rowY;
uniform vec4 view;
layout(location = 0) in vec2 corner;
out vec2 uv;
void main() {
  vec3 p = vec3(box.xy + corner * box.zw, 1.0);
  vec2 q = (vec2(dot(rowX, p), dot(rowY, p)) - view.xy) / view.zw;
  uv = corner;
  gl_Position = vec4(2.0 * q.x - 1.0, 1.0 - 2.0 * q.y, 0.0, 1.0);
}`;

/** Two mouths, each stretched from its upper lip and bent, one changing into the other. */
const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D cel;
uniform sampler2D other;
uniform vec2 lips;
uniform vec2 wide;
uniform vec2 tall;
uniform float middle;
uniform float half_;
uniform float bend;
uniform float seen;
in vec2 uv;
out vec4 colour;
void main() {
  float arm = min(abs(uv.x - middle) / half_, 1.25);
  vec2 x = (uv.x - middle) / wide + middle;
  vec2 y = (uv.y + bend * (arm * arm - 0.25) - lips) / tall + lips;
  // One of the two is always whole, so the skin never shines through.
  vec4 under = texture(cel, vec2(x.x, y.x)) * min(2.0 - 2.0 * seen, 1.0);
  vec4 over = texture(other, vec2(x.y, y.y)) * min(2.0 * seen, 1.0);
  colour = under * (1.0 - over.a) + over;
}`;

/**
 * A vertex array of one quad, its corners from 0 to 1 at location 0.
 * @param {WebGL2RenderingContext} gl
 */
export function makeQuad(gl) {
  const array = gl.createVertexArray();
  const buffer = gl.createBuffer();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.bindVertexArray(null);
  return {
    array,
    free() {
      gl.deleteBuffer(buffer);
      gl.deleteVertexArray(array);
    },
  };
}

export class DrawnMouth {
  /** @type {Record<string, WebGLTexture>} */ #drawn = {};
  /** @type {Sizes} */ #sizes = {};
  /** @type {Record<string, number>} what stretching leaves in place */ #lips = {};
  #middle = 0.5;
  #half = 0.5;

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {Record<string, HTMLCanvasElement>} drawings by letter, all of one size
   */
  constructor(gl, drawings) {
    if (!drawings.X) throw new Error("This drawing has no resting mouth");
    this.gl = gl;
    this.program = makeProgram(gl, QUAD_VERTEX, FRAGMENT);
    this.at = uniformsOf(gl, this.program);
    for (const [letter, canvas] of Object.entries(drawings)) {
      const [left, top, right, bottom] = solidBox(alphaOf(canvas));
      const { width, height } = canvas;
      this.#drawn[letter] = makeTexture(gl, canvas);
      this.#sizes[letter] = { width: (right - left) / width, height: (bottom - top) / height };
      this.#lips[letter] = (top + 0.25 * (bottom - top)) / height;
      if (letter === "X") {
        this.#middle = (left + right) / 2 / width;
        this.#half = Math.max((right - left) / 2, 1) / width;
      }
    }
  }

  /**
   * With the caller's quad bound.
   * @param {Face} face
   * @param {Box} box
   * @param {Matrix} matrix
   * @param {number} corner how far a full smile lifts the corners, portrait units
   * @param {View} view
   */
  draw(face, box, matrix, corner, view) {
    const { gl, at } = this;
    const { first, second, seen, bend } = mouthOf(face, this.#sizes);
    gl.useProgram(this.program);
    gl.uniform4f(at.view, view.x, view.y, view.width, view.height);
    gl.uniform4f(at.box, ...box);
    gl.uniform3f(at.rowX, matrix[0], matrix[1], matrix[2]);
    gl.uniform3f(at.rowY, matrix[3], matrix[4], matrix[5]);
    [first, second].forEach(({ letter }, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, this.#drawn[letter]);
      gl.uniform1i(unit ? at.other : at.cel, unit);
    });
    gl.uniform2f(at.lips, this.#lips[first.letter], this.#lips[second.letter]);
    gl.uniform2f(at.wide, first.wide, second.wide);
    gl.uniform2f(at.tall, first.tall, second.tall);
    gl.uniform1f(at.middle, this.#middle);
    gl.uniform1f(at.half_, this.#half);
    gl.uniform1f(at.bend, (bend * corner) / box[3]);
    gl.uniform1f(at.seen, seen);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  free() {
    for (const texture of Object.values(this.#drawn)) this.gl.deleteTexture(texture);
    this.gl.deleteProgram(this.program);
  }
}

/** @typedef {{width: number, height: number, solid: (x: number, y: number) => boolean}} Alpha */

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Alpha}
 */
export function alphaOf(canvas) {
  const { width, height } = canvas;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, solid: (x, y) => data[(y * width + x) * 4 + 3] > 127 };
}

/**
 * Left, top, right, bottom of what is solid; all of it when nothing is.
 * @param {Alpha} alpha
 */
export function solidBox({ width, height, solid }) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!solid(x, y)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return right > left ? [left, top, right, bottom] : [0, 0, width, height];
}
