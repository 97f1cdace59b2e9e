// @ts-check
/** What is behind a person: the background, grown inwards over them from their edge. */

/** Longest side of the plate. Only a narrow band of it is ever seen. */
const SIDE = 384;

/**
 * Colours of the background everywhere; alpha says where the person stands, so that the
 * sharp picture is used elsewhere.
 * @param {ImageBitmap} picture
 * @param {ImageBitmap} matte
 * @returns {HTMLCanvasElement}
 */
export function makePlate(picture, matte) {
  const scale = SIDE / Math.max(picture.width, picture.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const { width, height } = canvas;
  const context = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  );
  context.drawImage(matte, 0, 0, width, height);
  const person = context.getImageData(0, 0, width, height).data;
  context.drawImage(picture, 0, 0, width, height);
  const image = context.getImageData(0, 0, width, height);
  const known = background(person, width, height, Math.ceil(0.006 * SIDE));
  const filled = grow(image.data, known, width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = filled[3 * i + c];
    image.data[4 * i + 3] = known[i] ? 0 : 255;
  }
  context.clearRect(0, 0, width, height);
  context.putImageData(image, 0, 0);
  return canvas;
}

/**
 * 1 where no person is within `reach` pixels.
 * @param {Uint8ClampedArray} person RGBA of the matte
 * @param {number} width
 * @param {number} height
 * @param {number} reach
 */
export function background(person, width, height, reach) {
  const known = new Uint8Array(width * height).fill(1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (person[4 * (y * width + x)] <= 20) continue;
      const [y0, y1] = [Math.max(0, y - reach), Math.min(height - 1, y + reach)];
      const [x0, x1] = [Math.max(0, x - reach), Math.min(width - 1, x + reach)];
      for (let v = y0; v <= y1; v++) known.fill(0, v * width + x0, v * width + x1 + 1);
    }
  }
  return known;
}

/**
 * Unknown pixels filled from the known ones around them: averages down a pyramid, then
 * back up, each level filling what the finer one lacks.
 * @param {ArrayLike<number>} rgba
 * @param {ArrayLike<number>} known
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array} three values a pixel
 */
export function grow(rgba, known, width, height) {
  const colour = new Float32Array(width * height * 3);
  const weight = new Float32Array(width * height);
  for (let i = 0; i < width * height; i++) {
    weight[i] = known[i] ? 1 : 0;
    for (let c = 0; c < 3; c++) colour[3 * i + c] = known[i] ? rgba[4 * i + c] : 0;
  }
  return filled(colour, weight, width, height);
}

/**
 * @param {Float32Array} colour weighted
 * @param {Float32Array} weight
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array}
 */
function filled(colour, weight, width, height) {
  const out = new Float32Array(colour.length);
  const small = Math.max(width, height) > 1;
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  /** @type {Float32Array | null} */
  let coarse = null;
  if (small) {
    const [c2, w2] = [new Float32Array(w * h * 3), new Float32Array(w * h)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = y * width + x;
        const to = (y >> 1) * w + (x >> 1);
        w2[to] += weight[from] / 4;
        for (let c = 0; c < 3; c++) c2[3 * to + c] += colour[3 * from + c] / 4;
      }
    }
    coarse = filled(c2, w2, w, h);
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const own = Math.min(weight[i], 1);
      for (let c = 0; c < 3; c++) {
        const mine = weight[i] > 1e-4 ? colour[3 * i + c] / weight[i] : 0;
        const guess = coarse && own < 1 ? smoothly(coarse, w, h, x / 2 - 0.25, y / 2 - 0.25, c) : mine;
        out[3 * i + c] = guess * (1 - own) + mine * own;
      }
    }
  }
  return out;
}

/**
 * @param {Float32Array} rgb
 * @param {number} width
 * @param {number} height
 * @param {number} x
 * @param {number} y
 * @param {number} c
 */
function smoothly(rgb, width, height, x, y, c) {
  const u = Math.min(Math.max(x, 0), width - 1);
  const v = Math.min(Math.max(y, 0), height - 1);
  const [i, j] = [Math.floor(u), Math.floor(v)];
  const [i1, j1] = [Math.min(i + 1, width - 1), Math.min(j + 1, height - 1)];
  const at = (/** @type {number} */ a, /** @type {number} */ b) => rgb[3 * (b * width + a) + c];
  const top = at(i, j) * (1 - u + i) + at(i1, j) * (u - i);
  const bottom = at(i, j1) * (1 - u + i) + at(i1, j1) * (u - i);
  return top * (1 - v + j) + bottom * (v - j);
}
