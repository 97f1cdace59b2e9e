// @ts-check
/** `<troupe-push data-key>`: whether this browser rings. */
import { postJson } from "./http.js";

const ME = "/api/v1/me/push/";

const HINTS = {
  off: "It does not ring. You choose below what it rings for.",
  on: "It rings for what you chose below.",
  denied: "You told this browser not to let us ring. Allow notifications for this site in its settings, then come back.",
};

/** @returns {string} ``Chrome on Android`` */
function label() {
  const agent = navigator.userAgent;
  const browsers = [["Firefox", /Firefox\//], ["Edge", /Edg\//], ["Opera", /OPR\//], ["Chrome", /Chrome\//], ["Safari", /Safari\//]];
  const systems = [["Android", /Android/], ["iPhone", /iPhone/], ["iPad", /iPad/], ["Windows", /Windows/], ["Mac", /Macintosh/], ["Linux", /Linux/]];
  /** @param {(string | RegExp)[][]} names */
  const first = (names) => names.find(([, shape]) => /** @type {RegExp} */ (shape).test(agent))?.[0];
  return `${first(browsers) ?? "A browser"} on ${first(systems) ?? "a device"}`;
}

/** @param {string} text base64url */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

class TroupePush extends HTMLElement {
  /** @type {ServiceWorkerRegistration | null} */
  house = null;

  async connectedCallback() {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;
    this.querySelector("[data-on]")?.addEventListener("click", () => void this.tried(() => this.turnOn()));
    this.querySelector("[data-off]")?.addEventListener("click", () => void this.tried(() => this.turnOff()));
    await this.tried(async () => {
      this.house = (await navigator.serviceWorker.register("/sw.js", { scope: "/" })) ?? null;
      await this.look();
    });
  }

  /** @param {() => Promise<void>} todo */
  async tried(todo) {
    const error = this.querySelector("[data-error]");
    if (error instanceof HTMLElement) error.hidden = true;
    try {
      await todo();
    } catch (problem) {
      console.info(problem);
      if (!(error instanceof HTMLElement)) return;
      error.textContent = "That did not work. Check the connection, then try again.";
      error.hidden = false;
    }
  }

  async look() {
    if (!this.house) return;
    const device = await this.house.pushManager.getSubscription();
    // The server may have forgotten it, and it does not hurt to say it twice.
    if (device) await this.say(device);
    this.show(Notification.permission === "denied" ? "denied" : device ? "on" : "off");
  }

  /** @param {"on" | "off" | "denied"} state */
  show(state) {
    const said = this.querySelector("[data-state]");
    if (said) said.textContent = HINTS[state];
    for (const [name, shown] of [["on", state === "off"], ["off", state === "on"]]) {
      const button = this.querySelector(`[data-${name}]`);
      if (button instanceof HTMLElement) button.hidden = !shown;
    }
  }

  async turnOn() {
    if ((await Notification.requestPermission()) !== "granted" || !this.house) return this.look();
    await navigator.serviceWorker.ready;
    const device = await this.house.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(this.dataset.key ?? ""),
    });
    await this.say(device);
    this.show("on");
  }

  async turnOff() {
    const device = await this.house?.pushManager.getSubscription();
    if (device) {
      await fetch(`${ME}?endpoint=${encodeURIComponent(device.endpoint)}`, {
        method: "DELETE",
        headers: { "X-CSRFToken": document.body.dataset.csrf ?? "" },
      });
      await device.unsubscribe();
    }
    this.show("off");
  }

  /** @param {PushSubscription} device */
  async say(device) {
    const { endpoint, keys } = device.toJSON();
    await postJson(ME, { endpoint, keys, label: label() });
  }
}

customElements.define("troupe-push", TroupePush);
