// @ts-check
/** `<troupe-talk>`: comments load, fold out and are sent without leaving the page; and
 * `<a data-talk href>` opens them over the feed, or beside it where there is room. */
import { ask } from "./confirm.js";
import { armLinks, openSheet } from "./fetched-sheet.js";
import { RefusedError, post } from "./http.js";
import { toast } from "./toast.js";
import { compact } from "./watch.js";

const LOST = "That did not reach us. Try again in a moment.";

/** @param {string} url @returns {Promise<Document>} */
async function fragment(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

export class TroupeTalk extends HTMLElement {
  connectedCallback() {
    if (this.armed) return;
    this.armed = true;
    this.addEventListener("click", (event) => this.follow(event));
    this.addEventListener("submit", (event) => this.submit(event));
  }

  /** @param {MouseEvent} event */
  follow(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const more = target?.closest("a[data-more]");
    const order = target?.closest("a[data-order]");
    if (more instanceof HTMLAnchorElement) {
      event.preventDefault();
      void this.more(more);
    } else if (order instanceof HTMLAnchorElement) {
      event.preventDefault();
      void this.load(order.href);
    }
  }

  /**
   * The next lines take the place of the link that asked for them.
   * @param {HTMLAnchorElement} link
   */
  async more(link) {
    if (link.getAttribute("aria-busy") === "true") return;
    link.setAttribute("aria-busy", "true");
    try {
      const parsed = await fragment(link.dataset.more ?? link.href);
      const list = link.parentElement;
      // Whoever overtook the end of the last page is here already.
      for (const line of parsed.querySelectorAll("[data-comment]")) {
        if (line.id && this.querySelector(`#${CSS.escape(line.id)}`)) line.remove();
      }
      const lines = [...parsed.body.children].map((line) => document.adoptNode(line));
      link.replaceWith(...lines);
      const first = lines.find((line) => line.matches(".comment"));
      if (first instanceof HTMLElement && list) {
        first.tabIndex = -1;
        first.focus({ preventScroll: true });
      }
    } catch (error) {
      console.info(error);
      // The link itself leads to a page with the same lines.
      location.assign(link.href);
    }
  }

  /** @param {string} href */
  async load(href) {
    const url = new URL(href, location.href);
    url.searchParams.set("sheet", "1");
    try {
      const parsed = await fragment(url.href);
      const fresh = parsed.querySelector("[data-body]");
      const body = this.querySelector("[data-body]");
      if (!fresh || !body) throw new Error(`${url} has no comments in it`);
      body.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
      const told = fresh.closest("troupe-talk")?.getAttribute("data-count");
      if (told) this.count(Number(told));
    } catch (error) {
      console.info(error);
      location.assign(href);
    }
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    if (!form || event.defaultPrevented) return;
    if (form.matches("[data-say]")) {
      event.preventDefault();
      // A sheet sends what is submitted in it elsewhere.
      event.stopPropagation();
      void this.say(form);
    } else if (form.matches("[data-act]")) {
      event.preventDefault();
      event.stopPropagation();
      void this.act(form);
    } else if (this.closest("dialog")) event.stopPropagation();
  }

  /** @param {HTMLFormElement} form */
  async say(form) {
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
      const told = await post(form.action, new FormData(form));
      form.reset();
      this.refuse("");
      this.put(form, told.html);
      this.count(told.count);
      if (told.text) toast(told.text, "clock");
    } catch (error) {
      const refused = error instanceof RefusedError ? error : null;
      if (refused?.data?.care) location.assign(refused.data.care);
      else this.refuse(refused && refused.status < 500 ? refused.message : LOST);
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  /**
   * The new comment stands first, or last in its branch; nothing that waits to be read
   * is loaded for it.
   * @param {HTMLFormElement} form
   * @param {string} html
   */
  put(form, html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const line = parsed.querySelector("[data-comment]");
    if (!(line instanceof HTMLElement)) return;
    const here = document.adoptNode(line);
    here.dataset.fresh = "";
    const answered = form.closest("details[data-reply]");
    answered?.removeAttribute("open");
    const root = answered?.closest(".comment__branch")?.closest("[data-comment]");
    const branch = (root ?? answered?.closest("[data-comment]"))?.querySelector("[data-branch]");
    const list = this.querySelector("[data-list]");
    this.querySelector("[data-nobody]")?.remove();
    if (branch) branch.append(here);
    else if (answered) answered.closest("[data-comment]")?.after(here);
    else list?.prepend(here);
    here.tabIndex = -1;
    here.focus();
    here.scrollIntoView({ block: "nearest" });
  }

  /** @param {HTMLFormElement} form */
  async act(form) {
    const question = form.dataset.confirm;
    if (question && !(await ask(question, "Remove"))) return;
    try {
      const told = await post(form.action, new FormData(form));
      toast(told?.text ?? "Done.", "check");
      const order = this.querySelector('a[data-order][aria-current="true"]');
      const here = order instanceof HTMLAnchorElement ? order.href : this.dataset.url;
      await this.load(here ?? location.href);
    } catch (error) {
      toast(error instanceof RefusedError ? error.message : LOST, "circle-alert");
    }
  }

  /** @param {string} words */
  refuse(words) {
    const box = this.querySelector("[data-refusal]");
    if (!(box instanceof HTMLElement)) return;
    box.hidden = !words;
    box.textContent = words;
    if (words) box.scrollIntoView({ block: "nearest" });
  }

  /** Of the post that is talked about. */
  get key() {
    return this.dataset.url?.split("/").at(-3) ?? "";
  }

  begin() {
    const first = this.querySelector("textarea, a, button");
    if (first instanceof HTMLElement) first.focus();
  }

  /** @param {number} number */
  count(number) {
    for (const one of document.querySelectorAll(`[data-comments="${this.key}"]`)) {
      one.textContent = compact(number);
      one.closest("a[aria-label]")?.setAttribute("aria-label", `Comments, ${number}`);
    }
  }
}

if (!customElements.get("troupe-talk")) customElements.define("troupe-talk", TroupeTalk);

/** @param {HTMLAnchorElement} link */
async function beside(link) {
  const aside = document.querySelector("[data-feed-aside]");
  if (!(aside instanceof HTMLElement) || !aside.offsetParent) return false;
  const key = link.closest("article")?.dataset.key ?? "";
  const there = aside.querySelector("troupe-talk");
  if (there instanceof TroupeTalk && there.key === key) {
    there.begin();
    return true;
  }
  try {
    const url = new URL(link.href);
    url.searchParams.set("sheet", "1");
    const parsed = await fragment(url.href);
    const talk = parsed.querySelector("troupe-talk");
    if (!talk) return false;
    const element = document.adoptNode(talk);
    aside.dispatchEvent(new CustomEvent("aside-open", { detail: { key, element } }));
    talk.querySelector("[data-close-report]")?.addEventListener("click", () => {
      aside.dispatchEvent(new CustomEvent("aside-close", { detail: { key } }));
      link.focus();
    });
    if (talk instanceof TroupeTalk) talk.begin();
    return true;
  } catch (error) {
    console.info(error);
    return false;
  }
}

armLinks("a[data-talk]", (link) => {
  void beside(link).then((shown) => {
    if (!shown) void openSheet(link, "talk-title", () => {});
  });
});
