// @ts-check
/** Parts of a page that are fetched anew when what they show has changed. */

/**
 * Replace `[data-live=name]` by what the server shows now.
 * @param {string} name
 */
export async function swap(name) {
  const old = document.querySelector(`[data-live="${name}"]`);
  if (!old) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const part = parsed.querySelector(`[data-live="${name}"]`);
  if (part) old.replaceWith(document.adoptNode(part));
  for (const [n, quota] of document.querySelectorAll("[data-quota]").entries()) {
    const fresh = parsed.querySelectorAll("[data-quota]")[n];
    if (fresh) quota.replaceWith(document.importNode(fresh, true));
  }
}
