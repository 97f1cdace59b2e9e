// @ts-check
/** Parts of a page that are fetched anew when what they show has changed. */

/** @type {Map<string, number>} How often each part was asked for. */
const asked = new Map();

/**
 * Replace `[data-live=name]` by what the server shows now. Of several answers only that to
 * the last question counts, in whatever order they come.
 * @param {string} name
 */
export async function swap(name) {
  if (!document.querySelector(`[data-live="${name}"]`)) return;
  const turn = (asked.get(name) ?? 0) + 1;
  asked.set(name, turn);
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  if (asked.get(name) !== turn) return;
  const part = parsed.querySelector(`[data-live="${name}"]`);
  const now = document.querySelector(`[data-live="${name}"]`);
  if (part) now?.replaceWith(document.adoptNode(part));
  for (const [n, quota] of document.querySelectorAll("[data-quota]").entries()) {
    const fresh = parsed.querySelectorAll("[data-quota]")[n];
    if (fresh) quota.replaceWith(document.importNode(fresh, true));
  }
}
