// @ts-check
/** A page of ours in a sheet over the page one is on. */

/** @param {HTMLDialogElement} sheet @param {string} html */
export function fill(sheet, html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  sheet.replaceChildren(...parsed.body.childNodes);
}

/**
 * The page itself opens instead when its sheet cannot be fetched.
 * @param {HTMLAnchorElement} link
 * @param {string} title id of the heading in the sheet
 * @param {(sheet: HTMLDialogElement, form: HTMLFormElement, button: HTMLElement | null) => void} send
 * @returns {Promise<HTMLDialogElement | null>}
 */
export async function openSheet(link, title, send) {
  const sheet = document.createElement("dialog");
  sheet.className = "sheet";
  sheet.setAttribute("aria-labelledby", title);
  try {
    const url = new URL(link.href);
    url.searchParams.set("sheet", "1");
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${link.href} answered ${response.status}`);
    fill(sheet, await response.text());
  } catch (error) {
    console.info(error);
    // The page itself says what is the matter.
    location.assign(link.href);
    return null;
  }
  document.body.append(sheet);
  sheet.addEventListener("close", () => {
    sheet.remove();
    if (link.isConnected) link.focus();
  });
  sheet.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    // A click on the dialog itself is one on its backdrop: the body covers the rest.
    if (target === sheet || target?.closest("[data-close-report]")) sheet.close();
  });
  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) send(sheet, event.target, event.submitter);
  });
  sheet.showModal();
  return sheet;
}

/**
 * Clicks on links of a kind open their sheets; with a modifier they open as links do.
 * @param {string} selector
 * @param {(link: HTMLAnchorElement) => void} open
 */
export function armLinks(selector, open) {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest(selector);
    if (!(link instanceof HTMLAnchorElement)) return;
    if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    open(link);
  });
}
