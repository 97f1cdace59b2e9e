// @ts-check
/** `<troupe-studio>`: write, hear, render. Everything here works on the plain form. */
import "./ladder.js";
import { keep, read } from "./drafts.js";
import { RefusedError, getJson, post } from "./http.js";
import { setIcon } from "./icons.js";
import { objection } from "./objection.js";
import { flagged, pieces, insert, opening, unitsAt } from "./script-marks.js";

/** @typedef {HTMLElement & { rig: unknown, performance: unknown, sound: unknown, play: () => Promise<void>, pause: () => void }} Stage */

const CHECK_AFTER = 350; // milliseconds without a key
const PREVIEW = 160; // characters, as in avatarfx.services.previews
const DRAFT = "studio";
const MOTIONS = ["still", "subtle", "lively"];
const KEPT = ["character", "script", "voice", "shape", "background", "motion", "camera", "bed", "title", "caption", "publish"];
const SHAPES = { "9:16": "studio__stage--tall", "1:1": "studio__stage--square", "16:9": "studio__stage--wide" };

export class TroupeStudio extends HTMLElement {
  /** @type {string[]} */
  tags = [];
  /** Counts the checks, so that a late answer is dropped. */
  checked = 0;
  /** @type {{ script: string, marks: import("./script-marks.js").Mark[] }} what the last check marked */
  found = { script: "", marks: [] };
  /** @type {HTMLAudioElement | undefined} music that is being listened to */
  music;
  /** @type {HTMLButtonElement | undefined} and where it was asked for */
  listening;
  /** @type {boolean | undefined} whether the page came without a ticket */
  spent;

  connectedCallback() {
    const form = this.querySelector("form");
    const script = this.querySelector("textarea[data-script]");
    if (!form || !(script instanceof HTMLTextAreaElement) || this.form) return;
    this.form = form;
    this.script = script;
    this.stage = /** @type {Stage | null} */ (this.querySelector("[data-stage]"));
    this.mirror = this.querySelector("[data-mirror]");
    this.tags = [...this.querySelectorAll("[data-tag]")].map((b) => b.getAttribute("data-tag") ?? "");

    if (!this.hasAttribute("data-filled")) this.restore();
    this.take();
    script.addEventListener("input", () => this.wrote());
    script.addEventListener("scroll", () => {
      if (this.mirror) this.mirror.scrollTop = script.scrollTop;
    });
    form.addEventListener("input", () => this.remember());
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("submit", (event) => this.submit(event));
    this.addEventListener("click", (event) => this.press(event));
    this.stage?.addEventListener("stage-state", (event) => this.heardState(event));
    this.dial.addEventListener("input", () => this.setMotion(Number(this.dial.value)));
    this.setMotion(Math.max(0, MOTIONS.indexOf(this.value("motion") || this.actor?.dataset.motion || "subtle")), false);
    this.wrote();
    this.dress();
    this.backdrop();
    this.shape();
    this.folds();
    this.company();
    this.armBring();
    void this.enter();
  }

  disconnectedCallback() {
    this.music?.pause();
  }

  /** @returns {HTMLInputElement} */
  get dial() {
    return /** @type {HTMLInputElement} */ (this.querySelector("[data-dial]"));
  }

  /** @returns {HTMLInputElement | null} the chosen character's radio */
  get actor() {
    return this.querySelector('[name="character"]:checked');
  }

  /** @param {string} name */
  value(name) {
    return String(new FormData(this.form).get(name) ?? "");
  }

  // Drafts ---------------------------------------------------------------------

