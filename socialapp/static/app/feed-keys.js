// @ts-check
/** The keys of a feed, as the APG has them, and some that hands know from elsewhere. */
import { pref, setPref } from "./prefs.js";

/** @typedef {import("./feed.js").TroupeFeed} TroupeFeed */

/** @type {Record<string, (feed: TroupeFeed) => void>} */
const KEYS = {
  PageDown: (feed) => feed.step(1),
  PageUp: (feed) => feed.step(-1),
  ArrowDown: (feed) => feed.step(1),
  ArrowUp: (feed) => feed.step(-1),
  j: (feed) => feed.step(1),
  k: (feed) => feed.step(-1),
  Home: (feed) => feed.goTo(0),
  End: (feed) => feed.goTo(-1),
  m: () => setPref("sound", !pref("sound")),
  c: () => setPref("captions", !pref("captions")),
  l: (feed) => {
    if (feed.active) feed.like(feed.active);
  },
};

/**
 * Nothing has the focus yet when a page opens, so its keys count everywhere, except where
 * somebody writes, chooses or is asked something.
 * @param {TroupeFeed} feed
 */
export function armKeys(feed) {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.altKey || event.metaKey || event.defaultPrevented) return;
    if (target.closest("input, textarea, select, summary, dialog, [contenteditable]")) return;
    const inside = feed.contains(target);
    if (!inside && target !== document.body && target.id !== "main") return;
    const { key, ctrlKey } = event;
    if (ctrlKey) {
      if (key !== "End" && key !== "Home") return;
      leave(feed, key === "End");
    } else if (key === " ") {
      if (target.closest("a, button") || !feed.active) return;
      feed.clip(feed.active)?.flip();
    } else if (KEYS[key] && !(event.shiftKey && key.length > 1)) {
      // Lines of a chat that are longer than the screen are read with the arrows.
      if (key.startsWith("Arrow") && scrolls(target, key === "ArrowDown")) return;
      KEYS[key](feed);
    } else return;
    event.preventDefault();
  });
}

/**
 * @param {Element} target
 * @param {boolean} down
 */
function scrolls(target, down) {
  const box = target.closest(".said--feed");
  if (!box) return false;
  return down ? box.scrollHeight - box.clientHeight - box.scrollTop > 1 : box.scrollTop > 1;
}

/**
 * The feed has no end, so a key goes past it.
 * @param {TroupeFeed} feed
 * @param {boolean} forwards
 */
function leave(feed, forwards) {
  const all = [...document.querySelectorAll("a[href], button")].filter(
    (one) => one instanceof HTMLElement && one.offsetParent !== null && !feed.contains(one),
  );
  const after = all.filter(
    (one) => feed.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  const goal = forwards ? after[0] : all[all.length - after.length - 1];
  if (goal instanceof HTMLElement) goal.focus();
}
