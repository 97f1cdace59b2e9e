// @ts-check
/** Dice: mulberry32. The twin of scenes/machine/chance.py. */

/**
 * The generator's next state, and 32 random bits.
 * @param {number} state
 * @returns {[number, number]}
 */
export function draw(state) {
  const next = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return [next, (mixed ^ (mixed >>> 14)) >>> 0];
}

/**
 * The generator's next state, and the sum of `count` dice.
 * @param {number} state
 * @param {number} count
 * @param {number} sides
 * @returns {[number, number]}
 */
export function roll(state, count, sides) {
  let total = count;
  for (let i = 0; i < count; i += 1) {
    const [next, bits] = draw(state);
    state = next;
    total += Math.floor((bits * sides) / 2 ** 32);
  }
  return [state, total];
}
