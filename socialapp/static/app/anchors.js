// @ts-check
/**
 * Step 2, ``<face-fit>``: four handles on the picture, a live stage beside it. Every
 * settled handle goes to the server, which answers with the rig that follows; the stage
 * wears it at once, in mid-sentence if need be.
 */
import { RefusedError, post } from "./http.js";
import { HANDLES, carried, cropOf, crossPath, guess, mouthPercent, moved, withMouth } from "./fit.js";
import { Loupe } from "./loupe.js";
import { Player, part, say } from "./player.js";
import { speak } from "./speech.js";

/** @import { Anchors, Point, Rig } from "../stage/rig.js" */
/** @import { Crop, Handle } from "./fit.js" */

const BOARD_WIDTH = 400;
/** A handle has settled when it rests this long. */
const SETTLE_MS = 350;

/** @type {Record<string, string>} */
const STYLE_HINTS = {
  photo: "Lips, jaw and lids move as they are in the picture.",
  paint: "As with a photo, with teeth and shade as a painter would set them.",
  flat: "For cartoons and doodles: we draw the mouth, nine shapes in the picture's colours.",
};

class FaceFit extends HTMLElement {
  /** @type {Rig} */ #rig = /** @type {any} */ (null);
  /** @type {Anchors} */ #anchors = guess(1);
  /** @type {Crop} */ #crop = { x: 0, y: 0, width: 1, height: 1 };
  #whole = false;
  /** Handles that were put somewhere while nobody knows the face. */
  /** @type {Set<Handle>} */ #touched = new Set();
  /** @type {Loupe | null} */ #loupe = null;
  /** A handle is being dragged: the board must not move under the finger. */
  #held = false;
  #style = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #turn = 0;
  /** @type {Promise<void> | undefined} */ #saving;
  /** Something was moved since the last save was sent. */
  #due = false;