  restore() {
    const draft = read(DRAFT);
    if (!draft) return;
    const asked = new URLSearchParams(location.search).has("character");
    for (const [name, value] of Object.entries(draft)) {
      if (name === "character" && asked) continue;
      for (const field of this.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field instanceof HTMLTextAreaElement) field.value = value;
        else if (field instanceof HTMLInputElement) {
          if (field.type === "radio") field.checked = field.value === value || field.checked && !this.has(name, value);
          else if (field.type === "checkbox") field.checked = value === field.value;
          else field.value = value;
        }
      }
    }
  }

  /** A line that another page sends along, in the part of the address no server sees. */
  take() {
    const line = new URLSearchParams(location.hash.slice(1)).get("script");
    if (!line || !this.script) return;
    this.script.value = line;
    history.replaceState(null, "", location.pathname + location.search);
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  has(name, value) {
    return this.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`) !== null;
  }

  remember() {
    /** @type {Record<string, string>} */
    const fields = {};
    for (const name of KEPT) fields[name] = this.value(name);
    keep(DRAFT, fields);
  }

  // Writing --------------------------------------------------------------------

  wrote() {
    if (!this.script) return;
    this.draw();
    this.lock(false);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), CHECK_AFTER);
  }

  /** The mirror shows tags, and the words that were refused while they stand as they stood. */
  draw() {
    const { script } = this;
    if (!script) return;
    const marks = this.found.script === script.value ? this.found.marks : [];
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

  /**
   * Mark what may not be rendered, and say why.
   * @param {string} script that was judged
   * @param {any} screening the server's answer; null: nothing is refused
   */
  judged(script, screening) {
    this.found = { script, marks: screening?.marks ?? [] };
    this.draw();
    this.lock(Boolean(screening) && script === this.script?.value);
    const crisis = screening?.action === "crisis";
    this.querySelector("[data-care]")?.toggleAttribute("hidden", !crisis);
    this.querySelector("[data-ways]")?.toggleAttribute("hidden", !screening || crisis);
    this.querySelector("[data-goto]")?.toggleAttribute("hidden", this.place() === null);
    this.querySelector("[data-ask]")?.toggleAttribute("hidden", !screening?.appeal);
    this.querySelector("[data-asked]")?.setAttribute("hidden", "");
  }

  /** @param {boolean} refused whether what stands there cannot be rendered */
  lock(refused) {
    const button = this.querySelector("[data-render]");
    if (!button) return;
    this.spent ??= button.getAttribute("aria-disabled") === "true";
    if (refused || this.spent) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }

  /** @returns {[number, number] | null} the first marked words, in UTF-16 units */
  place() {
    const { script, marks } = this.found;
    const mark = marks.find((one) => one.start !== null && one.end !== null);
    return mark ? [unitsAt(script, Number(mark.start)), unitsAt(script, Number(mark.end))] : null;
  }

  goto() {
    const place = this.place();
    if (!place || !this.script) return;
    this.script.focus();
    this.script.setSelectionRange(...place);
  }

  /** @param {HTMLButtonElement} button */
  async ask(button) {
    const said = this.querySelector("[data-asked]");
    if (!said || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      said.textContent = (await post(this.dataset.review ?? "", { script: this.script?.value ?? "" })).detail;
      button.hidden = true;
    } catch (error) {
      said.textContent = error instanceof RefusedError ? error.message : "This did not reach us. Try again in a moment.";
    }
    button.removeAttribute("aria-busy");
    said.removeAttribute("hidden");
  }

  async check() {
    if (!this.script) return;
    const turn = (this.checked += 1);
    const script = this.script.value;
    try {
      const fields = new FormData();
      fields.set("script", script);
      fields.set("speed", this.actor?.dataset.speed ?? "1");
      fields.set("character", this.actor?.value ?? "");
      for (const key of this.others()) fields.append("with", key);
      const answer = await post(this.dataset.check ?? "", fields);
      if (turn !== this.checked) return;
      this.count(answer.seconds, answer.characters);
      if (answer.company) this.querySelector("[data-company]")?.setAttribute("open", "");
      this.judged(script, answer.screening);
      const refused = answer.screening?.action === "crisis" ? "" : answer.screening?.message;
      this.complain(script.trim() ? answer.error || refused || "" : "");
    } catch (error) {
      // The render button asks again; a lost connection shows there.
      console.info("studio:", error);
    }
  }

  /**
   * @param {number} seconds
   * @param {number} characters
   */
  count(seconds, characters) {
    const box = this.querySelector("[data-count]");
    if (!box) return;
    const most = Number(this.dataset.maxSeconds);
    const room = Number(this.dataset.maxCharacters);
    const letters = characters > room * 0.8 ? `, ${characters} of ${room} characters` : "";
    box.textContent = characters ? `About ${Math.ceil(seconds)} of ${most} seconds${letters}` : `Up to ${most} seconds`;
    box.toggleAttribute("data-over", seconds > most || characters > room);
  }

  /** @param {string} message empty: all is well */
  complain(message) {
    const box = this.querySelector("[data-error]");
    const text = this.querySelector("[data-error-text]");
    if (text) text.textContent = message;
    box?.toggleAttribute("hidden", !message);
    if (message) this.script?.setAttribute("aria-invalid", "true");
    else this.script?.removeAttribute("aria-invalid");
  }

  // Choosing -------------------------------------------------------------------

  /** @param {Event} event */
  press(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.dataset.tag && this.script) {
      const { script } = this;
      const put = insert(script.value, button.dataset.tag, script.selectionStart, script.selectionEnd);
      script.value = put.script;
      script.focus();
      script.setSelectionRange(put.caret, put.caret);
      script.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (button.hasAttribute("data-goto")) {
      this.goto();
    } else if (button.hasAttribute("data-ask")) {
      void this.ask(button);
    } else if (button.dataset.hear !== undefined) {
      event.preventDefault();
      void this.hear(button, button.dataset.hear);
    } else if (button.dataset.hearBed) {
      event.preventDefault();
      this.hearBed(button, button.dataset.hearBed);
    } else if (button.hasAttribute("data-hear-script")) {
      void this.hear(button, this.value("voice"));
    }
  }

  /** @param {Event} event */
  changed(event) {
    const field = event.target instanceof HTMLInputElement ? event.target : null;
    if (field?.name === "character") {
      this.setMotion(Math.max(0, MOTIONS.indexOf(field.dataset.motion ?? "subtle")), false);
      this.dress();
      void this.enter();
      void this.check();
    }
    if (field?.name === "background" || field?.name === "character") this.backdrop();
    if (field?.name === "shape") this.shape();
    if (field?.name === "camera" || field?.name === "bed") this.folds();
    if (field?.name === "with" || field?.name === "character") {
      this.company();
      void this.check();
    }
    if (field?.hasAttribute("data-bring") && field.files?.[0]) void this.bring(field, field.files[0]);
  }

  /** What is chosen in a fold is said on it. */
  folds() {
    for (const fold of this.querySelectorAll("[data-fold]")) {
      const chosen = fold.querySelector("input:checked");
      const said = fold.querySelector("[data-now]");
      if (said && chosen instanceof HTMLElement) said.textContent = chosen.dataset.word ?? "";
    }
  }

  /** @returns {string[]} keys of who else is on stage */
  others() {
    const lead = this.actor?.value;
    const chosen = /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll('[name="with"]:checked'));
    return [...chosen].map((one) => one.value).filter((key) => key !== lead);
  }

  /** Two more at most, and nobody twice. */
  company() {
    const lead = this.actor?.value;
    const full = this.others().length >= 2;
    const names = [];
    for (const one of /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll('[name="with"]'))) {
      if (one.value === lead) one.checked = false;
      one.disabled = one.value === lead || (full && !one.checked);
      if (one.checked) names.push(one.dataset.name ?? "");
    }
    const said = this.querySelector("[data-company-now]");
    if (said) said.textContent = names.join(", ");
  }

  // A background of one's own --------------------------------------------------

  armBring() {
    this.querySelector("[data-bring-tile]")?.removeAttribute("hidden");
  }

  /**
   * @param {HTMLInputElement} field
   * @param {File} file
   */
  async bring(field, file) {
    const wrong = this.querySelector("[data-bring-error]");
    const said = this.querySelector("[data-bring-said]");
    /** @param {string} words */
    const refuse = (words) => {
      const text = wrong?.querySelector("span");
      if (text) text.textContent = words;
      wrong?.toggleAttribute("hidden", !words);
    };
    refuse(objection(file, Number(this.dataset.maxBytes)));
    field.value = "";
    if (!wrong?.hasAttribute("hidden")) return;
    if (said) said.textContent = "Looking at the picture. A few seconds.";
    const fields = new FormData();
    fields.set("picture", file);
    try {
      const made = await post(this.dataset.backgrounds ?? "", fields);
      if (said) said.textContent = made.waits ? `“${made.title}” waits. ${made.waits}` : "";
      if (!made.waits) this.hang(made);
    } catch (error) {
      if (said) said.textContent = "";
      refuse(error instanceof RefusedError ? error.message : "The picture did not arrive. Check the connection and try again.");
    }
  }

  /** @param {{name: string, title: string, url: string}} made */
  hang(made) {
    const pattern = this.querySelector(".bgpick:has(img)");
    const tile = this.querySelector("[data-bring-tile]");
    const known = this.querySelector(`[name="background"][value="${CSS.escape(made.name)}"]`);
    const label = known?.closest("label") ?? pattern?.cloneNode(true);
    if (!(label instanceof HTMLElement) || !tile) return;
    const [radio, picture, title] = [label.querySelector("input"), label.querySelector("img"), label.querySelector("span")];
    if (!radio || !picture || !title) return;
    radio.value = made.name;
    radio.dataset.url = picture.src = made.url;
    title.textContent = made.title;
    if (!known) tile.after(label);
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    this.remember();
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} url
   */
  hearBed(button, url) {
    const same = this.music && this.listening === button && !this.music.paused;
    this.music?.pause();
    if (this.listening) setIcon(this.listening, "play");
    if (same) return;
    this.stage?.pause?.();
    this.music = new Audio(url);
    this.listening = button;
    this.music.addEventListener("ended", () => setIcon(button, "play"));
    setIcon(button, "pause");
    this.music.play().catch(() => setIcon(button, "play"));
  }

  dress() {
    const name = this.actor?.dataset.name ?? "";
    for (const box of this.querySelectorAll("[data-who]")) box.textContent = name;
    const picture = this.stage?.querySelector("img");
    if (picture) {
      picture.src = this.actor?.dataset.picture ?? "";
      picture.alt = name;
    }
  }

  /** Their own background is a built-in's name too, or the portrait's. */
  backdrop() {
    const chosen = this.querySelector('[name="background"]:checked');
    const name = chosen instanceof HTMLInputElement && chosen.value ? chosen.value : this.actor?.dataset.background;
    const source = name && this.querySelector(`[name="background"][value="${CSS.escape(name)}"]`);
    const url = source instanceof HTMLElement ? source.dataset.url : undefined;
    if (url) this.stage?.setAttribute("background", url);
    else this.stage?.removeAttribute("background");
  }

  shape() {
    const wanted = this.value("shape");
    for (const [shape, name] of Object.entries(SHAPES)) this.stage?.classList.toggle(name, shape === wanted);
  }

  /**
   * @param {number} step on the dial
   * @param {boolean} [chosen] whether a person moved it
   */
  setMotion(step, chosen = true) {
    const word = MOTIONS[step];
    const said = word.charAt(0).toUpperCase() + word.slice(1);
    this.dial.value = String(step);
    this.dial.setAttribute("aria-valuetext", said);
    const label = this.querySelector("[data-motion-word]");
    if (label) label.textContent = said;
    const field = this.querySelector("[data-motion-value]");
    if (chosen && field instanceof HTMLInputElement) field.value = word;
  }

  // The stage ------------------------------------------------------------------

  async enter() {
    const key = this.actor?.value;
    if (!this.stage || !key) return;
    this.stage.pause?.();
    try {
      const { rig } = await getJson((this.dataset.actor ?? "").replace("KEY", key));
      if (key !== this.actor?.value) return;
      await customElements.whenDefined("troupe-stage");
      this.stage.performance = null;
      this.stage.sound = null;
      this.stage.rig = rig;
    } catch (error) {
      // The plain portrait stays on the stage.
      console.info("studio:", error);
    }
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} voice empty: the character's own
   */
  async hear(button, voice) {
    if (button.getAttribute("aria-busy") === "true") return;
    if (this.stage?.dataset.state === "playing" && this.speaker === button) {
      this.stage.pause();
      return;
    }
    const text = opening(this.script?.value ?? "", PREVIEW) || `Good evening. This is how I sound.`;
    this.warn("");
    this.speaker = button;
    setIcon(button, "loader-circle");
    button.setAttribute("aria-busy", "true");
    try {
      const { performance, sound } = await post(this.dataset.preview ?? "", {
        text,
        voice: voice || (this.actor?.dataset.voice ?? ""),
        speed: this.actor?.dataset.speed ?? "1",
        pitch: this.actor?.dataset.pitch ?? "0",
        motion: MOTIONS[Number(this.dial.value)],
        bed: this.value("bed"),
      });
      this.music?.pause();
      if (this.listening) setIcon(this.listening, "play");
      const bytes = Uint8Array.from(atob(sound), (letter) => letter.charCodeAt(0));
      if (!this.stage) return;
      this.stage.sound = bytes.buffer;
      this.stage.performance = performance;
      await this.stage.play();
    } catch (error) {
      this.warn(error instanceof RefusedError ? error.message : "The preview did not reach us. Try again in a moment.");
    } finally {
      button.removeAttribute("aria-busy");
      if (this.stage?.dataset.state !== "playing") setIcon(button, "play");
    }
  }

  /** @param {Event} event */
  heardState(event) {
    const playing = /** @type {CustomEvent<string>} */ (event).detail === "playing";
    if (this.speaker && this.speaker.getAttribute("aria-busy") !== "true") setIcon(this.speaker, playing ? "pause" : "play");
    if (this.speaker && playing) setIcon(this.speaker, "pause");
  }

  /** @param {string} message */
  warn(message) {
    const box = this.querySelector("[data-preview-error]");
    const text = box?.querySelector("span");
    if (text) text.textContent = message;
    box?.toggleAttribute("hidden", !message);
  }

  // Rendering ------------------------------------------------------------------

  /** @param {SubmitEvent} event */
  async submit(event) {
    event.preventDefault();
    const button = this.querySelector("[data-render]");
    if (!this.form || !(button instanceof HTMLButtonElement) || button.getAttribute("aria-busy") === "true") return;
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-busy", "true");
    setIcon(button, "loader-circle");
    try {
      const progress = await post(this.form.action, new FormData(this.form));
      keep(DRAFT, null);
      try {
        sessionStorage.setItem("troupe-open", "1");
      } catch {
        // Only the note on other pages is lost.
      }
      this.sent(progress);
    } catch (error) {
      const message =
        error instanceof RefusedError
          ? error.message
          : "We lost the connection. Your script is kept on this device. Try again in a moment.";
      const screening = error instanceof RefusedError ? error.data?.screening : null;
      const about = error instanceof RefusedError && error.data?.field === "script";
      if (screening) this.judged(about ? (this.script?.value ?? "") : "", screening);
      const crisis = screening?.action === "crisis";
      this.complain(crisis ? "" : message);
      this.querySelector(crisis ? "[data-care]" : "[data-error]")?.scrollIntoView({ block: "center" });
      if (error instanceof RefusedError && error.data?.field === "script") this.script?.focus();
    }
    button.removeAttribute("aria-busy");
    setIcon(button, "clapperboard");
  }

  /**
   * It is in line: the page shows how it goes, and is ready for another take.
   * @param {{ key: string, parts: Record<string, string>, once: string, left: number }} answer
   */
  sent({ key, parts, once, left }) {
    for (const [name, html] of Object.entries(parts)) {
      const { body } = new DOMParser().parseFromString(html, "text/html");
      document.querySelector(`[data-part="${name}"]`)?.replaceChildren(...body.childNodes);
    }
    history.replaceState(null, "", `?again=${key}`);
    const field = this.form?.elements.namedItem("key");
    if (field instanceof HTMLInputElement) field.value = once;
    const button = this.querySelector("[data-render]");
    button?.classList.replace("btn--primary", "btn--line");
    const label = button?.querySelector("span");
    if (label) label.textContent = "Render another take";
    this.complain("");
    this.spent = !left;
    this.lock(false);
    this.querySelector('[data-part="rendering"]')?.scrollIntoView({ block: "start" });
  }
}

customElements.define("troupe-studio", TroupeStudio);
