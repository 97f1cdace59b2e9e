// @ts-check
/** `<troupe-desk>`: what the host of a stream does, without leaving the page. */
import { RefusedError, getJson, post, postJson } from "./http.js";
import { followState, hear, houseOf, refuse } from "./stream-house.js";
import { worded } from "./stream-words.js";
import { toast } from "./toast.js";

const LOOK = 10_000; // milliseconds between two looks at who words the lines

export class TroupeDesk extends HTMLElement {
  connectedCallback() {
    if (this.armed) return;
    this.armed = true;
    this.addEventListener("submit", (event) => this.submitted(event));
    hear(this, {
      welcome: (event) => this.topics(event.topics),
      topics: (event) => this.topics(event.topics),
    });
    followState(this, (state) => {
      clearInterval(this.timer);
      if (state !== "live") return this.directed(null);
      this.timer = setInterval(() => void this.look(), LOOK);
      void this.look();
    });
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  /** @param {SubmitEvent} event */
  submitted(event) {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    // What asks first goes its own way, over the server's page.
    if (!form || form.dataset.confirm) return;
    event.preventDefault();
    if (form.dataset.wish !== undefined) void this.sent(form, this.wish(form));
    else void this.sent(form, this.deed(form, new FormData(form, event.submitter)));
  }

  /** @param {HTMLFormElement} form @param {FormData} fields */
  async deed(form, fields) {
    // The action names the page as well: `form.action` would be a field of that name.
    const { said, go, state } = (await post(form.getAttribute("action") ?? "", fields)) ?? {};
    if (go) return location.assign(go);
    if (said) toast(said, "check");
    // The stage tells it as well; whoever has no socket just now need not wait for it.
    const house = houseOf(this);
    if (state && state !== house.dataset.state && "enter" in house && typeof house.enter === "function") house.enter(state);
  }

  /** @param {HTMLFormElement} form */
  async wish(form) {
    const fields = new FormData(form);
    const body = { text: String(fields.get("text") ?? "").trim() };
    const speaker = String(fields.get("speaker") ?? "");
    await postJson(`${this.dataset.api}wish/`, speaker ? { ...body, speaker } : body);
    form.reset();
    toast("They take it up with the next line.", "check");
  }

  /** @param {HTMLFormElement} form @param {Promise<unknown>} answer */
  async sent(form, answer) {
    const button = form.querySelector("[type=submit]");
    refuse(this);
    button?.setAttribute("aria-busy", "true");
    try {
      await answer;
    } catch (error) {
      refuse(this, error instanceof RefusedError ? error.message : "This did not reach us. Try again in a moment.");
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  /** @param {{topic: number, text: string}[]} topics */
  topics(topics) {
    this.querySelector("[data-choices]")?.replaceChildren(
      ...topics.map(({ topic, text }) => {
        const chip = document.createElement("button");
        chip.className = "chip";
        chip.name = "topic";
        chip.value = String(topic);
        chip.textContent = text;
        return chip;
      }),
    );
    const field = this.querySelector("[data-offer]");
    // Nobody's typing is overwritten.
    if (field instanceof HTMLTextAreaElement && field !== document.activeElement && field.value === field.defaultValue) {
      field.defaultValue = topics.map(({ text }) => text).join("\n");
      field.value = field.defaultValue;
    }
  }

  async look() {
    if (document.visibilityState !== "visible") return;
    try {
      this.directed((await getJson(this.dataset.api ?? "")).direction);
    } catch {
      // The next look tries again; the desk works without it.
    }
  }

  /** @param {{engine?: string, note?: string} | null | undefined} direction */
  directed(direction) {
    const box = this.querySelector("[data-direction]");
    if (!(box instanceof HTMLElement)) return;
    const words = worded(direction);
    box.hidden = !words;
    if (box.textContent !== words) box.textContent = words;
  }
}

customElements.define("troupe-desk", TroupeDesk);
