// @ts-check
/** Triangles over a picture, and the lines they hang between. */

/** @import { Grids, Lattice } from "./grids.js" */
/** @import { Point } from "./rig.js" */

/** @typedef {{array: WebGLVertexArrayObject, count: number, free: () => void}} Mesh */

/**
 * Triangles between lines. Each vertex knows its place at rest (location 0), and its
 * depth and how much of the head's turn it follows (location 1).
 * @param {WebGL2RenderingContext} gl
 * @param {number[]} xs
 * @param {number[]} ys
 * @param {Grids | null} grids
 * @returns {Mesh}
 */
export function makeMesh(gl, xs, ys, grids) {
  const vertices = new Float32Array(xs.length * ys.length * 4);
  let n = 0;
  for (const y of ys) {
    for (const x of xs) {
      const [depth, follow] = grids ? grids.headAt([x, y]) : [0, 0];
      vertices.set([x, y, depth, follow], n);
      n += 4;
    }
  }
  const cells = new Uint32Array((xs.length - 1) * (ys.length - 1) * 6);
  n = 0;
  for (let j = 0; j + 1 < ys.length; j++) {
    for (let i = 0; i + 1 < xs.length; i++) {
      const a = j * xs.length + i;
      const b = a + xs.length;
      cells.set([a, a + 1, b, a + 1, b + 1, b], n);
      n += 6;
    }
  }
  const array = gl.createVertexArray();
  const [points, order] = [gl.createBuffer(), gl.createBuffer()];
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, points);
  gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.STATIC_DRAW);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order);
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, cells, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 16, 0);
  gl.enableVertexAttribArray(1);
  gl.vertexAttribPointer(1, 2, gl.FLOAT, false, 16, 8);
  gl.bindVertexArray(null);
  return {
    array,
    count: cells.length,
    free() {
      gl.deleteBuffer(points);
      gl.deleteBuffer(order);
      gl.deleteVertexArray(array);
    },
  };
}

/**
 * Where the nodes of a lattice lie along an axis.
 * @param {Lattice} at
 * @param {"x" | "y"} axis
 */
export function nodes(at, axis) {
  const [start, size, count] =
    axis === "x" ? [at.x, at.width, at.columns] : [at.y, at.height, at.rows];
  return Array.from({ length: count }, (_, i) => start + (size * i) / (count - 1));
}

/**
 * All of `first`, and those of `more` that are further than `apart` from any of them.
 * @param {number[]} first
 * @param {number[]} more
 * @param {number} apart
 */
export function lines(first, more, apart) {
  const far = more.filter((v) => first.every((u) => Math.abs(u - v) > apart));
  return [...first, ...far].sort((a, b) => a - b);
}

/**
 * A texture for where the nodes of a lattice go.
 * @param {WebGL2RenderingContext} gl
 * @param {Lattice} at
 */
export function makeMoves(gl, at) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RG32F, at.columns, at.rows);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  }
  return texture;
}
