// @ts-check
/** What the page of a stream says and counts. No DOM. */
import { clock } from "./watch.js";

/**
 * Whole percentages that add up to 100, or all 0: what is lost by cutting goes to the
 * largest remainders, as `streams.programme.percentages` does it.
 * @param {number[]} votes
 * @returns {number[]}
 */
export function percentages(votes) {
  const total = votes.reduce((sum, vote) => sum + vote, 0);
  if (!total) return votes.map(() => 0);
  const shares = votes.map((vote) => Math.floor((vote * 100) / total));
  const lost = 100 - shares.reduce((sum, share) => sum + share, 0);
  const order = votes
    .map((vote, place) => ({ place, rest: (vote * 100) % total }))
    .sort((one, other) => other.rest - one.rest || one.place - other.place);
  for (const { place } of order.slice(0, lost)) shares[place] += 1;
  return shares;
}

/**
 * @param {number} seconds
 * @returns {string} `Begins in 3 days`, `Begins in 2 hours 5 minutes`, `Begins in 4:09`
 */
export function countdown(seconds) {
  if (seconds <= 0) return "It should begin any moment. This page goes on by itself.";
  if (seconds < 3600) return `Begins in ${clock(seconds)}.`;
  const hours = Math.floor(seconds / 3600);
  if (hours >= 48) return `Begins in ${Math.floor(hours / 24)} days.`;
  const minutes = Math.floor((seconds % 3600) / 60);
  return `Begins in ${count(hours, "hour")}${minutes ? ` ${count(minutes, "minute")}` : ""}.`;
}

/** @param {number} number @param {string} word */
function count(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/**
 * Why a socket or a request said no, whatever it looks like.
 * @param {any} error
 * @returns {{code: string, detail: string}}
 */
export function refusal(error) {
  const { code, detail } = error?.data ?? error ?? {};
  return {
    code: code ?? "lost",
    detail: detail ?? "This did not reach us. Try again in a moment.",
  };
}

/** Why one is sent out while one watches, by the socket's close code. */
const CLOSED = /** @type {Record<number, [string, string]>} */ ({
  4401: ["You are signed out", "Sign in and reload this page to come back."],
  4404: ["This show is not open any more", "Its host or a moderator has closed the doors. You did nothing wrong."],
  4426: ["This page is too old", "The house was brought up to date. Reload the page."],
});

/**
 * @param {number} code
 * @returns {{title: string, text: string} | null} null: it comes back by itself
 */
export function closing(code) {
  const found = CLOSED[code];
  return found ? { title: found[0], text: found[1] } : null;
}

const ENGINES = /** @type {Record<string, string>} */ ({
  endpoint: "A language model at an endpoint words their lines.",
  local: "The language model on this machine words their lines.",
  authored: "They say what was written for them.",
});

/**
 * @param {{engine?: string, note?: string} | null | undefined} direction
 * @returns {string} empty: nobody words anything now
 */
export function worded(direction) {
  if (!direction?.engine) return "";
  const words = ENGINES[direction.engine] ?? `${direction.engine} words their lines.`;
  return direction.note ? `${words} ${direction.note}` : words;
}
