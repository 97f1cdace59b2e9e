// @ts-check
/**
 * Draws a layered portrait: the browser's twin of ``avatarfx/animators/layers``. Layers
 * are quads; the parts of an eye and the nine mouths share one patch each, so that a
 * shader can clip, lower and blend them by the same texture coordinates.
 */

import { DrawnMouth, QUAD_VERTEX, alphaOf, makeQuad } from "./drawn-mouth.js";
import { makeProgram, makeTexture, uniformsOf } from "./gl.js";
import { CORNER_UP, eyeOf, place, stand } from "./layers-motion.js";
import { lidLines } from "./lid-lines.js";

/** @import { Face } from "./performance.js" */
/** @import { Box } from "./drawn-mouth.js" */
/** @import { Layer, Loaded } from "./rig.js" */
/** @import { View } from "./framing.js" */
/** @import { Matrix, Placed } from "./layers-motion.js" */

/** Width added round the mouth and the eyes, for what bends out of its own box. */
const ROOM = 0.03;

const CEL = `#version 300 es
precision mediump float;
uniform sampler2D cel;
uniform float weight;
in vec2 uv;
out vec4 colour;
void main() { colour = texture(cel, uv) * weight; }`;

/** The iris within its white, or the closed lid's skin within it, or the upper lid. */
const EYE = `#version 300 es
precision highp float;
uniform sampler2D cel;
uniform sampler2D mask;
uniform sampler2D lines;
uniform vec2 shift;
uniform float lid;
uniform int part;
uniform float pixel;
in vec2 uv;
out vec4 colour;
void main() {
  vec2 edge = texture(lines, vec2(uv.x, 0.5)).xy;
  float way = max(edge.y - edge.x, 0.0) * lid;
  if (part == 0) {
    colour = texture(cel, uv - shift) * texture(mask, uv).a;
  } else if (part == 1) {
    colour = texture(cel, uv) * texture(mask, uv).a
      * clamp((edge.x + way - uv.y) / pixel, 0.0, 1.0);
  } else {
    colour = texture(cel, uv - vec2(0.0, way));
  }
}`;

/** Several layers in one box: what an eye or a mouth is made of. */
class Patch {
  /** @type {number | undefined} pixels a unit */
  #sharpness;

  /**
   * @param {string} name
   * @param {Layer[]} layers
   */
  constructor(name, layers) {
    const left = Math.min(...layers.map((l) => l.box[0])) - ROOM;
    const top = Math.min(...layers.map((l) => l.box[1])) - ROOM;
    const right = Math.max(...layers.map((l) => l.box[0] + l.box[2])) + ROOM;
    const bottom = Math.max(...layers.map((l) => l.box[1] + l.box[3])) + ROOM;
    /** @type {Box} */
    this.box = [left, top, right - left, bottom - top];
    /** @type {Placed} */
    this.placed = {
      name,
      centre: [(left + right) / 2, (top + bottom) / 2],
      depth: layers[0].depth,
      head: layers[0].head,
    };
  }

  /**
   * The layers on one canvas the size of the patch, at their own sharpness.
   * @param {Layer[]} layers
   * @param {Map<string, ImageBitmap>} pictures
   */
  paint(layers, pictures) {
    const scale = this.scale(layers, pictures);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(8, Math.round(this.box[2] * scale));
    canvas.height = Math.max(8, Math.round(this.box[3] * scale));
    const context = /** @type {CanvasRenderingContext2D} */ (
      canvas.getContext("2d", { willReadFrequently: true })
    );
    for (const layer of layers) {
      const picture = pictures.get(layer.ref);
      if (!picture) continue;
      const [x, y, width, height] = layer.box;
      context.drawImage(
        picture,
        (x - this.box[0]) * scale,
        (y - this.box[1]) * scale,
        width * scale,
        height * scale,
      );
    }
    return canvas;
  }

  /**
   * Pixels a unit of the sharpest layer.
   * @param {Layer[]} layers
   * @param {Map<string, ImageBitmap>} pictures
   */
  scale(layers, pictures) {
    this.#sharpness ??= Math.max(
      ...layers.map((layer) => (pictures.get(layer.ref)?.width ?? 0) / layer.box[2]),
    );
    return this.#sharpness;
  }
}

/**
 * @typedef {object} Eye
 * @property {Patch} patch
 * @property {Record<string, WebGLTexture>} parts
 * @property {WebGLTexture | null} lines null: the lid cannot be lowered
 * @property {number} pixel height of a pixel in the patch's texture coordinates
 */

/** @typedef {{patch: Patch, drawn: DrawnMouth}} Mouth */

/** @typedef {{layer: Layer, placed: Placed, texture: WebGLTexture}} Cel */

