// @ts-check
/**
 * Draws a photographed or painted face from its displacement grids: the browser's twin
 * of ``avatarfx/animators/warp``. Meshes carry the picture from where it is at rest to
 * where it goes; what the server finds by inverting the motion, the rasteriser does here.
 */

import { Cavity } from "./cavity.js";
import { colour, makeProgram, makeTexture, uniformsOf } from "./gl.js";
import { DrawnMouth, makeQuad } from "./drawn-mouth.js";
import { bytes, featuresOf, skullOf } from "./features.js";
import { Grids, lidWeight, refined } from "./grids.js";
import { LidPaint } from "./lid-paint.js";
import { lines, makeMesh, makeMoves, nodes } from "./mesh.js";
import { makePlate } from "./plate.js";
import { sharesOf } from "./shade.js";
import { coverMouth, onCanvas } from "./skin.js";
import { FRAGMENT, PLATE, PLATE_VERTEX, VERTEX } from "./warp-shaders.js";

/** @import { Face } from "./performance.js" */
/** @import { Loaded, Point, Rig } from "./rig.js" */
/** @import { View } from "./framing.js" */
/** @import { Standing } from "./puppets.js" */
/** @import { Matrix } from "./layers-motion.js" */
/** @import { Lean } from "./grids.js" */
/** @import { Mesh } from "./mesh.js" */
/** @import { Lid } from "./features.js" */
/** @import { Front } from "./front.js" */

/** Canvas pixels over which a picture that does not fill the stage melts away. */
const FEATHER = 40;
/** A lid less closed than this is not drawn over its eye. */
const LID_SKIPPED = 0.02;

/** @typedef {{x: number, y: number, width: number, height: number}} Zone */

/** Sizes of a drawn mouth, as in ``mouths`` and ``warp/drawn.py`` of the server. */
const MOUTH = { span: 1.6, height: 0.8, line: [0.5, 0.34], least: 0.34, most: 0.62, corner: 0.05 };

export class WarpPuppet {
  /** @type {WebGLTexture[]} */ #textures = [];

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {Loaded} loaded
   * @param {Standing} [standing]
   */
  constructor(gl, { rig, portrait, pictures, grids, mouths }, standing = "alone") {
    if (!portrait) throw new Error("This rig has no picture");
    this.gl = gl;
    this.rig = rig;
    this.ratio = rig.height / rig.width;
    const matte = pictures.get(rig.matte);
    this.standing = standing;
    this.opaque = standing !== "cut-out";
    const make = (/** @type {string} */ vertex, /** @type {string} */ fragment) => {
      const program = makeProgram(gl, vertex, fragment);
      return { program, at: uniformsOf(gl, program) };
    };
    this.warp = make(VERTEX, FRAGMENT);
    this.behind = make(PLATE_VERTEX, PLATE);
    this.grids = grids ? new Grids(grids, rig.style === "flat") : null;
    const picture = this.grids && rig.mouth_drawn ? this.#prepared(portrait, this.grids) : portrait;
    this.picture = this.#keep(makeTexture(gl, picture));
    this.matte = matte ? this.#keep(makeTexture(gl, matte)) : null;
    const plate = matte && this.opaque ? makePlate(portrait, matte) : null;
    this.plate = plate && this.#keep(makeTexture(gl, plate, { mipmaps: false }));
    this.quad = makeQuad(gl);
    this.still = this.grids ? null : makeMesh(gl, [0, 1], [0, this.ratio], null);
    if (this.grids) this.#build(this.grids, onCanvas(portrait));
    /** @type {DrawnMouth | null} */
    this.drawn = Object.keys(mouths).length ? new DrawnMouth(gl, mouths) : null;
  }

