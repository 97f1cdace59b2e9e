// @ts-check
/** `<a data-report href>`: the report page, in a sheet over the page one is on. */
import { toast } from "./toast.js";

/** @param {HTMLDialogElement} sheet @param {string} html */
function fill(sheet, html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  sheet.replaceChildren(...parsed.body.childNodes);
}

/** @param {HTMLAnchorElement} link */
async function open(link) {
  const sheet = document.createElement("dialog");
  sheet.className = "sheet";
  sheet.setAttribute("aria-labelledby", "report-title");
  try {
    const response = await fetch(`${link.href}?sheet=1`);
    if (!response.ok) throw new Error(`${link.href} answered ${response.status}`);
    fill(sheet, await response.text());
  } catch (error) {
    console.info(error);
    // The page itself says what is the matter.
    location.assign(link.href);
    return;
  }
  document.body.append(sheet);
  sheet.addEventListener("close", () => {
    sheet.remove();
    link.focus();
  });
  sheet.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    // A click on the dialog itself is one on its backdrop: the body covers the rest.
    if (target === sheet || target?.closest("[data-close-report]")) sheet.close();
  });
  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void send(sheet, event.target);
  });
  sheet.showModal();
}

/** @param {HTMLDialogElement} sheet @param {HTMLFormElement} form */
async function send(sheet, form) {
  const button = form.querySelector("[type=submit]");
  button?.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(`${form.action}?sheet=1`, {
      method: "POST",
      body: new FormData(form),
    });
    // 400 and 429 are the form again, with what has to change.
    if (response.status >= 500) throw new Error(`the server answered ${response.status}`);
    fill(sheet, await response.text());
    sheet.scrollTop = 0;
  } catch (error) {
    console.info(error);
    toast("The report did not reach us. Try again in a moment.", "circle-alert");
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const link = target?.closest("a[data-report]");
  if (!(link instanceof HTMLAnchorElement)) return;
  if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
  event.preventDefault();
  void open(link);
});
