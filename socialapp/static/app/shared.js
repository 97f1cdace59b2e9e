// @ts-check
/** What another app shared: kept on this device until something is made of it. */

const CACHE = "troupe-shared";
const PICTURE = "/share/picture";

/** @returns {Promise<File | null>} the picture, which is then no longer kept */
export async function takeShared() {
  const file = await sharedPicture();
  if (file) await caches.delete(CACHE);
  return file;
}

/** @returns {Promise<File | null>} */
export async function sharedPicture() {
  if (!("caches" in window)) return null;
  const kept = await caches.match(PICTURE, { cacheName: CACHE });
  if (!kept) return null;
  const data = await kept.blob();
  return new File([data], "shared", { type: data.type });
}

/** `<troupe-shared>`: what came, and what can be made of it. */
class TroupeShared extends HTMLElement {
  async connectedCallback() {
    const told = new URLSearchParams(location.hash.slice(1));
    const text = told.get("text") ?? "";
    const picture = await sharedPicture();
    this.fill("text", Boolean(text), (part) => {
      const words = part.querySelector("[data-words]");
      if (words) words.textContent = text;
      const link = part.querySelector("a");
      if (link) link.href = `/studio/#${new URLSearchParams({ script: text })}`;
    });
    this.fill("picture", picture !== null, (part) => {
      const image = part.querySelector("img");
      if (image && picture) image.src = URL.createObjectURL(picture);
    });
    this.fill("lost", told.has("lost"), () => {});
    this.fill("none", !text && !picture && !told.has("lost"), () => {});
  }

  /**
   * @param {string} name
   * @param {boolean} shown
   * @param {(part: HTMLElement) => void} with_
   */
  fill(name, shown, with_) {
    const part = this.querySelector(`[data-${name}]`);
    if (!(part instanceof HTMLElement)) return;
    part.hidden = !shown;
    if (shown) with_(part);
  }
}

if (!customElements.get("troupe-shared")) customElements.define("troupe-shared", TroupeShared);
