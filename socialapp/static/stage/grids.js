// @ts-check
/**
 * The displacement grids of a rig: their format, the weights that drive them, and the
 * head's pose. ``docs/rig.md`` describes all three; the server reads the same bytes in
 * ``avatarfx/animators/warp``. Lengths are in units of the portrait's width.
 */

/** @import { Face } from "./performance.js" */
/** @import { Point } from "./rig.js" */

/**
 * Nodes over a rectangle.
 * @typedef {{x: number, y: number, width: number, height: number, columns: number, rows: number}} Lattice
 */

/** @typedef {"upper" | "lower"} LayerName */

/**
 * The head's turn: x' and y' from x, y and depth about the pivot, and a shift.
 * @typedef {{x: [number, number, number], y: [number, number, number], shift: Point}} Lean
 */

/** The blob is not a grids file of a version that can be read. */
export class GridsError extends Error {}

/**
 * Half-precision values as floats.
 * @param {Uint16Array} halves
 * @returns {Float32Array}
 */
export function floats(halves) {
  return Float32Array.from(halves, (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/**
 * @param {any} data
 * @returns {Lattice}
 */
function lattice(data) {
  const [x, y, width, height] = data.box;
  const [columns, rows] = data.size;
  const fine = (/** @type {number} */ n) => Number.isInteger(n) && n >= 2 && n <= 512;
  if (!(fine(columns) && fine(rows) && width > 0 && height > 0)) {
    throw new GridsError("A lattice needs 2 to 512 nodes a side over an area");
  }
  return { x, y, width, height, columns, rows };
}

export class Grids {
  /** @type {Map<LayerName, Map<string, Float32Array>>} by layer and name, dx and dy in turn */
  #fields = new Map();

  /**
   * @param {ArrayBuffer} blob
   * @param {boolean} [flat] with a drawn mouth
   */
  constructor(blob, flat = false) {
    this.flat = flat;
    const bytes = new Uint8Array(blob);
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== "FXG1") {
      throw new GridsError("Not a grids file");
    }
    const length = new DataView(blob).getUint32(4, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    if (header.version !== 1) throw new GridsError(`Unknown version ${header.version}`);
    const halves = new Uint16Array(blob.slice(8 + length));
    const cut = (/** @type {number} */ at, /** @type {number} */ size) => {
      if (!(at >= 0 && at + size <= halves.length)) throw new GridsError("The file is cut short");
      return floats(halves.subarray(at, at + size));
    };
    /** @type {number} */
    this.unit = header.unit;
    /** @type {number} */
    this.faceWidth = header.face_width;
    /** @type {Point} */
    this.axis = header.axis;
    /** @type {Point} */
    this.pivot = header.pivot;
    this.face = lattice(header.face);
    this.head = lattice(header.head);
    for (const { name, layer, at } of header.fields) {
      const own = this.#fields.get(layer) ?? new Map();
      own.set(name, cut(at, this.face.rows * this.face.columns * 2));
      this.#fields.set(layer, own);
    }
    const size = this.head.rows * this.head.columns;
    this.depth = cut(header.depth, size);
    this.follow = cut(header.follow, size);
    /** @type {{upper: Point[], lower: Point[]}} */
    this.lips = header.lips;
    /** @type {[number, number, number, number]} */
    this.zone = header.zone;
    /** @type {Record<"left" | "right", {upper: Point[], lower: Point[]}>} */
    this.lids = header.lids;
    /** @type {{centre: Point, half_width: number, teeth: number}} */
    this.mouth = header.mouth;
  }

  /** A place for what `sum` makes. */
  makeSum() {
    return new Float32Array(this.face.rows * this.face.columns * 2);
  }

  /**
   * The displacement of one layer at every node of the face lattice, in units of the
   * portrait's width.
   * @param {LayerName} layer
   * @param {Face} face
   * @param {Float32Array} out
   */
  sum(layer, face, out) {
    const weights = weightsOf(face, this.flat);
    const upper = this.#fields.get("upper") ?? new Map();
    const lower = this.#fields.get("lower") ?? new Map();
    out.fill(0);
    const add = (/** @type {Float32Array | undefined} */ field, /** @type {number} */ weight) => {
      if (!field || Math.abs(weight) < 1e-5) return;
      const w = weight * this.unit;
      for (let i = 0; i < out.length; i++) out[i] += w * field[i];
    };
    for (const [name, field] of upper) {
      add(layer === "lower" ? (lower.get(name) ?? field) : field, weights[name] ?? 0);
    }
    return out;
  }

  /**
   * The displacements of a layer, dx and dy in turn, in multiples of `unit`.
   * @param {LayerName} layer
   */
  fieldsOf(layer) {
    return [...(this.#fields.get(layer) ?? new Map()).values()];
  }

  /**
   * How deep a point is (units of the width, positive towards the viewer) and how much
   * it follows the head.
   * @param {Point} p
   * @returns {[number, number]}
   */
  headAt(p) {
    return [
      this.unit * bilinear(this.depth, this.head, p, 1, 0),
      bilinear(this.follow, this.head, p, 1, 0),
    ];
  }

  /**
   * Where a point of the picture is drawn.
   * @param {Point} p
   * @param {Float32Array | null} summed of its layer; null: a point of the skull
   * @param {Lean} lean
   * @returns {Point}
   */
  moved(p, summed, lean) {
    const q = summed
      ? [
          p[0] + bilinear(summed, this.face, p, 2, 0),
          p[1] + bilinear(summed, this.face, p, 2, 1),
        ]
      : p;
    const [depth, follow] = this.headAt(p);
    const x = q[0] - this.pivot[0];
    const y = q[1] - this.pivot[1];
    const turn = (/** @type {[number, number, number]} */ [a, b, c]) => a * x + b * y + c * depth;
    return [
      q[0] + follow * (turn(lean.x) + lean.shift[0] - x),
      q[1] + follow * (turn(lean.y) + lean.shift[1] - y),
    ];
  }

  /**
   * @param {Face} face
   * @returns {Lean}
   */
  lean(face) {
    const [a, b, c] = [face.yaw, face.pitch, face.roll].map((v) => (v * Math.PI) / 180);
    const x1 = [Math.cos(a), 0, Math.sin(a)];
    const z1 = [-Math.sin(a), 0, Math.cos(a)];
    const y1 = [0, 1, 2].map((i) => (i === 1 ? Math.cos(b) : 0) - Math.sin(b) * z1[i]);
    const row = (/** @type {number} */ u, /** @type {number} */ v) =>
      /** @type {[number, number, number]} */ ([0, 1, 2].map((i) => u * x1[i] + v * y1[i]));
    return {
      x: row(Math.cos(c), -Math.sin(c)),
      y: row(Math.sin(c), Math.cos(c)),
      shift: [face.x * this.faceWidth, face.y * this.faceWidth],
    };
  }
}

/**
 * A grid between its nodes; 0 outside.
 * @param {Float32Array} grid
 * @param {Lattice} at
 * @param {Point} p
 * @param {number} size values a node
 * @param {number} which of them
 */
function bilinear(grid, at, p, size, which) {
  const x = ((p[0] - at.x) / at.width) * (at.columns - 1);
  const y = ((p[1] - at.y) / at.height) * (at.rows - 1);
  if (!(x >= 0 && y >= 0 && x <= at.columns - 1 && y <= at.rows - 1)) return 0;
  const i = Math.min(Math.floor(x), at.columns - 2);
  const j = Math.min(Math.floor(y), at.rows - 2);
  const [fx, fy] = [x - i, y - j];
  const value = (/** @type {number} */ u, /** @type {number} */ v) =>
    grid[((j + v) * at.columns + i + u) * size + which];
  const top = value(0, 0) * (1 - fx) + value(1, 0) * fx;
  const bottom = value(0, 1) * (1 - fx) + value(1, 1) * fx;
  return top * (1 - fy) + bottom * fy;
}

/** How much of the jaw's motion a face with a drawn mouth takes. */
const FLAT_JAW = 0.35;

/**
 * The weight of every field for one face, lids apart.
 * @param {Face} f
 * @param {boolean} [flat] with a drawn mouth: the picture's own does not move
 * @returns {Record<string, number>}
 */
export function weightsOf(f, flat = false) {
  const free = 1 - f.mouth_press;
  const jaw = f.jaw_open * free * (1 - 0.7 * f.lip_bite);
  const mouth = {
    rest: 1,
    jaw_open: jaw,
    mouth_wide: f.mouth_wide,
    mouth_round: f.mouth_round,
    mouth_press: f.mouth_press,
    lip_bite: f.lip_bite * free,
    smile_up: Math.max(f.smile, 0),
    smile_down: Math.max(-f.smile, 0),
  };
  return {
    ...(flat ? { jaw_open: FLAT_JAW * jaw } : mouth),
    brow_up: Math.max(f.brow_raise, 0),
    brow_down: Math.max(-f.brow_raise, 0),
    knit_in: Math.max(f.brow_knit, 0),
    knit_up: Math.max(-f.brow_knit, 0),
    cheek: f.cheek,
    nose_wrinkle: f.nose_wrinkle,
    wide_left: Math.max(-f.lid_left, 0),
    wide_right: Math.max(-f.lid_right, 0),
    gaze_x: f.gaze_x,
    gaze_y: f.gaze_y,
  };
}

/**
 * @param {"lid_left" | "lid_right"} layer
 * @param {Face} face
 */
export function lidWeight(layer, face) {
  return Math.min(1, Math.max(0, face[layer]));
}

/** Points of a curve as it is drawn. */
export const CURVE = 25;

/**
 * The same curve with more points, evenly along it, by Catmull-Rom.
 * @param {Point[]} curve
 * @returns {Point[]}
 */
export function refined(curve) {
  const last = curve.length - 1;
  const end = (/** @type {Point} */ p, /** @type {Point} */ q) =>
    /** @type {Point} */ ([2 * p[0] - q[0], 2 * p[1] - q[1]]);
  const padded = [end(curve[0], curve[1]), ...curve, end(curve[last], curve[last - 1])];
  return Array.from({ length: CURVE }, (_, n) => {
    const s = (n * last) / (CURVE - 1);
    const i = Math.min(Math.floor(s), last - 1);
    const f = s - i;
    const [a, b, c, d] = padded.slice(i, i + 4);
    const at = (/** @type {0 | 1} */ k) =>
      0.5 *
      (2 * b[k] +
        (c[k] - a[k]) * f +
        (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * f ** 2 +
        (3 * b[k] - a[k] - 3 * c[k] + d[k]) * f ** 3);
    return /** @type {Point} */ ([at(0), at(1)]);
  });
}
