// @ts-check
/** How a wait is put into words. No DOM. */

/**
 * What socket and page say of a clip; see `avatarfx.selectors.progress_of`.
 * @typedef {object} Progress
 * @property {string} key
 * @property {string} title
 * @property {string} state
 * @property {string} state_label
 * @property {string} stage
 * @property {string} stage_label
 * @property {{ name: string, label: string, state: "done" | "now" | "todo" }[]} steps
 * @property {number} percent
 * @property {number | null} place
 * @property {number | null} eta_seconds
 * @property {string} [eta_words] the same in words, as a range where it is unsure
 * @property {string} detail
 * @property {string} error
 * @property {string} rung
 * @property {string} rung_label
 * @property {string} rung_reason
 * @property {number | null} seconds
 * @property {Early | null} live
 * @property {string} url
 */

/**
 * What can be watched before it is finished; see `avatarfx.progressive.state`.
 * @typedef {object} Early
 * @property {string} run
 * @property {string} mime
 * @property {string} playlist
 * @property {string} init
 * @property {string} segments
 * @property {string} captions
 * @property {number} count
 * @property {boolean} whole
 * @property {number} ready
 * @property {number} total
 * @property {number} starts_in
 */

const WORDS = ["", "Next", "Second", "Third", "Fourth", "Fifth"];

/**
 * @param {number} place
 * @returns {string} `Next in line`, `Third in line`, `21st in line`
 */
export function inLine(place) {
  if (WORDS[place]) return `${WORDS[place]} in line`;
  const tens = place % 100;
  const ending =
    tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][place % 10] ?? "th");
  return `${place}${ending} in line`;
}

/**
 * @param {number} seconds
 * @returns {string} `about 40 seconds`, `about 2 minutes`, `a moment`
 */
export function about(seconds) {
  if (seconds < 5) return "a moment";
  if (seconds < 90) {
    return `about ${seconds < 20 ? Math.ceil(seconds) : Math.ceil(seconds / 10) * 10} seconds`;
  }
  return `about ${Math.round(seconds / 60)} minutes`;
}

/**
 * @param {Progress} progress
 * @returns {string} one line for a list
 */
export function line(progress) {
  const { state, place, eta_seconds: eta, stage_label: stage, detail } = progress;
  if (state === "queued") {
    const ready = eta === null ? nobody(progress) : ` Ready in ${left(progress)}.`;
    return `${place ? inLine(place) : "In line"}.${ready}`;
  }
  if (state === "rendering") {
    const now = [stage || "Getting ready", detail].filter(Boolean).join(", ");
    return `${now}.${eta === null ? "" : ` ${capital(left(progress))} left.`}`;
  }
  if (state === "ready") {
    const length = progress.seconds ? `${Math.max(1, Math.round(progress.seconds))} seconds, ` : "";
    return `“${progress.title}” is ready. ${capital(length + progress.rung_label.toLowerCase())}.`;
  }
  if (state === "cancelled") return "You stopped it. Your ticket is back.";
  return progress.error || progress.state_label;
}

/**
 * @param {Progress} progress
 * @returns {string} `about 40 seconds`, `2 to 5 minutes`; empty when nobody can tell
 */
export function left(progress) {
  const { eta_seconds: eta, eta_words: words } = progress;
  return eta === null ? "" : words || about(eta);
}

/** @param {Progress} progress */
function nobody(progress) {
  const why = (progress.eta_words ?? "").replace(/^unknown: /, "");
  return why ? ` ${capital(why)}; it keeps its place.` : "";
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * @param {Progress} progress
 * @returns {boolean}
 */
export function open(progress) {
  return progress.state === "queued" || progress.state === "rendering";
}
