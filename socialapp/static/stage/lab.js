// @ts-check
/** How far apart two colours look. */

/** The light of each byte of an sRGB colour. */
const LINEAR = Float64Array.from({ length: 256 }, (_, v) =>
  v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4,
);

/**
 * CIE Lab of an sRGB colour, D65.
 * @param {number} r 0 to 255
 * @param {number} g
 * @param {number} b
 * @returns {[number, number, number]}
 */
export function lab(r, g, b) {
  const [u, v, w] = [LINEAR[Math.round(r)], LINEAR[Math.round(g)], LINEAR[Math.round(b)]];
  const x = root((0.412453 * u + 0.35758 * v + 0.180423 * w) / 0.950456);
  const y = root(0.212671 * u + 0.71516 * v + 0.072169 * w);
  const z = root((0.019334 * u + 0.119193 * v + 0.950227 * w) / 1.088754);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** @param {number} t */
function root(t) {
  return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
}