  connectedCallback() {
    this.#rig = JSON.parse(part(this, "#rig").textContent ?? "");
    this.board = /** @type {SVGSVGElement} */ (this.querySelector("[data-board]"));
    this.width = /** @type {HTMLInputElement} */ (part(this, "[data-mouth-width]"));
    const line = /** @type {HTMLTextAreaElement} */ (part(this, "[data-line-text]"));
    this.player = new Player(this, () => speak(this.dataset.preview ?? "", { text: line.value, quick: "1" }));
    this.#loupe = new Loupe(this.board, /** @type {SVGGElement} */ (this.querySelector("[data-loupe]")));
    this.#wear(this.#rig);
    this.#armHandles();
    part(this, "[data-agree]").addEventListener("click", () => this.#change(this.#anchors, 0));
    this.width.addEventListener("input", () => {
      this.#change(withMouth(this.#anchors, Number(this.width?.value)));
    });
    part(this, "[data-styles]").addEventListener("click", (event) => {
      if (event.target instanceof HTMLButtonElement) {
        this.#style = event.target.value;
        this.#change(this.#anchors, 0);
      }
    });
    part(this, "[data-shapes]").addEventListener("click", (event) => {
      if (event.target instanceof HTMLButtonElement) this.#reshape(event.target);
    });
    part(this, "[data-zoom]").addEventListener("click", () => {
      this.#whole = !this.#whole;
      this.#frame();
    });
    part(this, "[data-find]").addEventListener("click", () => void this.#find());
    this.dataset.ready = "";
  }

  /** @param {Rig} rig */
  #wear(rig) {
    this.#rig = rig;
    this.#anchors = rig.anchors ?? rig.guess ?? guess(rig.height / rig.width);
    this.#style = rig.style;
    if (this.#held) this.#draw();
    else this.#frame();
    this.#tell();
  }

  /** Choose what the board shows, and draw it. */
  #frame() {
    const known = this.#rig.anchors ?? this.#rig.guess ?? null;
    this.#crop = cropOf({ ...this.#rig, anchors: known }, this.#whole);
    const zoom = part(this, "[data-zoom]");
    zoom.setAttribute("aria-pressed", String(this.#whole));
    zoom.hidden = !known;
    this.#draw();
  }

  #draw() {
    const { x, y, width } = this.#crop;
    const scale = BOARD_WIDTH / width;
    const place = (/** @type {Point} */ p) =>
      /** @type {Point} */ ([(p[0] - x) * scale, (p[1] - y) * scale]);
    const picture = this.querySelector("[data-picture]");
    const ratio = this.#rig.height / this.#rig.width;
    const box = { x: -x * scale, y: -y * scale, width: scale, height: scale * ratio };
    for (const [name, value] of Object.entries(box)) picture?.setAttribute(name, String(value));
    this.#loupe?.lie(box);
    for (const handle of HANDLES) {
      const [hx, hy] = place(this.#anchors[handle]);
      const node = this.querySelector(`[data-handle=${handle}]`);
      node?.setAttribute("transform", `translate(${hx.toFixed(1)} ${hy.toFixed(1)})`);
    }
    this.querySelector("[data-line]")?.setAttribute("d", crossPath(this.#anchors, place));
    if (this.width) this.width.value = String(mouthPercent(this.#anchors));
  }

  /** Words, pressed styles: what follows from the rig. */
  #tell() {
    const { anchors, guess: place, reason, mouth_drawn: mouth, style, made_by: maker } = this.#rig;
    const hand = maker.endsWith("+hand") || maker === "hand";
    const title = !anchors
      ? place
        ? "We think the face is here"
        : "We could not find a face"
      : hand
        ? "The handles are yours"
        : "We found the face";
    part(this, "[data-words-title]").textContent = title;
    const text = !anchors || !mouth ? reason : hand ? "" : "Look at the preview, and put right what is off.";
    part(this, "[data-words-text]").textContent = text;
    part(this, "[data-agree]").hidden = Boolean(anchors) || !place;
    part(this, "[data-words]").classList.toggle("notice--warn", !anchors || !mouth);
    part(this, "[data-words]").classList.toggle("notice--plain", Boolean(anchors && mouth));
    for (const button of part(this, "[data-styles]").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === style));
    }
    part(this, "[data-style-hint]").textContent =
      STYLE_HINTS[style] ?? "";
  }

  #armHandles() {
    const board = /** @type {SVGSVGElement} */ (this.board);
    for (const node of board.querySelectorAll("[data-handle]")) {
      const handle = /** @type {Handle} */ (node.getAttribute("data-handle"));
      node.addEventListener("pointerdown", (event) => {
        const { pointerId } = /** @type {PointerEvent} */ (event);
        event.preventDefault();
        /** @type {SVGElement} */ (node).focus();
        node.setPointerCapture(pointerId);
        this.#held = true;
        this.#loupe?.show(this.#onBoard(this.#anchors[handle]));
      });
      node.addEventListener("pointermove", (event) => {
        const { pointerId, clientX, clientY } = /** @type {PointerEvent} */ (event);
        if (!node.hasPointerCapture(pointerId)) return;
        this.#move(handle, this.#under(clientX, clientY));
        this.#loupe?.show(this.#onBoard(this.#anchors[handle]));
      });
      for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
        node.addEventListener(end, () => {
          this.#held = false;
          this.#loupe?.away();
        });
      }
      node.addEventListener("keydown", (event) => {
        const { key, shiftKey } = /** @type {KeyboardEvent} */ (event);
        const step = (this.#crop.width / BOARD_WIDTH) * 2 * (shiftKey ? 10 : 1);
        const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
        if (!by) return;
        event.preventDefault();
        const [x, y] = this.#anchors[handle];
        this.#move(handle, [x + by[0] * step, y + by[1] * step]);
      });
    }
  }

  /**
   * The place in the picture under a point of the window.
   * @param {number} clientX
   * @param {number} clientY
   * @returns {Point}
   */
  #under(clientX, clientY) {
    const box = /** @type {SVGSVGElement} */ (this.board).getBoundingClientRect();
    const scale = this.#crop.width / box.width;
    return [this.#crop.x + (clientX - box.left) * scale, this.#crop.y + (clientY - box.top) * scale];
  }

  /**
   * @param {Point} place in the picture
   * @returns {Point}
   */
  #onBoard([x, y]) {
    const scale = BOARD_WIDTH / this.#crop.width;
    return [(x - this.#crop.x) * scale, (y - this.#crop.y) * scale];
  }

  /**
   * @param {Handle} handle
   * @param {Point} to
   */
  #move(handle, to) {
    const ratio = this.#rig.height / this.#rig.width;
    const lost = !this.#rig.anchors && !this.#rig.guess;
    const next = lost
      ? carried(this.#anchors, handle, to, ratio, this.#touched)
      : moved(this.#anchors, handle, to, ratio);
    this.#touched.add(handle);
    // Where nothing was known, one handle says too little to be sent.
    if (lost && this.#touched.size < 2) {
      this.#anchors = next;
      this.#draw();
    } else {
      this.#change(next);
    }
  }

  /**
   * @param {Anchors} anchors
   * @param {number} [wait] milliseconds
   */
  #change(anchors, wait = SETTLE_MS) {
    this.#anchors = anchors;
    this.#draw();
    this.#saved("Saving");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), wait);
  }

  /** One at a time, the newest last: of two that overlap the older may be kept. */
  async #save() {
    this.#due = true;
    if (this.#saving) return;
    this.#saving = (async () => {
      while (this.#due) {
        this.#due = false;
        const fields = { anchors: JSON.stringify(this.#anchors), style: this.#style };
        await this.#ask(this.dataset.save ?? "", fields, false);
      }
      this.#saving = undefined;
    })();
    await this.#saving;
  }

  async #find() {
    clearTimeout(this.#timer);
    this.#due = false;
    await this.#saving;
    const button = part(this, "[data-find]");
    button.setAttribute("aria-busy", "true");
    await this.#ask(this.dataset.find ?? "", {}, true);
    button.removeAttribute("aria-busy");
  }

  /**
   * @param {string} url
   * @param {Record<string, string>} fields
   * @param {boolean} replace the server's handles are taken over
   */
  async #ask(url, fields, replace) {
    const turn = ++this.#turn;
    const error = part(this, "[data-error]");
    this.dataset.busy = "";
    try {
      const rig = await post(url, fields);
      if (turn !== this.#turn) return;
      say(error);
      const mine = this.#anchors;
      this.#wear(rig);
      if (!replace) {
        // A handle may have moved on while the server was thinking.
        this.#anchors = mine;
        this.#draw();
      }
      const stage = this.player?.stage;
      if (stage) {
        stage.rig = rig;
        await stage.loaded();
        stage.rehearse();
      }
      this.#saved(this.#due ? "Saving" : "Saved");
    } catch (problem) {
      if (turn !== this.#turn) return;
      const refused = problem instanceof RefusedError && problem.data?.error;
      say(error, refused || "This did not reach us. Move a handle to try again.");
      this.#saved("Not saved");
    } finally {
      if (turn === this.#turn) delete this.dataset.busy;
    }
  }

  /** @param {string} words */
  #saved(words) {
    for (const place of document.querySelectorAll("[data-saved]")) place.textContent = words;
  }

  /** @param {HTMLButtonElement} chosen */
  #reshape(chosen) {
    for (const button of part(this, "[data-shapes]").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
    if (this.player) this.player.stage.dataset.shape = chosen.value;
  }
}

customElements.define("face-fit", FaceFit);
