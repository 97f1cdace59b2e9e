// @ts-check
/** What comes after the last clip: more on its way, a failure, the end, or a rest;
 * or that nothing fits, as far as one looked or at all. */

/** @typedef {"wait" | "failed" | "far" | "none" | "end" | "rest"} State */

export class Tail {
  /**
   * @param {import("./feed.js").TroupeFeed} feed
   * @param {() => void} again
   */
  constructor(feed, again) {
    this.box = /** @type {HTMLElement | null} */ (feed.querySelector("[data-tail]"));
    this.box?.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("[data-again]")) {
        again();
        this.box?.focus({ preventScroll: true });
      }
      if (target?.closest("[data-first]")) feed.goTo(0);
    });
  }

  /** @param {State} state */
  show(state) {
    if (!this.box) return;
    this.box.dataset.tail = state;
    for (const part of this.box.querySelectorAll("[data-when]")) {
      if (part instanceof HTMLElement) part.hidden = part.dataset.when !== state;
    }
  }

  /** @param {Element} words the house's: enough for today */
  rest(words) {
    this.box?.append(document.adoptNode(words));
    this.show("rest");
  }

  /** @returns {boolean} whether there was something to go to */
  focus() {
    if (!this.box || this.box.dataset.tail === "wait") return false;
    this.box.scrollIntoView({ block: "start" });
    this.box.focus({ preventScroll: true });
    return true;
  }
}
