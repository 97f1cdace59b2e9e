// @ts-check
/**
 * What is behind the actors: a picture or the curtain, the twin of
 * ``avatarfx/animators/backdrop.py``; and the beam of light on who speaks.
 */

import { makeQuad } from "./drawn-mouth.js";
import { makeProgram, makeTexture, uniformsOf } from "./gl.js";

/** @import { Box, Frame } from "./framing.js" */

/** Nearer than this, what is behind the actors falls out of focus. */
const FOREMOST_ZOOM = 1.35;
/** Longest side of the picture that is kept: vector drawings name a small size, or none. */
const SIDE = [1280, 1600];

const VERTEX = `#version 300 es
uniform vec4 seen;
layout(location = 0) in vec2 corner;
out vec2 at;
void main() {
  at = seen.xy + corner * seen.zw;
  gl_Position = vec4(2.0 * corner.x - 1.0, 1.0 - 2.0 * corner.y, 0.0, 1.0);
}`;

/** `at`: 0 to 1 across and down the stage. `fit`: scale of the picture that covers it. */
const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform bool pictured;
uniform vec2 fit;
uniform vec2 blur;
uniform float level;
uniform vec4 beam;
uniform float dim;
in vec2 at;
out vec4 colour;
vec3 velvet() {
  float light = exp(-pow((at.x - 0.5) / 0.48, 2.0) - pow((at.y - 0.42) / 0.55, 2.0));
  // Folds hang unevenly: the phase wanders a little from one to the next.
  float phase = at.x * 11.0 + 0.35 * sin(at.x * 5.1) + 0.06 * sin(at.y * 3.0);
  float fold = 0.5 + 0.5 * cos(6.2831853 * phase);
  float grain = fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.547) - 0.5;
  vec3 paint = mix(vec3(24, 10, 26), vec3(58, 22, 44), light) * (0.72 + 0.28 * pow(fold, 1.5));
  return (paint + 2.0 * grain) / 255.0;
}
vec3 pictureAt() {
  vec2 uv = (at - 0.5) * fit + 0.5;
  if (blur.x <= 0.0) return texture(picture, uv).rgb;
  vec3 sum = vec3(0.0);
  float all = 0.0;
  for (int y = -2; y <= 2; y++) {
    for (int x = -2; x <= 2; x++) {
      float weight = exp(-0.5 * float(x * x + y * y));
      sum += weight * textureLod(picture, uv + vec2(x, y) * blur, level).rgb;
      all += weight;
    }
  }
  return sum / all;
}
void main() {
  vec3 paint = (pictured ? pictureAt() : velvet()) * dim;
  float wide = beam.y * mix(0.24, 1.16, at.y);
  float edge = smoothstep(wide, wide * 0.9, abs(at.x - beam.x));
  float pool = exp(-pow((at.x - beam.x) / (0.6 * beam.y), 2.0) - pow((at.y - 0.94) / 0.1, 2.0));
  float light = beam.z * (edge * mix(0.34, 0.05, at.y) + 0.3 * pool);
  colour = vec4(mix(paint, vec3(1.0, 0.95, 0.71), light), 1.0);
}`;

/**
 * The light of a stage.
 * @typedef {object} Beam
 * @property {number} x middle, 0 to 1 across the stage
 * @property {number} width half of it, at the middle of the stage
 * @property {number} strength 0: none, as in a clip
 */

export class Backdrop {
  /** @type {WebGLTexture | null} */ #texture = null;
  #size = [1, 1];

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {(CanvasImageSource & {width: number, height: number}) | null} picture null: the curtain
   */
  constructor(gl, picture) {
    this.gl = gl;
    this.program = makeProgram(gl, VERTEX, FRAGMENT);
    this.at = uniformsOf(gl, this.program);
    this.quad = makeQuad(gl);
    if (!picture) return;
    const { naturalWidth, naturalHeight } = /** @type {any} */ (picture);
    const [wide, high] = [naturalWidth ?? picture.width, naturalHeight ?? picture.height];
    const long = Math.max(wide, high);
    const scale = Math.min(Math.max(long, SIDE[0]), SIDE[1]) / long;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(wide * scale));
    canvas.height = Math.max(1, Math.round(high * scale));
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    this.#texture = makeTexture(gl, canvas);
    this.#size = [canvas.width, canvas.height];
  }

  /**
   * @param {Box} box what the camera sees
   * @param {Frame} frame
   * @param {Beam} beam
   * @param {number} dim 1: as it is
   */
  draw(box, frame, beam, dim) {
    const { gl, at } = this;
    gl.useProgram(this.program);
    gl.uniform4f(
      at.seen,
      box.x / frame.width, box.y / frame.height, box.width / frame.width, box.height / frame.height,
    );
    gl.uniform1i(at.pictured, Number(this.#texture !== null));
    gl.uniform1f(at.dim, dim);
    gl.uniform4f(at.beam, beam.x, Math.max(beam.width, 1e-3), beam.strength, 0);
    if (this.#texture) {
      const [wide, high] = this.#size;
      const scale = Math.max(frame.width / wide, frame.height / high);
      const fit = [frame.width / (scale * wide), frame.height / (scale * high)];
      gl.uniform2f(at.fit, fit[0], fit[1]);
      const zoom = frame.width / box.width;
      // 1.2 zoom in pixels of the shot, so 1.2 in those of the stage.
      const sigma = zoom > FOREMOST_ZOOM ? 1.2 : 0;
      gl.uniform2f(at.blur, (sigma / frame.width) * fit[0], (sigma / frame.height) * fit[1]);
      gl.uniform1f(at.level, Math.max(0, Math.log2((sigma * wide * fit[0]) / frame.width)));
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, this.#texture);
      gl.uniform1i(at.picture, 0);
    }
    gl.bindVertexArray(this.quad.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  free() {
    this.gl.deleteTexture(this.#texture);
    this.gl.deleteProgram(this.program);
    this.quad.free();
  }
}
