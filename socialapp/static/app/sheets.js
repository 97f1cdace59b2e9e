// @ts-check
/** Sheets that ask before something is done: native dialogs, opened by id. */

export function armSheets() {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target?.closest("[data-open-sheet]");
    if (opener instanceof HTMLElement) {
      const sheet = document.getElementById(opener.dataset.openSheet ?? "");
      if (sheet instanceof HTMLDialogElement) sheet.showModal();
    }
    if (target?.closest("[data-close-sheet]")) target.closest("dialog")?.close();
    // A click on the dialog itself is one on its backdrop: the body covers the rest.
    if (target instanceof HTMLDialogElement) target.close();
  });
}
