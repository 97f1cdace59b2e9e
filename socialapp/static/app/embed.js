// @ts-check
/** The player on somebody else's page: it plays when asked, and goes when it has to. */
import { TroupeClip } from "./clip.js";

const EVERY = 4000; // milliseconds

const stage = /** @type {HTMLElement} */ (document.querySelector("[data-here]"));
const clip = stage.querySelector("troupe-clip");
const none = /** @type {HTMLElement} */ (stage.querySelector("[data-none]"));

/** @returns {Promise<boolean>} whether it may still be shown, or nobody can say now */
async function mayStay() {
  try {
    const response = await fetch(stage.dataset.here ?? "", { credentials: "omit" });
    return response.status !== 404;
  } catch (error) {
    console.info(error);
    return true;
  }
}

async function watch() {
  if (!document.hidden && !(await mayStay())) {
    if (clip instanceof TroupeClip) clip.release();
    clip?.remove();
    none.hidden = false;
    return;
  }
  setTimeout(() => void watch(), EVERY);
}

if (clip instanceof TroupeClip) {
  // A frame is small and stands among other things: the first touch brings the sound.
  clip.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a, button, input")) return;
    clip.flip();
  });
}
setTimeout(() => void watch(), EVERY);
