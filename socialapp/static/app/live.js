// @ts-check
/** Parts of a page that are fetched anew when what they show has changed. */

/** @type {Map<string, number>} How often each part was asked for. */
const asked = new Map();

/**
 * Replace each `[data-live=name]` by what the server shows now. Of several answers only
 * that to the last question counts, in whatever order they come.
 * @param {string[]} names
 */
export async function swap(...names) {
  const shown = names.filter((name) => document.querySelector(`[data-live="${name}"]`));
  if (!shown.length) return;
  const turns = new Map(shown.map((name) => [name, (asked.get(name) ?? 0) + 1]));
  for (const [name, turn] of turns) asked.set(name, turn);
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = shown.filter((name) => asked.get(name) === turns.get(name));
  if (!fresh.length) return;
  for (const name of fresh) {
    const part = parsed.querySelector(`[data-live="${name}"]`);
    const now = document.querySelector(`[data-live="${name}"]`);
    if (part) now?.replaceWith(document.adoptNode(part));
  }
  for (const [n, quota] of document.querySelectorAll("[data-quota]").entries()) {
    const left = parsed.querySelectorAll("[data-quota]")[n];
    if (left) quota.replaceWith(document.importNode(left, true));
  }
}
