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
/** Brightness of what is behind in full spotlight. */
const BEHIND = 0.78;
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

const COPY_VERTEX = `#version 300 es
layout(location = 0) in vec2 corner;
void main() { gl_Position = vec4(2.0 * corner - 1.0, 0.0, 1.0); }`;

const COPY = `#version 300 es
precision mediump float;
uniform sampler2D kept;
out vec4 colour;
void main() { colour = texelFetch(kept, ivec2(gl_FragCoord.xy), 0); }`;

/**
 * The light of a stage.
 * @typedef {object} Beam
 * @property {number} x middle, 0 to 1 across the stage
 * @property {number} width half of it, at the middle of the stage
 * @property {number} strength 0: none, as in a clip
 */

/** Steps in which the light moves and rises: each is drawn once and kept. */
const STEPS = { x: 256, strength: 24 };

export class Backdrop {
  /** @type {WebGLTexture | null} */ #texture = null;
  #size = [1, 1];
  /** @type {{texture: WebGLTexture, buffer: WebGLFramebuffer, width: number, height: number, shows: string} | null} */
  #kept = null;

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {(CanvasImageSource & {width: number, height: number}) | null} picture null: the curtain
   */
  constructor(gl, picture) {
    this.gl = gl;
    this.program = makeProgram(gl, VERTEX, FRAGMENT);
    this.at = uniformsOf(gl, this.program);
    this.copy = makeProgram(gl, COPY_VERTEX, COPY);
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
   * Over the whole canvas. It seldom changes: what was drawn is kept and laid down again.
   * @param {{width: number, height: number}} canvas
   * @param {Box} box what the camera sees
   * @param {Frame} frame
   * @param {Beam} beam
   */
  draw({ width, height }, box, frame, beam) {
    const { gl } = this;
    const strength = Math.round(beam.strength * STEPS.strength) / STEPS.strength;
    const x = strength ? Math.round(beam.x * STEPS.x) / STEPS.x : 0;
    const kept = this.#keep(width, height);
    const shows = [box.x, box.y, box.width, box.height, frame.width, beam.width, x, strength].join();
    gl.disable(gl.BLEND);
    if (kept.shows !== shows) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, kept.buffer);
      this.#paint(box, frame, { ...beam, x, strength });
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      kept.shows = shows;
    }
    gl.useProgram(this.copy);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, kept.texture);
    gl.bindVertexArray(this.quad.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.enable(gl.BLEND);
  }

  /**
   * A texture of this size to draw into.
   * @param {number} width
   * @param {number} height
   */
  #keep(width, height) {
    const { gl } = this;
    if (this.#kept?.width === width && this.#kept.height === height) return this.#kept;
    this.#drop();
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
    const buffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.#kept = { texture, buffer, width, height, shows: "" };
    return this.#kept;
  }

  #drop() {
    if (!this.#kept) return;
    this.gl.deleteFramebuffer(this.#kept.buffer);
    this.gl.deleteTexture(this.#kept.texture);
    this.#kept = null;
  }

  /**
   * @param {Box} box
   * @param {Frame} frame
   * @param {Beam} beam
   */
  #paint(box, frame, beam) {
    const { gl, at } = this;
    gl.useProgram(this.program);
    gl.uniform4f(
      at.seen,
      box.x / frame.width, box.y / frame.height, box.width / frame.width, box.height / frame.height,
    );
    gl.uniform1i(at.pictured, Number(this.#texture !== null));
    gl.uniform1f(at.dim, 1 - (1 - BEHIND) * beam.strength);
    gl.uniform4f(at.beam, beam.x, Math.max(beam.width, 1e-3), beam.strength, 0);
    // Without a picture too: the one that is drawn into may still be bound.
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.uniform1i(at.picture, 0);
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
    }
    gl.bindVertexArray(this.quad.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  free() {
    this.#drop();
    this.gl.deleteTexture(this.#texture);
    this.gl.deleteProgram(this.program);
    this.gl.deleteProgram(this.copy);
    this.quad.free();
  }
}
