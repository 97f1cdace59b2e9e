// @ts-check
/**
 * `<troupe-scene-clip>`: two taps from an ending to the feed. The first one shows what the
 * clip has in it, the second posts it. `data-clip` is the address of the play's clip.
 */
import { getJson, postJson, RefusedError } from "./http.js";

/**
 * @typedef {object} Line
 * @property {number} number of the beat in the play
 * @property {"line" | "narration"} kind
 * @property {string} name who says it
 * @property {string} text
 * @property {number} seconds
 * @property {boolean} inside it is in the clip
 * @property {string} why it is not, though it lies in the stretch
 */
/**
 * @typedef {object} Reel
 * @property {Line[]} lines
 * @property {number} start
 * @property {number} end
 * @property {number} seconds
 * @property {string} title
 * @property {string} ending
 * @property {string} refusal
 */

const PATIENCE = 6; // times that the save of the last choice is waited for
const PAUSE = 500; // milliseconds

export class TroupeSceneClip extends HTMLElement {
  /** @type {Reel | null} */
  reel = null;
  /** @type {number | null} */
  start = null;
  expected = false; // an ending was reached here, so the server's save will have one
  asked = "";
  once = "";
  busy = false;
  stopped = new AbortController();

  connectedCallback() {
    const { signal } = this.stopped;
    this.addEventListener("click", (event) => this.pressed(event), { signal });
    this.querySelector("[data-from]")?.addEventListener("change", (event) => this.begin(event), { signal });
    this.querySelector("[data-form]")?.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        const by = /** @type {SubmitEvent} */ (event).submitter;
        void this.make(by instanceof HTMLButtonElement ? by : null);
      },
      { signal },
    );
    // The player is anywhere on the page; its events bubble.
    document.addEventListener("scene-ending", () => this.ended(), { signal });
    document.addEventListener("scene-choice", () => this.reset(), { signal });
  }

  disconnectedCallback() {
    this.stopped.abort();
    this.stopped = new AbortController();
  }

  /** Of which play. @param {string} key */
  play(key) {
    const address = `/api/v1/plays/${key}/clip/`;
    if (this.dataset.clip === address) return;
    this.dataset.clip = address;
    this.reset();
  }

  ended() {
    this.reset();
    this.expected = true;
  }

  /** Another play, or the same one elsewhere: what was looked at is over. */
  reset() {
    this.reel = null;
    this.start = null;
    this.expected = false;
    this.refuse("");
    this.show("offer");
  }

  /** @param {Event} event */
  pressed(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-open]")) void this.open();
    else if (target?.closest("[data-close]")) {
      this.refuse("");
      this.show("offer");
      this.piece("[data-open]")?.focus();
    }
  }

  /** @param {Event} event */
  begin(event) {
    const select = /** @type {HTMLSelectElement} */ (event.target);
    this.start = Number(select.value);
    void this.look();
  }

  async open() {
    if (await this.look()) {
      this.show("form");
      this.piece("[data-name]")?.focus();
    }
  }

  /** Ask what the clip would show; whether it can be made. */
  async look() {
    if (this.busy || !this.dataset.clip) return false;
    this.wait(true);
    try {
      this.reel = await this.read();
      this.tell(this.reel);
      this.refuse(this.reel.refusal);
      return !this.reel.refusal || this.start !== null;
    } catch (error) {
      this.refuse(error instanceof RefusedError ? error.message : "We lost the connection. Try again.");
      return false;
    } finally {
      this.wait(false);
    }
  }

  /** @returns {Promise<Reel>} */
  async read() {
    const query = this.start === null ? "" : `?start=${this.start}`;
    for (let tries = 0; ; tries += 1) {
      const told = /** @type {Reel} */ (await getJson(`${this.dataset.clip}${query}`));
      // The last choice may be saved a moment after the curtain.
      if (!this.expected || told.ending || tries >= PATIENCE) return told;
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }

  /** @param {HTMLButtonElement | null} by */
  async make(by) {
    if (this.busy || !this.reel) return;
    const publish = by?.value !== "keep";
    const form = /** @type {HTMLFormElement} */ (this.piece("[data-form]"));
    const asked = {
      ...(this.start === null ? {} : { start: this.start }),
      caption: String(new FormData(form).get("caption") ?? ""),
      publish,
    };
    // The same thing pressed twice is one clip.
    const body = JSON.stringify(asked);
    if (body !== this.asked) this.once = crypto.randomUUID?.() ?? String(Math.random());
    this.asked = body;
    this.wait(true);
    this.refuse("");
    try {
      const made = await postJson(String(this.dataset.clip), { ...asked, idempotency_key: this.once });
      this.done(made.url, publish);
    } catch (error) {
      const lost = "We lost the connection. Nothing was spent; try again.";
      this.refuse(error instanceof RefusedError ? error.message : lost);
    } finally {
      this.wait(false);
    }
  }

  /**
   * @param {string} url of the clip's page
   * @param {boolean} publish
   */
  done(url, publish) {
    const title = /** @type {HTMLElement} */ (this.piece("[data-done-title]"));
    title.textContent = publish ? "It is being made" : "It is being made, for you alone";
    /** @type {HTMLElement} */ (this.piece("[data-done-words]")).textContent = publish
      ? "It is posted as soon as it is ready. You can go on playing."
      : "You find it among your clips, and may post it from there.";
    /** @type {HTMLAnchorElement} */ (this.piece("[data-watch]")).href = url;
    this.show("done");
    title.focus();
  }

  /** @param {Reel} reel */
  tell(reel) {
    /** @type {HTMLElement} */ (this.piece("[data-name]")).textContent = reel.title;
    const length = /** @type {HTMLElement} */ (this.piece("[data-length]"));
    length.textContent = reel.seconds ? `about ${Math.round(reel.seconds)} seconds` : "";
    const words = /** @type {HTMLElement} */ (this.piece("[data-words]"));
    const shown = reel.lines.filter((one) => one.inside || (one.why && one.number >= reel.start));
    words.replaceChildren(...shown.map(item));
    const left = /** @type {HTMLElement} */ (this.piece("[data-left]"));
    const whys = [...new Set(shown.map((one) => one.why).filter(Boolean))];
    left.textContent = whys.length ? `In italics: not in the clip. ${whys.join(" ")}` : "";
    left.hidden = !whys.length;
    this.choices(reel);
  }

  /** Where it may begin. @param {Reel} reel */
  choices(reel) {
    const select = /** @type {HTMLSelectElement} */ (this.piece("[data-from]"));
    const lines = reel.lines.filter((one) => one.kind === "line");
    const first = lines.find((one) => one.inside)?.number ?? reel.start;
    const options = lines.map((one) => {
      const said = `${one.name}: ${one.text}`;
      const words = said.length > 60 ? `${said.slice(0, 59)}…` : said;
      return new Option(words, String(one.number), false, one.number === first);
    });
    select.replaceChildren(...options);
  }

  /** @param {"offer" | "form" | "done"} what */
  show(what) {
    for (const one of ["offer", "form", "done"]) {
      const part = this.piece(`[data-${one}]`);
      if (part) part.hidden = one !== what;
    }
  }

  /** @param {boolean} busy */
  wait(busy) {
    this.busy = busy;
    for (const button of this.querySelectorAll("button")) {
      if (busy) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    }
    const refused = !busy && Boolean(this.reel?.refusal);
    for (const button of this.querySelectorAll("[type=submit]")) button.toggleAttribute("disabled", refused);
  }

  /** @param {string} why empty: nothing stands in the way */
  refuse(why) {
    const box = this.piece("[data-refusal]");
    if (!box) return;
    const words = /** @type {HTMLElement} */ (box.querySelector("[data-why]"));
    if (words.textContent !== why) words.textContent = why;
    box.hidden = !why;
  }

  /** @param {string} selector */
  piece(selector) {
    return /** @type {HTMLElement | null} */ (this.querySelector(selector));
  }
}

/** @param {Line} line */
function item(line) {
  const made = document.createElement("li");
  const who = document.createElement("b");
  who.textContent = `${line.name} `;
  made.append(who, line.text);
  made.toggleAttribute("data-out", !line.inside);
  return made;
}

customElements.define("troupe-scene-clip", TroupeSceneClip);
