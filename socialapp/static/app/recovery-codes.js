// @ts-check
/** The codes are on the page this once: into a file, or into the clipboard. */
import { toast } from "./toast.js";

const codes = document.getElementById("codes")?.textContent ?? "";
const save = document.querySelector("[data-save-codes]");
const copy = document.querySelector("[data-copy-codes]");

if (save instanceof HTMLAnchorElement && codes) {
  const words = `Recovery codes of ${location.host}. Each signs you in once.\n\n${codes}`;
  save.href = URL.createObjectURL(new Blob([words], { type: "text/plain" }));
  save.hidden = false;
}
if (copy instanceof HTMLButtonElement && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(codes);
      toast("Copied.", "check");
    } catch (error) {
      console.info(error);
      toast("The browser did not allow it. Mark the codes and copy them.", "circle-alert");
    }
  });
}
