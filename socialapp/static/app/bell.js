// @ts-check
/** The number on the bell of a page that stays open. */
import { getJson } from "./http.js";

const EVERY = 60_000; // milliseconds

/** @param {string} unseen */
function show(unseen) {
  for (const bell of document.querySelectorAll("[data-bell]")) {
    let badge = bell.querySelector(".badge");
    if (!unseen) {
      badge?.remove();
    } else {
      if (!badge) {
        badge = document.createElement("span");
        badge.className = "badge badge--count";
        bell.append(badge);
      }
      badge.textContent = unseen;
    }
    if (bell.hasAttribute("aria-label")) {
      bell.setAttribute("aria-label", unseen ? `Notices, ${unseen} new` : "Notices");
    } else if (badge && unseen) {
      const words = document.createElement("span");
      words.className = "sr";
      words.textContent = " new";
      badge.append(words);
    }
  }
}

async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    show((await getJson("/notices/count/")).unseen);
  } catch (error) {
    // Offline, or signed out elsewhere: the number stays as it was.
    console.info(error);
  }
}

if ("signedIn" in document.body.dataset && document.querySelector("[data-bell]")) {
  setInterval(() => void look(), EVERY);
  document.addEventListener("visibilitychange", () => void look());
  navigator.serviceWorker?.addEventListener("message", (event) => {
    if (event.data === "news") void look();
  });
}
