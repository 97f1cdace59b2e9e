// @ts-check
/** `<troupe-studio>`: write, hear, render. Everything here works on the plain form. */
import "./ladder.js";
import { keep, read } from "./drafts.js";
import { RefusedError, getJson, post } from "./http.js";
import { setIcon } from "./icons.js";
import { opening } from "./script-marks.js";
import { bring } from "./studio-bring.js";
import { Ear } from "./studio-ear.js";
import { Words } from "./studio-words.js";

/** @import { Stage } from "./studio-ear.js" */

const PREVIEW = 160; // characters, as in avatarfx.services.previews
const DRAFT = "studio";
const MOTIONS = ["still", "subtle", "lively"];
const KEPT = ["character", "script", "voice", "shape", "background", "motion", "camera", "bed", "title", "caption", "publish"];
const SHAPES = { "9:16": "studio__stage--tall", "1:1": "studio__stage--square", "16:9": "studio__stage--wide" };

export class TroupeStudio extends HTMLElement {
  /** @type {Words | undefined} */ words;
  /** @type {Ear | undefined} */ ear;

  connectedCallback() {
    const form = this.querySelector("form");
    const script = this.querySelector("textarea[data-script]");
    if (!form || !(script instanceof HTMLTextAreaElement) || this.form) return;
    this.form = form;
    this.script = script;
    this.stage = /** @type {Stage | null} */ (this.querySelector("[data-stage]"));

    if (!this.hasAttribute("data-filled")) this.restore();
    this.take();
    this.words = new Words(this, script, () => this.about());
    this.ear = new Ear(this, this.stage);
    form.addEventListener("input", () => this.remember());
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("submit", (event) => this.submit(event));
    this.addEventListener("click", (event) => this.press(event));
    this.dial.addEventListener("input", () => this.setMotion(Number(this.dial.value)));
    this.setMotion(Math.max(0, MOTIONS.indexOf(this.value("motion") || this.actor?.dataset.motion || "subtle")), false);
    this.words.wrote();
    this.dress();
    this.backdrop();
    this.shape();
    this.folds();
    this.company();
    this.querySelector("[data-bring-tile]")?.removeAttribute("hidden");
    void this.enter();
  }

  disconnectedCallback() {
    this.ear?.stop();
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

  // Choosing -------------------------------------------------------------------

  /** @param {Event} event */
  press(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.dataset.tag) {
      this.words?.put(button.dataset.tag);
    } else if (button.hasAttribute("data-goto")) {
      this.words?.goto();
    } else if (button.hasAttribute("data-ask")) {
      void this.words?.ask(button);
    } else if (button.dataset.hear !== undefined) {
      event.preventDefault();
      this.hear(button, button.dataset.hear);
    } else if (button.dataset.hearBed) {
      event.preventDefault();
      this.ear?.hearBed(button, button.dataset.hearBed);
    } else if (button.hasAttribute("data-hear-script")) {
      this.hear(button, this.value("voice"));
    }
  }

  /** @param {Event} event */
  changed(event) {
    const field = event.target instanceof HTMLInputElement ? event.target : null;
    if (field?.name === "character") {
      this.setMotion(Math.max(0, MOTIONS.indexOf(field.dataset.motion ?? "subtle")), false);
      this.dress();
      void this.enter();
      void this.words?.check();
    }
    if (field?.name === "background" || field?.name === "character") this.backdrop();
    if (field?.name === "shape") this.shape();
    if (field?.name === "camera" || field?.name === "bed") this.folds();
    if (field?.name === "with" || field?.name === "character") {
      this.company();
      void this.words?.check();
    }
    if (field?.hasAttribute("data-bring") && field.files?.[0]) void bring(this, field, field.files[0]);
  }

  /** Of those who will say it: how fast, and who else is there. */
  about() {
    const fields = new FormData();
    fields.set("speed", this.actor?.dataset.speed ?? "1");
    fields.set("character", this.actor?.value ?? "");
    for (const key of this.others()) fields.append("with", key);
    return fields;
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
  hear(button, voice) {
    void this.ear?.hear(button, {
      text: opening(this.script?.value ?? "", PREVIEW) || "Good evening. This is how I sound.",
      voice: voice || (this.actor?.dataset.voice ?? ""),
      speed: this.actor?.dataset.speed ?? "1",
      pitch: this.actor?.dataset.pitch ?? "0",
      motion: MOTIONS[Number(this.dial.value)],
      bed: this.value("bed"),
    });
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
      if (screening) this.words?.judged(about ? (this.script?.value ?? "") : "", screening);
      const crisis = screening?.action === "crisis";
      this.words?.complain(crisis ? "" : message);
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
    this.words?.complain("");
    if (this.words) this.words.spent = !left;
    this.querySelector('[data-part="rendering"]')?.scrollIntoView({ block: "start" });
  }
}

customElements.define("troupe-studio", TroupeStudio);
