// @ts-check
/** `<a data-report href>`: the report page, in a sheet over the page one is on. */
import { armLinks, fill, openSheet } from "./fetched-sheet.js";
import { toast } from "./toast.js";

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

armLinks("a[data-report]", (link) => {
  void openSheet(link, "report-title", (sheet, form) => void send(sheet, form));
});
