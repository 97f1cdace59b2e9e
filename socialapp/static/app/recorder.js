// @ts-check
/** `<troupe-recorder>`: read the script yourself. The sound leaves when it is kept. */
import { RefusedError, post } from "./http.js";
import { icon, setIcon } from "./icons.js";
import { part } from "./player.js";
import { clock, level, noMicrophone, readAloud, soundObjection } from "./recorder-words.js";

const COUNT = 3; // seconds before the microphone listens
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", "audio/webm"];

/** @typedef {{ text: string, at: number, until: number, doubtful: boolean }} Word */
/** @typedef {{ key: string, seconds: number, words: Word[], sound: string, remove: string }} Heard */

export class TroupeRecorder extends HTMLElement {
  /** @type {Blob | null} what was recorded or chosen, not yet sent */
  taken = null;
  /** @type {Heard | null} what the server keeps */
  heard = null;
  /** What was read, to notice a script that changed. */
  read = "";
  /** @type {HTMLAudioElement | undefined} */
  playing;
  began = 0;

  connectedCallback() {
    if (this.desk) return;
    this.desk = part(this, "[data-desk]");
    this.script = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("textarea[data-script]"));
    this.hidden = false;
    this.addEventListener("click", (event) => this.press(event));
    this.addEventListener("change", (event) => this.changed(event));
    this.script?.addEventListener("input", () => this.wrote());
    this.closest("form")?.addEventListener("submit", (event) => this.guard(event), { capture: true });
    const kept = this.querySelector("script[type='application/json']");
    if (kept) this.keepHeard(JSON.parse(kept.textContent ?? "null"));
    if (!("MediaRecorder" in window) || !navigator.mediaDevices) {
      part(this, "[data-start]").hidden = true;
      this.say("This browser does not record. Use a file.");
    }
    part(this, "[data-clock]").textContent = `${clock(0)} of ${clock(Number(this.dataset.maxSeconds))}`;
    this.wrote();
    this.show();
  }

  disconnectedCallback() {
    this.release();
    this.playing?.pause();
  }

  /** Whether the person reads it themselves. */
  get mine() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.querySelector("[data-speaks]:checked"));
    return chosen?.value === "me";
  }

  /** @returns {HTMLInputElement} */
  get key() {
    return /** @type {HTMLInputElement} */ (part(this, "[data-key]"));
  }

  show() {
    part(this, "[data-mine]").hidden = !this.mine;
    for (const box of document.querySelectorAll("[data-house-voices]")) box.toggleAttribute("hidden", this.mine);
    this.key.value = this.mine && this.heard ? this.heard.key : "";
    if (!this.mine) this.stop();
  }

  wrote() {
    const words = readAloud(this.script?.value ?? "");
    part(this, "[data-prompt]").textContent = words || "Write the script first. It stands here while you read.";
    if (this.heard && words !== this.read) {
      this.refuse("The script was changed after you read it. Read it again, or undo the change.");
    } else if (this.heard) this.refuse("");
  }

  /** @param {Event} event */
  guard(event) {
    if (!this.mine || this.key.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.refuse("Record the script and keep it first, or let a voice speak.");
  }

  /** @param {Event} event */
  press(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.hasAttribute("data-start") || button.hasAttribute("data-again")) void this.start();
    else if (button.hasAttribute("data-stop")) this.stop();
    else if (button.hasAttribute("data-keep")) void this.send();
    else if (button.hasAttribute("data-listen")) this.listen(0);
    else if (button.hasAttribute("data-back")) void this.back();
    else if (button.dataset.forget) void this.forget(button, button.dataset.forget);
    else if (button.dataset.at) this.listen(Number(button.dataset.at));
  }

  /** @param {Event} event */
  changed(event) {
    const field = event.target instanceof HTMLInputElement ? event.target : null;
    if (field?.hasAttribute("data-speaks")) this.show();
    if (field?.hasAttribute("data-file") && field.files?.[0]) {
      const file = field.files[0];
      field.value = "";
      const words = soundObjection(file, Number(this.dataset.maxBytes));
      this.refuse(words);
      if (!words) this.take(file);
    }
  }

  // Recording ------------------------------------------------------------------

  async start() {
    if (this.recorder || this.counting) return;
    this.refuse("");
    if (!readAloud(this.script?.value ?? "")) return this.refuse("Write the script first, then read it.");
    this.counting = true;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: false, noiseSuppression: true, autoGainControl: true },
        video: false,
      });
    } catch (problem) {
      this.counting = false;
      return this.refuse(noMicrophone(problem instanceof DOMException ? problem.name : ""));
    }
    this.playing?.pause();
    part(this, "[data-taken]").hidden = true;
    part(this, "[data-start]").hidden = true;
    const stop = part(this, "[data-stop]");
    stop.hidden = false;
    stop.focus();
    part(this, "[data-prompt]").scrollIntoView({ block: "nearest" });
    this.measure(this.stream);
    for (let left = COUNT; left > 0 && this.counting; left -= 1) {
      this.say(`${left}…`);
      await new Promise((done) => setTimeout(done, 1000));
    }
    if (!this.counting || !this.stream) return;
    this.counting = false;
    const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(this.stream, kind ? { mimeType: kind } : {});
    /** @type {Blob[]} */
    const pieces = [];
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", () => this.take(new Blob(pieces, { type: recorder.mimeType })));
    this.recorder = recorder;
    this.began = performance.now();
    recorder.start();
    this.say("Read now.");
  }

  stop() {
    this.counting = false;
    if (this.recorder?.state === "recording") this.recorder.stop();
    this.release();
  }

  /** Give the microphone back. */
  release() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
    this.recorder = undefined;
    void this.context?.close();
    this.context = undefined;
    part(this, "[data-stop]").hidden = true;
    part(this, "[data-start]").hidden = !("MediaRecorder" in window);
    /** @type {HTMLProgressElement} */ (part(this, "[data-level]")).value = 0;
    this.say("");
  }

  /** @param {MediaStream} stream */
  measure(stream) {
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    this.context.createMediaStreamSource(stream).connect(analyser);
    const block = new Float32Array(analyser.fftSize);
    const most = Number(this.dataset.maxSeconds);
    const bar = /** @type {HTMLProgressElement} */ (part(this, "[data-level]"));
    const turn = () => {
      if (!this.stream) return;
      analyser.getFloatTimeDomainData(block);
      bar.value = level(block);
      const seconds = this.recorder ? (performance.now() - this.began) / 1000 : 0;
      part(this, "[data-clock]").textContent = `${clock(seconds)} of ${clock(most)}`;
      if (seconds >= most) this.stop();
      else requestAnimationFrame(turn);
    };
    turn();
  }

  /** @param {Blob} blob */
  take(blob) {
    this.release();
    this.taken = blob;
    const audio = /** @type {HTMLAudioElement} */ (part(this, "[data-audio]"));
    if (audio.src) URL.revokeObjectURL(audio.src);
    audio.src = URL.createObjectURL(blob);
    part(this, "[data-taken]").hidden = false;
    this.say("Listen to it, then keep it or read again.");
    part(this, "[data-keep]").focus();
  }

  // Keeping --------------------------------------------------------------------

  async send() {
    const button = part(this, "[data-keep]");
    if (!this.taken || button.getAttribute("aria-busy") === "true") return;
    const consent = /** @type {HTMLInputElement} */ (part(this, "[data-consent]"));
    if (!consent.checked) {
      this.refuse("Say first whose voice this is: tick the line above.");
      return consent.focus();
    }
    this.refuse("");
    button.setAttribute("aria-busy", "true");
    setIcon(button, "loader-circle");
    this.say("Looking for the words. A few seconds.");
    const fields = new FormData();
    fields.set("recording", this.taken, "recording");
    fields.set("script", this.script?.value ?? "");
    fields.set("consent", "1");
    try {
      this.keepHeard(await post(this.dataset.send ?? "", fields));
      this.say("");
      part(this, "[data-listen]").focus();
    } catch (problem) {
      this.say("");
      this.refuse(problem instanceof RefusedError ? problem.message : "The recording did not arrive. It is still here; try again in a moment.");
    } finally {
      button.removeAttribute("aria-busy");
      setIcon(button, "check");
    }
  }

  /** @param {Heard} heard */
  keepHeard(heard) {
    this.heard = heard;
    this.read = readAloud(this.script?.value ?? "");
    const doubtful = heard.words.filter((word) => word.doubtful).length;
    part(this, "[data-heard-said]").textContent = doubtful
      ? `We heard all ${heard.words.length} words; ${doubtful} of them not clearly. Listen to the marked ones.`
      : `We heard all ${heard.words.length} words.`;
    part(this, "[data-list]").replaceChildren(...heard.words.map((word) => this.word(word)));
    part(this, "[data-heard]").hidden = false;
    if (this.desk) this.desk.hidden = true;
    this.key.value = this.mine ? heard.key : "";
  }

  /** @param {Word} word */
  word({ text, at, doubtful }) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "heard__word";
    button.dataset.at = String(at);
    button.toggleAttribute("data-doubtful", doubtful);
    const time = document.createElement("span");
    time.className = "small muted num";
    time.textContent = `${at.toFixed(1)} s`;
    button.append(...(doubtful ? [icon("circle-alert")] : []), text, " ", time);
    if (doubtful) button.setAttribute("aria-label", `${text}, ${at.toFixed(1)} seconds, not clear`);
    item.append(button);
    return item;
  }

  /** @param {number} at seconds */
  listen(at) {
    if (!this.heard) return;
    this.playing ??= new Audio(this.heard.sound);
    this.playing.currentTime = Math.max(0, at - 0.05);
    this.playing.play().catch(() => this.refuse("The recording does not play in this browser."));
  }

  async back() {
    const heard = this.heard;
    if (!heard) return;
    try {
      await post(heard.remove, {});
    } catch (problem) {
      if (!(problem instanceof RefusedError) || problem.status !== 404) {
        return this.refuse("That did not reach us. Try again in a moment.");
      }
    }
    this.dropHeard();
    part(this, "[data-start]").focus();
  }

  /**
   * Take an earlier one back; a second press is the answer to the question.
   * @param {HTMLButtonElement} button
   * @param {string} url
   */
  async forget(button, url) {
    if (!button.hasAttribute("data-sure")) {
      button.setAttribute("data-sure", "");
      button.textContent = "Erase it, and its clips disappear";
      return;
    }
    try {
      const { clips } = await post(url, {});
      const item = button.closest("li");
      if (item) item.textContent = clips ? `Erased. ${clips} of your clips disappeared with it.` : "Erased.";
      if (this.heard?.remove === url) this.dropHeard();
    } catch (problem) {
      this.refuse(problem instanceof RefusedError ? problem.message : "That did not reach us. Try again in a moment.");
    }
  }

  dropHeard() {
    this.playing?.pause();
    this.playing = undefined;
    this.heard = null;
    this.key.value = "";
    part(this, "[data-heard]").hidden = true;
    part(this, "[data-taken]").hidden = true;
    if (this.desk) this.desk.hidden = false;
    this.refuse("");
  }

  /** @param {string} words */
  say(words) {
    part(this, "[data-said]").textContent = words;
  }

  /** @param {string} words empty: nothing is wrong any more */
  refuse(words) {
    const box = part(this, "[data-refused]");
    part(box, "[data-words]").textContent = words;
    box.hidden = words === "";
  }
}

customElements.define("troupe-recorder", TroupeRecorder);
