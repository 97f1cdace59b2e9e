// @ts-check
/** `<troupe-seats>`: what the audience writes, and how one joins in. */
import { post } from "./http.js";
import { followState, hear, liveShow, refuse, row, write } from "./stream-house.js";
import { refusal } from "./stream-words.js";

/** Messages on the page; older ones make room. */
const MOST = 200;
/** Pixels from the end at which somebody still follows. */
const NEAR = 80;

export class TroupeSeats extends HTMLElement {
  /** Seconds between two messages of one person; the host need not wait. */
  slow = 0;
  allowed = false;

  connectedCallback() {
    if (this.log) return;
    this.log = this.querySelector("[data-messages]");
    this.form = this.querySelector("form[data-say]");
    this.field = /** @type {HTMLInputElement | null} */ (this.form?.querySelector("[name=text]") ?? null);
    this.slow = Number(this.dataset.slow);
    this.allowed = "may" in this.dataset;
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.say();
    });
    hear(this, {
      welcome: (event) => this.welcome(event),
      message: (event) => this.add(event),
      "message-removed": (event) => this.find(event.message)?.remove(),
    });
    followState(this, () => this.open());
    this.down();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  /** @param {any} event */
  welcome(event) {
    this.allowed = event.may_write;
    if (!this.closest("[data-mine]")) this.slow = event.slow_seconds;
    for (const message of event.messages) this.add(message);
    this.open();
  }

  open() {
    const state = this.closest("troupe-stream")?.getAttribute("data-state") ?? "";
    const onAir = state === "live" || state === "paused";
    this.form?.toggleAttribute("hidden", !onAir || !this.allowed);
    this.querySelector("[data-chat-closed]")?.toggleAttribute("hidden", this.allowed || !onAir);
    const words = this.querySelector("[data-slow-words]");
    words?.toggleAttribute("hidden", !onAir || !this.allowed || !this.slow);
    if (words) words.textContent = `Slow mode: ${this.slow} s`;
    if (onAir) write(this, "[data-nobody]", "Nobody has written yet.");
  }

  /** @param {string} key */
  find(key) {
    return this.log?.querySelector(`[data-message="${CSS.escape(key)}"]`);
  }

  /** @param {{message: string, person: string, name: string, text: string}} message */
  add(message) {
    if (!this.log || this.find(message.message)) return;
    const follows = this.atEnd;
    const seat = row(this);
    seat.dataset.message = message.message;
    write(seat, ".avatar", (message.name || message.person).slice(0, 1).toUpperCase());
    write(seat, "[data-who]", `@${message.person}`);
    write(seat, "[data-text]", message.text);
    const flag = seat.querySelector("a");
    if (flag && message.person === this.closest("troupe-stream")?.getAttribute("data-me")) flag.remove();
    else if (flag) {
      flag.href = (this.dataset.report ?? "").replace("KEY", message.message);
      flag.setAttribute("aria-label", `Report the message of @${message.person}`);
    }
    this.log.append(seat);
    while (this.log.childElementCount > MOST) this.log.firstElementChild?.remove();
    this.querySelector("[data-nobody]")?.setAttribute("hidden", "");
    if (follows) this.down();
  }

  /** Whether the newest message is in sight. */
  get atEnd() {
    const box = this.log;
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  }

  down() {
    this.log?.scrollTo({ top: this.log.scrollHeight });
  }

  async say() {
    const { field, form } = this;
    const text = field?.value.trim() ?? "";
    if (!field || !(form instanceof HTMLFormElement) || !text || this.sending) return;
    this.sending = true;
    refuse(this);
    this.care(false);
    try {
      const show = liveShow(this);
      await (show ? show.say(text) : post(form.action, { text }));
      field.value = "";
      this.wait(this.slow);
    } catch (error) {
      // The words stay in the field.
      const { code, detail } = refusal(error);
      if (code === "care") this.care(true);
      else refuse(this, detail);
    } finally {
      this.sending = false;
    }
  }

  /** @param {boolean} shown */
  care(shown) {
    const card = this.querySelector("[data-care]");
    if (!(card instanceof HTMLElement)) return;
    card.hidden = !shown;
    if (shown) card.scrollIntoView({ block: "nearest" });
  }

  /** Slow mode counts down where one looks. @param {number} seconds */
  wait(seconds) {
    clearTimeout(this.timer);
    const box = this.querySelector("[data-wait]");
    if (box instanceof HTMLElement) {
      box.hidden = seconds <= 0;
      box.textContent = `Slow mode: write again in ${seconds} s.`;
    }
    this.form?.querySelector("[type=submit]")?.toggleAttribute("disabled", seconds > 0);
    if (seconds > 0) this.timer = setTimeout(() => this.wait(seconds - 1), 1000);
  }
}

customElements.define("troupe-seats", TroupeSeats);
