// @ts-check
/** What a page gives a scene beside the story and its cast. Types alone. */

/**
 * What is played, and by what means.
 * @typedef {object} Rest
 * @property {((snapshot: any) => Promise<unknown> | null) | null} [save] null: nothing is kept
 * @property {boolean} [curtain] it begins when the person says so; without, at once
 * @property {string} [words] on the curtain
 * @property {string} [note] on the curtain, small
 * @property {((choice: string) => void) | null} [pick] the company votes: a choice is not taken here
 * @property {boolean} [follows] somebody else's play: its time is theirs
 * @property {string[]} [found] endings that were found before
 * @property {import("./cards.js").Way[]} [ways] more on the curtain
 */

export {};
