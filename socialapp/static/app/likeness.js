// @ts-check
/** `<troupe-likeness>`: the live check. The camera's pictures are sent and forgotten. */
import { RefusedError, post } from "./http.js";
import { objection } from "./objection.js";
import { part } from "./player.js";

const NAMES = ["ahead", "first", "second"];
const LONG_SIDE = 960;

/** @type {Record<string, string>} */
const NO_CAMERA = {
  NotAllowedError:
    "The browser may not use the camera. Allow it in the address bar and try again, or use a drawing.",
  NotFoundError:
    "We found no camera on this device. Open this page on a phone, or use a drawing.",
  NotReadableError:
    "Another program has the camera. Close it and try again, or use a drawing.",
};

class TroupeLikeness extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = /** @type {HTMLFormElement} */ (part(this, "form"));
    this.camera = part(this, "[data-camera]");
    this.video = /** @type {HTMLVideoElement} */ (part(this, "video"));
    this.busy = part(this, "[data-busy]");
    this.turns = (this.dataset.turns ?? "").split(" ");
    /** @type {Blob[]} */
    this.taken = [];
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.start();
    });
    part(this, "[data-take]").addEventListener("click", () => void this.take());
    part(this, "[data-stop]").addEventListener("click", () => this.stop());
  }

  disconnectedCallback() {
    this.stop();
  }

  async start() {
    this.refuse("");
    const input = this.form?.elements.namedItem("picture");
    const file = input instanceof HTMLInputElement ? input.files?.[0] : undefined;
    const words = file
      ? objection(file, Number(this.dataset.maxBytes))
      : "Choose your picture first.";
    if (words) return this.refuse(words);
    if (this.dataset.live === "no") return this.send();
    if (!navigator.mediaDevices) {
      return this.refuse(
        "This browser gives no camera to pages without https. Use a drawing, or ask whoever runs this copy.",
      );
    }
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 } },
        audio: false,
      });
    } catch (problem) {
      const name = problem instanceof DOMException ? problem.name : "";
      return this.refuse(NO_CAMERA[name] ?? "The camera does not start. Use a drawing.");
    }
    if (!this.video || !this.camera) return;
    this.taken = [];
    this.camera.hidden = false;
    this.video.srcObject = this.stream;
    await this.video.play();
    this.ask();
    part(this, "[data-take]").focus();
  }

  ask() {
    const next = this.taken.length;
    const words =
      next === 0
        ? "Look straight into the camera, then press Ready."
        : `Turn your head to your ${this.turns?.[next - 1]}, eyes still visible, then press Ready.`;
    part(this, "[data-ask]").textContent = words;
    const bar = part(this, "[data-taken]");
    if (bar instanceof HTMLProgressElement) bar.value = next;
  }

  async take() {
    const video = this.video;
    if (!video?.videoWidth) return;
    const scale = Math.min(1, LONG_SIDE / Math.max(video.videoWidth, video.videoHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
    /** @type {Blob | null} */
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    if (!blob) return;
    this.taken?.push(blob);
    if ((this.taken?.length ?? 0) < NAMES.length) return this.ask();
    this.stop();
    await this.send();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
    if (this.camera) this.camera.hidden = true;
  }

  async send() {
    if (!this.form || !this.busy) return;
    const fields = new FormData(this.form);
    this.taken?.forEach((blob, n) => fields.set(NAMES[n], blob, `${NAMES[n]}.jpg`));
    this.taken = [];
    this.busy.hidden = false;
    try {
      const { next } = await post(this.form.action, fields);
      location.assign(next);
    } catch (problem) {
      const refused = problem instanceof RefusedError ? problem.data : null;
      this.turns = refused?.turns ?? this.turns;
      this.refuse(
        refused?.error ?? "The pictures did not arrive. Nothing was kept; try again.",
      );
      this.busy.hidden = true;
    }
  }

  /** @param {string} words empty: nothing is wrong any more */
  refuse(words) {
    const box = part(this, "[data-refused]");
    part(box, "[data-words]").textContent = words;
    box.hidden = words === "";
    if (words) box.scrollIntoView({ block: "center" });
  }
}

customElements.define("troupe-likeness", TroupeLikeness);
