// @ts-check
/** What is written in the studio: its marks while it is typed, how long it will be, what of
 * it is refused, and whether it can be rendered. */
import { RefusedError, post } from "./http.js";
import { flagged, insert, pieces, unitsAt } from "./script-marks.js";

const CHECK_AFTER = 350; // milliseconds without a key

export class Words {
  /** Counts the checks, so that a late answer is dropped. */
  #checked = 0;
  /** @type {{ script: string, marks: import("./script-marks.js").Mark[] }} what the last check marked */
  #found = { script: "", marks: [] };
  /** @type {boolean} whether there is no ticket for another clip */
  #spent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} studio
   * @param {HTMLTextAreaElement} script
   * @param {() => FormData} about what a check has to know besides the words
   */
  constructor(studio, script, about) {
    this.studio = studio;
    this.script = script;
    this.about = about;
    this.mirror = studio.querySelector("[data-mirror]");
    this.tags = [...studio.querySelectorAll("[data-tag]")].map((b) => b.getAttribute("data-tag") ?? "");
    this.#spent = this.button?.getAttribute("aria-disabled") === "true";
    script.addEventListener("input", () => this.wrote());
    script.addEventListener("scroll", () => {
      if (this.mirror) this.mirror.scrollTop = script.scrollTop;
    });
  }

  get button() {
    return this.studio.querySelector("[data-render]");
  }

  /** @param {boolean} now whether there is no ticket for another clip */
  set spent(now) {
    this.#spent = now;
    this.#lock(false);
  }

  wrote() {
    this.#draw();
    this.#lock(false);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(), CHECK_AFTER);
  }

  /** @param {string} tag written where the caret is */
  put(tag) {
    const { script } = this;
    const put = insert(script.value, tag, script.selectionStart, script.selectionEnd);
    script.value = put.script;
    script.focus();
    script.setSelectionRange(put.caret, put.caret);
    script.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async check() {
    const turn = (this.#checked += 1);
    const script = this.script.value;
    try {
      const fields = this.about();
      fields.set("script", script);
      const answer = await post(this.studio.dataset.check ?? "", fields);
      if (turn !== this.#checked) return;
      this.#count(answer.seconds, answer.characters);
      if (answer.company) this.studio.querySelector("[data-company]")?.setAttribute("open", "");
      this.judged(script, answer.screening);
      const refused = answer.screening?.action === "crisis" ? "" : answer.screening?.message;
      this.complain(script.trim() ? answer.error || refused || "" : "");
    } catch (error) {
      // The render button asks again; a lost connection shows there.
      console.info("studio:", error);
    }
  }

  /**
   * Mark what may not be rendered, and say why.
   * @param {string} script that was judged
   * @param {any} screening the server's answer; null: nothing is refused
   */
  judged(script, screening) {
    this.#found = { script, marks: screening?.marks ?? [] };
    this.#draw();
    this.#lock(Boolean(screening) && script === this.script.value);
    const crisis = screening?.action === "crisis";
    this.#hide("care", !crisis);
    this.#hide("ways", !screening || crisis);
    this.#hide("goto", this.#place() === null);
    this.#hide("ask", !screening?.appeal);
    this.#hide("asked", true);
  }

  /** @param {string} message empty: all is well */
  complain(message) {
    const text = this.studio.querySelector("[data-error-text]");
    if (text) text.textContent = message;
    this.#hide("error", !message);
    if (message) this.script.setAttribute("aria-invalid", "true");
    else this.script.removeAttribute("aria-invalid");
  }

  /** To the first words that are refused. */
  goto() {
    const place = this.#place();
    if (!place) return;
    this.script.focus();
    this.script.setSelectionRange(...place);
  }

  /**
   * Let a person look at what was refused.
   * @param {HTMLButtonElement} button
   */
  async ask(button) {
    const said = this.studio.querySelector("[data-asked]");
    if (!said || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      said.textContent = (await post(this.studio.dataset.review ?? "", { script: this.script.value })).detail;
      button.hidden = true;
    } catch (error) {
      said.textContent = error instanceof RefusedError ? error.message : "This did not reach us. Try again in a moment.";
    }
    button.removeAttribute("aria-busy");
    said.removeAttribute("hidden");
  }

  /** The mirror shows tags, and the words that were refused while they stand as they stood. */
  #draw() {
    const { script } = this;
    const marks = this.#found.script === script.value ? this.#found.marks : [];
    this.mirror?.replaceChildren(
      ...flagged(pieces(script.value, this.tags), marks).map(({ text, tag, flag }) => {
        const span = document.createElement(flag ? "mark" : "span");
        if (flag) span.className = "flag";
        else if (tag) span.className = "mood";
        span.textContent = text;
        return span;
      }),
      // A closing line break is not drawn without something after it.
      "\u200b",
    );
  }

  /** @param {boolean} refused whether what stands there cannot be rendered */
  #lock(refused) {
    if (refused || this.#spent) this.button?.setAttribute("aria-disabled", "true");
    else this.button?.removeAttribute("aria-disabled");
  }

  /** @returns {[number, number] | null} the first marked words, in UTF-16 units */
  #place() {
    const { script, marks } = this.#found;
    const mark = marks.find((one) => one.start !== null && one.end !== null);
    return mark ? [unitsAt(script, Number(mark.start)), unitsAt(script, Number(mark.end))] : null;
  }

  /**
   * @param {string} name
   * @param {boolean} hidden
   */
  #hide(name, hidden) {
    this.studio.querySelector(`[data-${name}]`)?.toggleAttribute("hidden", hidden);
  }

  /**
   * @param {number} seconds
   * @param {number} characters
   */
  #count(seconds, characters) {
    const box = this.studio.querySelector("[data-count]");
    if (!box) return;
    const most = Number(this.studio.dataset.maxSeconds);
    const room = Number(this.studio.dataset.maxCharacters);
    const letters = characters > room * 0.8 ? `, ${characters} of ${room} characters` : "";
    box.textContent = characters ? `About ${Math.ceil(seconds)} of ${most} seconds${letters}` : `Up to ${most} seconds`;
    box.toggleAttribute("data-over", seconds > most || characters > room);
  }
}
