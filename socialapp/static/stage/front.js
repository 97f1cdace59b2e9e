// @ts-check
/** A part of a picture that is drawn once more, over what was painted on it. */

import { makeMesh, nodes } from "./mesh.js";

/** @import { Grids } from "./grids.js" */
/** @import { Point } from "./rig.js" */

/** Hair over an eye or a mouth: what its mask shows moves with the whole. */
export class Front {
  /**
   * @param {WebGL2RenderingContext} gl
   * @param {Grids} grids
   * @param {{mask: Float32Array, columns: number, rows: number, place: (p: Point) => Point}} what
   *   `mask` 0 to 1; `place`: units of the portrait's width from columns and rows
   */
  constructor(gl, grids, { mask, columns, rows, place }) {
    this.gl = gl;
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    const bytes = Uint8Array.from(mask, (v) => Math.round(255 * v));
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, columns, rows, 0, gl.RED, gl.UNSIGNED_BYTE, bytes);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    }
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    }
    // Rows of the way back: from the portrait to the mask, 0 to 1 each.
    const [o, x, y] = [place([0, 0]), place([1, 0]), place([0, 1])];
    const [a, b, c, d] = [x[0] - o[0], y[0] - o[0], x[1] - o[1], y[1] - o[1]];
    const by = 1 / (a * d - b * c);
    const row = (/** @type {number} */ u, /** @type {number} */ v, /** @type {number} */ count) =>
      /** @type {[number, number, number]} */ ([u / count, v / count, (0.5 - u * o[0] - v * o[1]) / count]);
    this.across = row(d * by, -b * by, columns);
    this.down = row(-c * by, a * by, rows);
    const corners = [[0, 0], [columns, 0], [0, rows], [columns, rows]].map((p) => place(/** @type {Point} */ (p)));
    const span = (/** @type {"x" | "y"} */ axis) => {
      const along = corners.map((p) => p[axis === "x" ? 0 : 1]);
      const [low, high] = [Math.min(...along), Math.max(...along)];
      return [low, ...nodes(grids.face, axis).filter((v) => v > low && v < high), high];
    };
    this.mesh = makeMesh(gl, span("x"), span("y"), grids);
  }

  free() {
    this.gl.deleteTexture(this.texture);
    this.mesh.free();
  }
}
