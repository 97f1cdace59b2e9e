// @ts-check
/** Tells on any page that a clip which was begun in this tab is ready. */
import { follow } from "./progress.js";
import { toast } from "./toast.js";
import { line, open } from "./waiting.js";

const FLAG = "troupe-open";
const POLL = "/clips/progress/";

function waiting() {
  try {
    return sessionStorage.getItem(FLAG) === "1";
  } catch {
    return false;
  }
}

if (waiting() && "signedIn" in document.body.dataset) {
  /** @type {Set<string>} */
  const begun = new Set();
  follow(
    "*",
    (progress) => {
      if (open(progress)) {
        begun.add(progress.key);
        return;
      }
      if (!begun.delete(progress.key)) return;
      // A page that shows the clip says it itself.
      if (!document.querySelector(`[data-key="${CSS.escape(progress.key)}"]`)) toast(line(progress), "clapperboard");
      if (!begun.size) sessionStorage.removeItem(FLAG);
    },
    POLL,
  );
}
