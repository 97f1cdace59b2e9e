// @ts-check
/** `<troupe-chat>`: say a line, read and hear the answer as it comes. */
import { Voice } from "./chat-voice.js";
import { RefusedError, post } from "./http.js";
import { setIcon } from "./icons.js";
import { swap } from "./live.js";
import { pref, setPref } from "./prefs.js";
import { armSheets } from "./sheets.js";
import { toast } from "./toast.js";

/** @import { TroupeStage } from "../stage/stage.js" */

const SLOWEST = 20_000; // milliseconds between two tries of the socket
const NOT_HERE = 4404; // sent away, or the conversation is gone
const GONE = [4401, NOT_HERE]; // close codes after which no try helps

const CHANGES = ["turn-end", "said", "people", "shown"];

export class TroupeChat extends HTMLElement {
  /** @type {Map<string, TroupeStage>} */
  stages = new Map();
  /** Sentences that were taken: the socket and the answer both tell of them. */
  heard = new Set();
  /** @type {{text: string, once: string} | null} what was sent and is not answered yet */
  sent = null;
  asking = 0;
  /** Settles when the answer that is waited for has come. */
  turn = Promise.resolve();
  wait = 1000;

  connectedCallback() {
    if (this.voice) return;
    const rigs = JSON.parse(this.querySelector("#rigs")?.textContent ?? "{}");
    for (const face of this.querySelectorAll("[data-face]")) {
      const id = face.getAttribute("data-face") ?? "";
      const stage = /** @type {TroupeStage | null} */ (face.querySelector("troupe-stage"));
      if (!stage) continue;
      if (rigs[id]) stage.rig = rigs[id];
      this.stages.set(id, stage);
    }
    this.voice = new Voice(this.stages, (speaker) => this.light(speaker));
    this.button = this.querySelector("[data-voice]");
    this.button?.addEventListener("click", () => this.speaking(!pref("voice")));
    this.speaking(pref("voice"));
    this.form = /** @type {HTMLFormElement | null} */ (this.querySelector("[data-composer]"));
    this.field = /** @type {HTMLTextAreaElement | null} */ (this.querySelector("textarea[name=text]#say"));
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.say();
    });
    this.field?.addEventListener("keydown", (event) => {
      // A phone's keyboard has no other way to begin a line.
      const key = event.key === "Enter" && !event.shiftKey && !event.isComposing;
      if (!key || matchMedia("(pointer: coarse)").matches) return;
      event.preventDefault();
      void this.say();
    });
    document.addEventListener("submit", (event) => this.act(event));
    this.addEventListener("click", (event) => this.press(event));
    document.addEventListener("click", (event) => this.close(event));
    if (location.hash === "#people") {
      const sheet = document.querySelector("dialog#people");
      if (sheet instanceof HTMLDialogElement) sheet.showModal();
    }
    this.connect();
    this.down();
  }

  // Saying -----------------------------------------------------------------------

  async say() {
    const text = this.field?.value.trim() ?? "";
    if (!this.field || !text || this.asking) return;
    if (this.sent?.text !== text) this.sent = { text, once: crypto.randomUUID() };
    this.voice?.hush();
    if (pref("voice")) this.voice?.unlock();
    this.refuse("");
    this.care(false);
    this.field.value = "";
    const bubble = this.bubble("mine", text);
    try {
      await this.asked(post(this.dataset.say ?? "", this.sent));
      this.sent = null;
    } catch (error) {
      bubble.remove();
      await this.failed(error, text);
    }
  }

  /**
   * Wait for replies; whoever missed the socket is given them now.
   * @param {Promise<any>} answer
   */
  asked(answer) {
    const turn = this.answered(answer);
    this.turn = turn.catch(() => {});
    return turn;
  }

  /** @param {Promise<any>} answer */
  async answered(answer) {
    this.asking += 1;
    const typing = this.thinking();
    try {
      const { replies = [], go } = (await answer) ?? {};
      if (go) return location.assign(go);
      await this.refresh();
      for (const reply of replies) this.catchUp(reply);
    } finally {
      this.asking -= 1;
      typing?.remove();
      for (const one of this.querySelectorAll("[data-streaming]")) one.remove();
    }
  }

  /**
   * @param {unknown} error
   * @param {string} text
   */
  async failed(error, text) {
    const answer = error instanceof RefusedError ? error : null;
    const screening = answer?.data?.screening;
    await this.refresh().catch(() => {});
    // It may have been kept, and only the answer is missing: then it can be asked for.
    const kept = this.querySelector('[data-live="lines"] form[action$="/answer/"]') !== null;
    if (this.field && !this.field.value && !(kept && !screening)) this.field.value = text;
    if (screening?.action === "crisis") return this.care(true);
    this.refuse(answer?.message ?? "This did not reach us. Your line is kept. Try again.", {
      appeal: Boolean(screening?.appeal),
      again: !answer,
    });
  }

  /** @param {SubmitEvent} event */
  act(event) {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    if (!form || form.dataset.act === undefined || event.defaultPrevented) return;
    event.preventDefault();
    const kind = form.dataset.act ?? "";
    const fields = new FormData(form, event.submitter);
    if (kind === "reply") {
      if (this.asking) return;
      this.voice?.hush();
      if (pref("voice")) this.voice?.unlock();
    }
    this.refuse("");
    // Whatever else is asked for while somebody answers is done when they have.
    const { action } = form;
    void this.acted(kind, this.turn.then(() => post(action, fields)));
  }

  /**
   * @param {string} kind
   * @param {Promise<any>} answer
   */
  async acted(kind, answer) {
    try {
      if (kind === "reply") return await this.asked(answer);
      const { go } = (await answer) ?? {};
      if (go) return location.assign(go);
      await this.refresh();
      if (kind === "memory") this.tell("Kept. It counts from the next reply.");
      if (kind === "invite") this.tell("Asked. It stands in the list.");
    } catch (error) {
      const words = error instanceof Error ? error.message : "";
      const screening = error instanceof RefusedError ? error.data?.screening : null;
      if (screening?.action === "crisis") this.care(true);
      else if (kind === "memory" || kind === "invite") toast(words, "circle-alert");
      else this.refuse(words);
    }
  }

  async refresh() {
    await swap("lines", "memory", "memory-side", "names", "here");
    this.down();
  }

  // Hearing ----------------------------------------------------------------------

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.dataset.socket}`);
    socket.addEventListener("open", () => {
      this.wait = 1000;
      this.dataset.live = "open";
    });
    socket.addEventListener("message", (event) => this.news(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      const live = this.dataset.live === "open";
      delete this.dataset.live;
      if (live && event.code === NOT_HERE) return location.assign("/chats/");
      if (GONE.includes(event.code) || !this.isConnected) return;
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(this.wait * 2, SLOWEST);
    });
  }

  /** @param {any} event */
  news(event) {
    if (event.type === "sentence" && !this.asking && this.line(event.message)) {
      // This page was loaded in mid-turn and shows the line as it stood then.
      void this.refresh();
    } else if (event.type === "turn-start") {
      this.streaming(event.message, String(event.speaker));
      this.light(String(event.speaker));
    } else if (event.type === "sentence") {
      this.sentence(event.message, event.n, event.text);
    } else if (event.type === "turn-failed") {
      this.querySelector(`[data-streaming="${CSS.escape(event.message)}"]`)?.remove();
    } else if (event.type === "closed") {
      location.assign("/chats/");
    } else if (this.asking) {
      // All of it is fetched with the answer; what others say is shown at once.
      if (event.type === "said" && String(event.speaker) !== this.dataset.seat) this.overhear(event);
    } else if (CHANGES.includes(event.type)) {
      // Another window of mine, or another person: this one shows what stands there now.
      void this.refresh();
    }
  }

  /** @param {{name: string, text: string}} event what another person said */
  overhear({ name, text }) {
    const bubble = this.bubble("person", text);
    const by = bubble.querySelector(".msg__by");
    if (by) by.textContent = name;
    const face = bubble.querySelector(".avatar");
    if (face) face.textContent = name.slice(0, 1).toUpperCase();
    this.tell(`${name}: ${text}`);
  }

  /**
   * @param {string} message
   * @param {string} speaker
   * @returns {HTMLElement}
   */
  streaming(message, speaker) {
    const known = this.querySelector(`[data-streaming="${CSS.escape(message)}"]`);
    if (known instanceof HTMLElement) return known;
    this.querySelector('[data-streaming=""]')?.remove();
    const bubble = this.bubble("theirs", "");
    bubble.dataset.streaming = message;
    bubble.dataset.speaker = speaker;
    const face = this.querySelector(`[data-message][data-speaker="${CSS.escape(speaker)}"] .avatar`);
    if (face) bubble.querySelector(".avatar")?.replaceWith(face.cloneNode(true));
    return bubble;
  }

  /**
   * @param {string} message
   * @param {number} n
   * @param {string} text
   */
  sentence(message, n, text) {
    const bubble = /** @type {HTMLElement | null} */ (
      this.querySelector(`[data-streaming="${CSS.escape(message)}"]`)
    );
    const words = bubble?.querySelector("p");
    if (words) words.textContent = `${words.textContent} ${text}`.trim();
    this.tell(text);
    this.down();
    this.speak(message, n, bubble?.dataset.speaker ?? "");
  }

  /** @param {{key: string, speaker: number, text: string}} reply */
  catchUp(reply) {
    const line = this.line(reply.key);
    const count = Number(line?.dataset.sentences ?? 0);
    if (!this.heard.has(`${reply.key}:0`)) this.tell(reply.text);
    for (let n = 0; n < count; n += 1) this.speak(reply.key, n, String(reply.speaker));
  }

  /**
   * @param {string} message
   * @param {number} n
   * @param {string} speaker
   */
  speak(message, n, speaker) {
    if (this.heard.has(`${message}:${n}`)) return;
    this.heard.add(`${message}:${n}`);
    if (pref("voice") && document.visibilityState === "visible") this.voice?.say({ message, n, speaker });
  }

  /** @param {HTMLElement} line a reply that is heard again */
  hear(line) {
    this.voice?.hush();
    this.voice?.unlock();
    for (let n = 0; n < Number(line.dataset.sentences); n += 1) {
      this.voice?.say({ message: line.dataset.message ?? "", n, speaker: line.dataset.speaker ?? "" });
    }
  }

  /** @param {boolean} on */
  speaking(on) {
    setPref("voice", on);
    this.button?.setAttribute("aria-pressed", String(on));
    if (this.button) setIcon(this.button, on ? "volume-2" : "volume-x");
    if (!on) this.voice?.hush();
  }

  /** @param {string | null} speaker */
  light(speaker) {
    for (const face of this.querySelectorAll("[data-face]")) {
      const listens = speaker !== null && face.getAttribute("data-face") !== speaker;
      face.toggleAttribute("data-listening", listens);
    }
  }

  // Showing ----------------------------------------------------------------------

  /** @param {string} key */
  line(key) {
    return /** @type {HTMLElement | null} */ (this.querySelector(`[data-message="${CSS.escape(key)}"]`));
  }

  get lines() {
    return this.querySelector('[data-live="lines"]');
  }

  /**
   * @param {"mine" | "theirs" | "person"} whose
   * @param {string} text
   * @returns {HTMLElement}
   */
  bubble(whose, text) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector(`template[data-${whose}]`));
    const piece = /** @type {HTMLElement} */ (template.content.cloneNode(true)).firstElementChild;
    if (!(piece instanceof HTMLElement)) throw new Error("The page lacks its template");
    const words = piece.querySelector("p");
    if (words) words.textContent = text;
    this.lines?.append(piece);
    this.down();
    return piece;
  }

  /** Three dots until somebody begins; none when a socket already told who. */
  thinking() {
    if (this.querySelector("[data-streaming]")) return null;
    return this.bubble("theirs", "");
  }

  down() {
    const last = this.lines?.lastElementChild;
    if (!last || location.hash) return;
    const page = document.scrollingElement;
    page?.scrollTo({ top: page.scrollHeight });
  }

  /** @param {string} text for readers of the page that do not see it */
  tell(text) {
    const box = this.querySelector("[data-said]");
    if (box) box.textContent = text;
  }

  /** @param {boolean} shown */
  care(shown) {
    const card = this.querySelector("[data-care]");
    if (!(card instanceof HTMLElement)) return;
    card.hidden = !shown;
    if (shown) {
      this.voice?.hush();
      card.scrollIntoView({ block: "center" });
    }
  }

  /**
   * @param {string} words empty: nothing is refused
   * @param {{appeal?: boolean, again?: boolean}} [ways] out
   */
  refuse(words, { appeal = false, again = false } = {}) {
    const box = this.querySelector("[data-refused]");
    if (!(box instanceof HTMLElement)) return;
    box.hidden = !words;
    for (const [name, shown] of Object.entries({ "ask-person": appeal, "try-again": again })) {
      const button = box.querySelector(`[data-${name}]`);
      if (button instanceof HTMLElement) button.hidden = !shown;
    }
    const text = box.querySelector("[data-refused-text]");
    if (text) text.textContent = words;
    if (words) box.scrollIntoView({ block: "nearest" });
  }

  /** @param {Event} event */
  press(event) {
    const target = event.target instanceof Element ? event.target : null;
    const line = target?.closest("[data-message]");
    if (target?.closest("[data-hear]") && line instanceof HTMLElement) this.hear(line);
    if (target?.closest("[data-try-again]")) void this.say();
    if (target?.closest("[data-ask-person]")) void this.appeal();
  }

  async appeal() {
    try {
      const { detail } = await post(this.dataset.review ?? "", { text: this.field?.value ?? "" });
      this.refuse(detail);
    } catch (error) {
      this.refuse(error instanceof Error ? error.message : "");
    }
  }

  /** Menus close when one looks elsewhere. @param {Event} event */
  close(event) {
    for (const menu of this.querySelectorAll("details.msg__more[open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
    }
  }
}

armSheets();
customElements.define("troupe-chat", TroupeChat);