export class LayersPuppet {
  opaque = false;

  /** @type {(Cel | "eye-left" | "eye-right" | "mouth")[]} */ #order = [];
  /** @type {Record<string, Eye>} */ #eyes = {};
  /** @type {Mouth} */ #mouth;
  /** @type {WebGLTexture[]} */ #textures = [];
  /** @type {Record<"cel" | "eye", {program: WebGLProgram, at: Record<string, WebGLUniformLocation | null>}>} */
  #programs;
  /** @type {ReturnType<typeof makeQuad>} */ #quad;

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {Loaded} loaded
   */
  constructor(gl, { rig, pictures }) {
    this.gl = gl;
    this.rig = rig;
    const make = (/** @type {string} */ fragment) => {
      const program = makeProgram(gl, QUAD_VERTEX, fragment);
      return { program, at: uniformsOf(gl, program) };
    };
    this.#programs = { cel: make(CEL), eye: make(EYE) };
    this.#quad = makeQuad(gl);
    const { eyes, mouths } = this.#sort(pictures);
    for (const [side, parts] of Object.entries(eyes)) {
      if (Object.keys(parts).length) this.#eyes[side] = this.#makeEye(side, parts, pictures);
    }
    this.#mouth = this.#makeMouth(mouths, pictures);
  }

  /**
   * @param {Face} face
   * @param {View} view
   */
  draw(face, view) {
    const { gl } = this;
    gl.bindVertexArray(this.#quad.array);
    for (const { program, at } of Object.values(this.#programs)) {
      gl.useProgram(program);
      gl.uniform4f(at.view, view.x, view.y, view.width, view.height);
    }
    const stands = stand(this.rig, face);
    for (const entry of this.#order) {
      if (entry === "mouth") {
        const { patch, drawn } = this.#mouth;
        drawn.draw(face, patch.box, place(patch.placed, stands, face).matrix, CORNER_UP, view);
      } else if (typeof entry === "string") {
        const eye = this.#eyes[entry];
        this.#drawEye(entry, eye, place(eye.patch.placed, stands, face).matrix, face);
      } else {
        const { matrix, weight } = place(entry.placed, stands, face);
        this.#paste(entry.texture, entry.layer.box, matrix, weight);
      }
    }
  }

  free() {
    for (const texture of this.#textures) this.gl.deleteTexture(texture);
    for (const { program } of Object.values(this.#programs)) this.gl.deleteProgram(program);
    this.#mouth.drawn.free();
    this.#quad.free();
    this.#textures = [];
  }

  /**
   * Put the layers in drawing order, those of eyes and mouth together.
   * @param {Map<string, ImageBitmap>} pictures
   */
  #sort(pictures) {
    /** @type {Record<string, Record<string, Layer>>} */
    const eyes = { "eye-left": {}, "eye-right": {} };
    /** @type {Record<string, Layer>} */
    const mouths = {};
    const letters = Object.fromEntries(Object.entries(this.rig.mouths).map(([l, n]) => [n, l]));
    /** @param {"eye-left" | "eye-right" | "mouth"} group */
    const once = (group) => {
      if (!this.#order.includes(group)) this.#order.push(group);
    };
    for (const layer of this.rig.layers) {
      const side = sideOf(layer.name);
      if (this.rig.blink_show.includes(layer.name)) {
        if (side) eyes[side].closed = layer;
      } else if (side && layer.name.startsWith("eye-")) {
        eyes[side][layer.name.slice(side.length + 1)] = layer;
        once(side);
      } else if (layer.name in letters) {
        mouths[letters[layer.name]] = layer;
        once("mouth");
      } else {
        const [x, y, width, height] = layer.box;
        const picture = pictures.get(layer.ref);
        if (!picture) continue;
        this.#order.push({
          layer,
          placed: { ...layer, centre: [x + width / 2, y + height / 2] },
          texture: this.#keep(makeTexture(this.gl, picture)),
        });
      }
    }
    return { eyes, mouths };
  }

  /** @param {WebGLTexture} texture */
  #keep(texture) {
    this.#textures.push(texture);
    return texture;
  }

  /**
   * @param {string} side
   * @param {Record<string, Layer>} named
   * @param {Map<string, ImageBitmap>} pictures
   * @returns {Eye}
   */
  #makeEye(side, named, pictures) {
    const { gl } = this;
    const all = Object.values(named);
    // Depth and place are the eye's own, not those of its closed lid.
    all.sort((a, b) => Number(a === named.closed) - Number(b === named.closed));
    const patch = new Patch(side, all);
    patch.scale(all, pictures);
    const paint = (/** @type {(Layer | undefined)[]} */ layers) =>
      patch.paint(layers.filter((l) => l !== undefined), pictures);
    /** @type {Record<string, HTMLCanvasElement>} */
    const canvases = { base: paint([named.under, named.white]) };
    for (const part of ["white", "iris", "shade", "lid-lower", "lid-upper", "over", "closed"]) {
      if (named[part]) canvases[part] = paint([named[part]]);
    }
    const lines =
      canvases.closed && canvases.white && canvases["lid-upper"]
        ? lidLines(alphaOf(canvases["lid-upper"]), alphaOf(canvases.white))
        : null;
    return {
      patch,
      parts: Object.fromEntries(
        Object.entries(canvases).map(([part, c]) => [part, this.#keep(makeTexture(gl, c))]),
      ),
      lines: lines && this.#keep(makeLines(gl, lines)),
      pixel: 1 / canvases.base.height,
    };
  }

  /**
   * @param {Record<string, Layer>} named
   * @param {Map<string, ImageBitmap>} pictures
   * @returns {Mouth}
   */
  #makeMouth(named, pictures) {
    const layers = Object.values(named);
    const patch = new Patch("mouth", layers);
    patch.scale(layers, pictures);
    const drawings = Object.entries(named).map(([l, layer]) => [l, patch.paint([layer], pictures)]);
    return { patch, drawn: new DrawnMouth(this.gl, Object.fromEntries(drawings)) };
  }

  /**
   * @param {"cel" | "eye"} kind
   * @param {Box} box
   * @param {Matrix} matrix
   */
  #use(kind, box, matrix) {
    const { gl } = this;
    const { program, at } = this.#programs[kind];
    gl.useProgram(program);
    gl.uniform4f(at.box, ...box);
    gl.uniform3f(at.rowX, matrix[0], matrix[1], matrix[2]);
    gl.uniform3f(at.rowY, matrix[3], matrix[4], matrix[5]);
    return at;
  }

  /**
   * @param {WebGLUniformLocation | null} where
   * @param {number} unit
   * @param {WebGLTexture} texture
   */
  #bind(where, unit, texture) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(where, unit);
  }

