// @ts-check
/** Whether what is on screen may still be shown, asked every few seconds. */

const EVERY = 3400; // milliseconds; with the jitter and the answer less than five seconds
const JITTER = 600; // so that a thousand pages do not ask in the same moment
const LATER = 8000; // while the house does not answer

export class Standing {
  /**
   * @param {string} url
   * @param {() => string[]} keys of the posts on screen and next to it
   * @param {(gone: string[], hidden: string[]) => void} heard
   */
  constructor(url, keys, heard) {
    this.url = url;
    this.keys = keys;
    this.heard = heard;
    document.addEventListener("visibilitychange", () => {
      // Nobody looks: nothing is asked. Somebody looks again: at once.
      clearTimeout(this.timer);
      if (!document.hidden) void this.ask();
    });
    this.wait(EVERY);
  }

  /** @param {number} time milliseconds */
  wait(time) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), time + Math.random() * JITTER);
  }

  async ask() {
    clearTimeout(this.timer);
    const keys = this.keys();
    let next = EVERY;
    if (keys.length) {
      try {
        // The browser sends the tag of the answer before; "304" comes back as that answer.
        const response = await fetch(`${this.url}?keys=${keys.join(",")}`, { cache: "no-cache" });
        if (!response.ok) throw new Error(`The house answered ${response.status}`);
        const { gone, hidden } = await response.json();
        if (gone.length || hidden.length) this.heard(gone, hidden);
      } catch (error) {
        console.info(error);
        next = LATER;
      }
    }
    if (!document.hidden) this.wait(next);
  }
}
