// @ts-check
/** The line goes to the studio in the part of the address that is sent to nobody. */
const link = document.querySelector("[data-studio]");
const line = document.querySelector("[data-script]")?.textContent?.trim();
if (link instanceof HTMLAnchorElement && line) {
  link.hash = new URLSearchParams({ script: line }).toString();
}