  /**
   * @param {WebGLTexture | undefined} texture
   * @param {Box} box
   * @param {Matrix} matrix
   * @param {number} [weight]
   */
  #paste(texture, box, matrix, weight = 1) {
    if (!texture) return;
    const at = this.#use("cel", box, matrix);
    this.#bind(at.cel, 0, texture);
    this.gl.uniform1f(at.weight, weight);
    this.gl.drawArrays(this.gl.TRIANGLE_STRIP, 0, 4);
  }

  /**
   * @param {string} side
   * @param {Eye} eye
   * @param {Matrix} matrix
   * @param {Face} face
   */
  #drawEye(side, { patch, parts, lines, pixel }, matrix, face) {
    const { gl } = this;
    const { lid, iris } = eyeOf(side, this.rig, face);
    const { box } = patch;
    if (lid === 1 && parts.closed) return this.#paste(parts.closed, box, matrix);
    this.#paste(parts.base, box, matrix);
    /** @param {number} part @param {WebGLTexture} texture */
    const masked = (part, texture) => {
      const at = this.#use("eye", box, matrix);
      this.#bind(at.cel, 0, texture);
      this.#bind(at.mask, 1, parts.white);
      if (lines) this.#bind(at.lines, 2, lines);
      gl.uniform2f(at.shift, iris[0] / box[2], iris[1] / box[3]);
      gl.uniform1f(at.lid, lid);
      gl.uniform1f(at.pixel, pixel);
      gl.uniform1i(at.part, part);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    };
    if (parts.iris && parts.white) masked(0, parts.iris);
    this.#paste(parts.shade, box, matrix);
    this.#paste(parts["lid-lower"], box, matrix);
    if (lid > 0 && lines) {
      masked(1, parts.closed);
      masked(2, parts["lid-upper"]);
    } else {
      this.#paste(parts["lid-upper"], box, matrix);
    }
    this.#paste(parts.over, box, matrix);
  }
}

/**
 * The eye that a layer belongs to.
 * @param {string} name
 * @returns {"eye-left" | "eye-right" | null}
 */
function sideOf(name) {
  if (name.includes("-left")) return "eye-left";
  return name.includes("-right") ? "eye-right" : null;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Float32Array} lines
 */
function makeLines(gl, lines) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  // Half floats can be interpolated everywhere, full ones only with an extension.
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG16F, lines.length / 2, 1, 0, gl.RG, gl.FLOAT, lines);
  for (const edge of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
    gl.texParameteri(gl.TEXTURE_2D, edge, gl.CLAMP_TO_EDGE);
  }
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
  }
  return texture;
}
