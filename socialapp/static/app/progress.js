// @ts-check
/** News of my clips: a socket, and polling while it is away. One for a page. */
import { getJson } from "./http.js";

/** @typedef {import("./waiting.js").Progress} Progress */

const POLL = 2000; // milliseconds
const IN_LINE = 5000; // the socket tells of my clips, not of those before them
const SLOWEST = 20_000; // between two tries of the socket
const SIGN_IN = 4401; // close code: nobody is signed in

/** @type {Map<string, Set<(progress: Progress) => void>>} */
const listeners = new Map();
/** @type {Set<string>} */
const keys = new Set();
let pollUrl = "";
let started = false;
let wait = 1000;
/** @type {ReturnType<typeof setInterval> | undefined} */
let polling;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let asking;

/** @param {Progress} progress */
function tell(progress) {
  if (progress.state === "queued" && !polling) {
    clearTimeout(asking);
    asking = setTimeout(poll, IN_LINE);
  }
  for (const name of [progress.key, "*"]) {
    for (const listener of listeners.get(name) ?? []) listener(progress);
  }
}

async function poll() {
  if (document.hidden || !pollUrl) return;
  const url = new URL(pollUrl, location.href);
  url.searchParams.set("keys", [...keys].join(","));
  try {
    const { clips } = await getJson(url.href);
    for (const progress of clips) tell(progress);
  } catch (error) {
    console.info("clips:", error);
  }
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/clips/`);
  socket.addEventListener("open", () => {
    wait = 1000;
    clearInterval(polling);
    polling = undefined;
    // A clip that was finished while no socket stood is not told again.
    void poll();
  });
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "clip-progress") tell(message);
  });
  socket.addEventListener("close", (event) => {
    if (event.code === SIGN_IN) return;
    polling ??= setInterval(poll, POLL);
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, SLOWEST);
  });
}

/**
 * @param {string} key of a clip, or `*` for every clip of mine
 * @param {(progress: Progress) => void} listener
 * @param {string} url polled while there is no socket
 * @returns {() => void} stops listening
 */
export function follow(key, listener, url) {
  pollUrl ||= url.split("?")[0];
  if (key !== "*") keys.add(key);
  const set = listeners.get(key) ?? new Set();
  listeners.set(key, set.add(listener));
  if (!started) {
    started = true;
    connect();
  }
  return () => {
    set.delete(listener);
    keys.delete(key);
  };
}
