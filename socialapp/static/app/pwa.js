// @ts-check
/** Troupe as an app: its service worker, a new version, the home screen, signing out. */
import { toast } from "./toast.js";

const VISITS = "troupe-visits";
const OFFERED = "troupe-offered";
const OFFERED_AFTER = 3; // visits on different days

/** Said by the server: a page that failed, or was kept, knows nobody and says nothing. */
const stranger = () => "stranger" in document.body.dataset && !document.querySelector("[data-offline]");

/** @param {string} name */
function kept(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage is closed: nothing is offered then.
  }
}

/** @returns {number} days on which this browser was here */
function visits() {
  const [count, day] = kept(VISITS).split(" ");
  const today = new Date().toISOString().slice(0, 10);
  if (day === today) return Number(count);
  const here = (Number(count) || 0) + 1;
  keep(VISITS, `${here} ${today}`);
  return here;
}

/** Somebody who comes back may want it on the home screen; it is offered once.
 * @param {any} event */
function offer(event) {
  event.preventDefault();
  if (visits() < OFFERED_AFTER || kept(OFFERED)) return;
  keep(OFFERED, "1");
  toast("Troupe can live on your home screen.", "house", { label: "Add it", run: () => void event.prompt() });
}

/** @param {ServiceWorkerRegistration} house */
function announce(house) {
  if (!house.waiting || !navigator.serviceWorker.controller) return;
  const next = house.waiting;
  toast("There is a new version of Troupe.", "refresh-cw", {
    label: "Reload",
    run: () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      next.postMessage("take-over");
    },
  });
}

/** A browser in which nobody is signed in rings for nobody.
 * @param {ServiceWorkerRegistration} house */
async function clearAfterLeaving(house) {
  house.active?.postMessage("signed-out");
  const device = await house.pushManager?.getSubscription();
  await device?.unsubscribe();
}

async function arm() {
  const house = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  // A browser may be told to have none.
  if (!house) return;
  announce(house);
  house.addEventListener("updatefound", () => {
    const next = house.installing;
    next?.addEventListener("statechange", () => announce(house));
  });
  if (stranger()) await clearAfterLeaving(house);
}

visits();
addEventListener("beforeinstallprompt", offer);
if ("serviceWorker" in navigator) {
  // After the page: nothing on it needs this.
  addEventListener("load", () => {
    arm().catch((error) => console.info(error));
  });
}
