// @ts-check
/** The page of one post: it closes when the post may not be shown any more. */
import { Standing } from "./standing.js";

const place = document.querySelector("[data-post]");

/** Everything of it goes, its words and its picture too. */
function close() {
  const main = document.querySelector("main");
  const video = main?.querySelector("video");
  // A film that left the page would still be heard.
  video?.pause();
  video?.removeAttribute("src");
  video?.load();
  const title = document.createElement("h1");
  title.textContent = "This was taken down";
  title.tabIndex = -1;
  const words = document.createElement("p");
  words.textContent = "It cannot be seen any more, here or anywhere else.";
  const door = document.createElement("a");
  door.className = "btn btn--primary";
  door.href = "/";
  door.textContent = "Watch something else";
  const box = document.createElement("div");
  box.className = "empty";
  box.append(title, words, door);
  document.title = "Taken down · TROUPE";
  for (const sheet of document.querySelectorAll("dialog[open]")) {
    /** @type {HTMLDialogElement} */ (sheet).close();
  }
  main?.replaceChildren(box);
  title.focus();
}

if (place instanceof HTMLElement) {
  const { post = "", standing = "" } = place.dataset;
  let open = true;
  new Standing(
    standing,
    () => (open ? [post] : []),
    (gone) => {
      if (!gone.includes(post)) return;
      open = false;
      close();
    },
  );
}