  /**
   * The picture as it is drawn from: without its own mouth, where one is drawn instead.
   * @param {ImageBitmap} portrait
   * @param {Grids} grids
   */
  #prepared(portrait, grids) {
    if (this.rig.style !== "flat") return portrait;
    const canvas = onCanvas(portrait);
    const lips = [...grids.lips.upper, ...grids.lips.lower];
    const plain = bytes(this.rig.palette.skin);
    coverMouth(canvas, lips.map((p) => pixels(p, portrait)), grids.unit * portrait.width, plain);
    return canvas;
  }

  /**
   * @param {Grids} grids
   * @param {HTMLCanvasElement} portrait
   */
  #build(grids, portrait) {
    const { gl, rig } = this;
    const { face, head } = grids;
    /** @param {"x" | "y"} axis @param {number} end @param {number} step */
    const own = (axis, end, step) => {
      const within = (/** @type {number} */ v) => v > 0 && v < end;
      return lines([0, ...nodes(face, axis).filter(within), end], nodes(head, axis).filter(within), step / 4);
    };
    const xs = own("x", 1, face.width / face.columns);
    const ys = own("y", this.ratio, face.height / face.rows);
    this.whole = makeMesh(gl, xs, ys, grids);
    this.sums = { upper: grids.makeSum(), lower: grids.makeSum() };
    this.moves = this.#keep(makeMoves(gl, face));
    this.upperLip = refined(grids.lips.upper);
    this.lowerLip = refined(grids.lips.lower);
    const [x, y, width, height] = grids.zone;
    this.zone = { x, y, width, height };
    this.lower = makeMesh(gl, this.#within("x", grids), this.#within("y", grids), grids);
    this.curve = new Float32Array(this.lowerLip.flat());
    this.features = featuresOf(gl, rig, grids, portrait);
    if (this.features.light) this.#keep(this.features.light);
    const { lip } = this.features;
    this.lip = lip && this.#keep(makeTexture(gl, lip));
    const { teeth } = grids.mouth;
    const [ax, ay] = grids.axis;
    this.lidPaint = new LidPaint(gl, { flat: rig.style === "flat", down: [-ay, ax] });
    this.skull = skullOf(grids);
    this.cavity = new Cavity(gl, {
      deep: colour(rig.palette.mouth, [0.227, 0.071, 0.078]),
      tooth: colour(rig.palette.teeth, [0.91, 0.867, 0.796]),
      tongue: colour(rig.palette.tongue, [0.659, 0.282, 0.29]),
      gaps: rig.style === "photo" ? 0.1 : 0.05,
      unit: grids.unit,
      teeth,
      down: [-ay, ax],
    });
  }

  /**
   * @param {Face} face
   * @param {View} view
   * @param {number} width
   */
  draw(face, view, width) {
    const { gl } = this;
    const feather = this.#feather(view, width);
    if (this.opaque) this.#drawBehind(view, feather);
    const { grids, whole, sums } = this;
    const { program, at } = this.warp;
    gl.useProgram(program);
    gl.uniform4f(at.view, view.x, view.y, view.width, view.height);
    gl.uniform1f(at.ratio, this.ratio);
    gl.uniform1f(at.soft, (1.2 * Math.abs(view.width)) / width);
    gl.uniform1i(at.melts, Number(this.standing === "framed"));
    gl.uniform4f(at.feather, ...feather);
    this.#bind(at.picture, 1, this.picture);
    this.#bind(at.matte, 2, this.matte ?? this.picture);
    gl.uniform1i(at.masked, Number(this.matte !== null));
    if (!grids || !whole || !sums) return this.#drawStill();
    const lean = grids.lean(face);
    gl.uniform4f(at.face, grids.face.x, grids.face.y, grids.face.width, grids.face.height);
    gl.uniform3f(at.leanX, ...lean.x);
    gl.uniform3f(at.leanY, ...lean.y);
    gl.uniform2f(at.shift, ...lean.shift);
    gl.uniform2f(at.pivot, ...grids.pivot);
    this.#move(grids.sum("upper", face, sums.upper));
    const { lids = [], moustache = null, light = null } = this.features ?? {};
    const [smiling, open] = sharesOf(face);
    this.#bind(at.light, 3, light ?? this.picture);
    this.#bind(at.mask, 4, this.picture);
    gl.uniform1i(at.kind, 0);
    gl.uniform2f(at.shade, light ? smiling : 0, light ? open : 0);
    this.#drawMesh(whole);
    for (const lid of lids) this.#drawLid(lid, face, lean, view, width);
    // Nobody paints a mouth, or cuts one open, where none can be seen.
    if (!this.rig.mouth_drawn) return;
    const skull = this.skull?.map((p) => grids.moved(p, null, lean)) ?? [];
    if (this.rig.style === "flat") return this.#drawMouth(face, skull, view);
    const upper = this.upperLip?.map((p) => grids.moved(p, sums.upper, lean)) ?? [];
    grids.sum("lower", face, sums.lower);
    const lower = this.lowerLip?.map((p) => grids.moved(p, sums.lower, lean)) ?? [];
    this.cavity?.paint({ upper, lower, skull, tongue: face.tongue }, view, width);
    this.#drawLower(sums.lower);
    if (moustache) this.#drawFront(moustache);
  }

  free() {
    const { gl } = this;
    for (const texture of this.#textures) gl.deleteTexture(texture);
    gl.deleteProgram(this.warp.program);
    gl.deleteProgram(this.behind.program);
    this.cavity?.free();
    this.lidPaint?.free();
    this.drawn?.free();
    const { lids = [], moustache = null } = this.features ?? {};
    for (const front of [moustache, ...lids.map((lid) => lid.front)]) front?.free();
    for (const mesh of [this.quad, this.still, this.whole, this.lower]) mesh?.free();
    this.#textures = [];
  }

  /** @param {WebGLTexture} texture */
  #keep(texture) {
    this.#textures.push(texture);
    return texture;
  }

  /**
   * How wide the picture's edges melt into its surround: left, top, right, bottom; 0
   * where the view does not reach beyond it.
   * @param {View} view
   * @param {number} width
   * @returns {[number, number, number, number]}
   */
  #feather(view, width) {
    if (!this.opaque) return [0, 0, 0, 0];
    const across = Math.abs(view.width);
    const left = Math.min(view.x, view.x + view.width);
    const wide = (FEATHER * across) / Math.max(width, 512);
    const beyond = (/** @type {number} */ by) => (by > 1e-3 ? wide : 0);
    return [
      beyond(-left),
      beyond(-view.y),
      beyond(left + across - 1),
      beyond(view.y + view.height - this.ratio),
    ];
  }

  /**
   * @param {View} view
   * @param {[number, number, number, number]} feather
   */
  #drawBehind(view, feather) {
    const { gl } = this;
    const { program, at } = this.behind;
    gl.useProgram(program);
    gl.uniform4f(at.view, view.x, view.y, view.width, view.height);
    gl.uniform1f(at.ratio, this.ratio);
    gl.uniform1i(at.filled, Number(this.plate !== null));
    gl.uniform1i(at.melts, Number(this.standing === "framed"));
    gl.uniform4f(at.feather, ...feather);
    gl.uniform1f(at.blurred, Math.log2(this.rig.width / 12));
    this.#bind(at.picture, 1, this.picture);
    this.#bind(at.plate, 2, this.plate ?? this.picture);
    gl.bindVertexArray(this.quad.array);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /**
   * @param {Lid} lid
   * @param {Face} face
   * @param {Lean} lean
   * @param {View} view
   * @param {number} width
   */
  #drawLid({ layer, line, lower, above, eye, width: wide, front }, face, lean, view, width) {
    const { gl, grids, sums } = this;
    const closed = lidWeight(layer, face);
    if (!grids || !sums || closed <= LID_SKIPPED) return;
    const [rest, end] = [line, lower].map((curve) => curve.map((p) => grids.moved(p, sums.upper, lean)));
    const top = rest.map(([x, y], i) => /** @type {Point} */ ([x + above[i][0], y + above[i][1]]));
    const edge = rest.map(
      ([x, y], i) => /** @type {Point} */ ([x + closed * (end[i][0] - x), y + closed * (end[i][1] - y)]),
    );
    gl.bindVertexArray(this.quad.array);
    this.lidPaint?.paint({ top, edge, width: wide, closed }, eye, view, width);
    if (front) this.#drawFront(front);
  }

  /**
   * One of the nine drawn mouths, where the skull says.
   * @param {Face} face
   * @param {Point[]} skull left corner, middle, right corner
   * @param {View} view
   */
  #drawMouth(face, skull, view) {
    if (!this.drawn || !this.grids) return;
    const { unit, mouth } = this.grids;
    const reach = [skull[2][0] - skull[0][0], skull[2][1] - skull[0][1]];
    const long = Math.max(Math.hypot(...reach), 1e-6);
    const [ax, ay] = [reach[0] / long, reach[1] / long];
    const wide = MOUTH.span * Math.min(Math.max(2 * mouth.half_width, MOUTH.least * unit), MOUTH.most * unit);
    const tall = wide * MOUTH.height;
    const [u, v] = [MOUTH.line[0] * wide, MOUTH.line[1] * tall];
    /** @type {Matrix} */
    const matrix = [
      ax, -ay, skull[1][0] - ax * u + ay * v,
      ay, ax, skull[1][1] - ay * u - ax * v,
    ];
    this.gl.bindVertexArray(this.quad.array);
    this.drawn.draw(face, [0, 0, wide, tall], matrix, MOUTH.corner * unit, view);
  }

  /** A picture without a face: nothing in it moves. */
  #drawStill() {
    const { gl } = this;
    const { at } = this.warp;
    gl.uniform4f(at.face, 2, 2, 1, 1);
    gl.uniform3f(at.leanX, 1, 0, 0);
    gl.uniform3f(at.leanY, 0, 1, 0);
    gl.uniform1i(at.kind, 0);
    this.#bind(at.moves, 0, this.picture);
    this.#bind(at.light, 3, this.picture);
    this.#bind(at.mask, 4, this.picture);
    if (this.still) this.#drawMesh(this.still);
  }

  /** @param {Float32Array} summed */
  #move(summed) {
    const { gl } = this;
    if (!this.moves || !this.grids) return;
    const { columns, rows } = this.grids.face;
    this.#bind(this.warp.at.moves, 0, this.moves);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, columns, rows, gl.RG, gl.FLOAT, summed);
  }

  /** The lower lip and the chin. @param {Float32Array} summed */
  #drawLower(summed) {
    const { gl, zone } = this;
    const { program, at } = this.warp;
    if (!this.lower || !zone || !this.curve) return;
    gl.useProgram(program);
    this.#move(summed);
    this.#bind(at.picture, 1, this.lip ?? this.picture);
    this.#bind(at.matte, 2, this.matte ?? this.picture);
    gl.uniform1i(at.kind, 1);
    gl.uniform4f(at.zone, zone.x, zone.y, zone.width, zone.height);
    gl.uniform2fv(at.curve, this.curve);
    this.#drawMesh(this.lower);
  }

  /** @param {Front} front */
  #drawFront({ mesh, texture, across, down }) {
    const { gl, sums } = this;
    const { program, at } = this.warp;
    if (!sums) return;
    gl.useProgram(program);
    this.#move(sums.upper);
    this.#bind(at.picture, 1, this.picture);
    this.#bind(at.matte, 2, this.matte ?? this.picture);
    this.#bind(at.mask, 4, texture);
    gl.uniform1i(at.kind, 2);
    gl.uniform3f(at.maskAcross, ...across);
    gl.uniform3f(at.maskDown, ...down);
    this.#drawMesh(mesh);
  }

  /** @param {Mesh} mesh */
  #drawMesh(mesh) {
    const { gl } = this;
    gl.bindVertexArray(mesh.array);
    gl.drawElements(gl.TRIANGLES, mesh.count, gl.UNSIGNED_INT, 0);
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
   * Where the lower lip's mesh has its lines.
   * @param {"x" | "y"} axis
   * @param {Grids} grids
   */
  #within(axis, grids) {
    const [x, y, width, height] = grids.zone;
    const [start, size] = axis === "x" ? [x, width] : [y, height];
    const inner = nodes(grids.face, axis).filter((v) => v > start && v < start + size);
    return [start, ...inner, start + size];
  }
}

/**
 * @param {Point} p portrait units
 * @param {{width: number}} picture
 * @returns {Point}
 */
function pixels([x, y], { width }) {
  return [x * width, y * width];
}
