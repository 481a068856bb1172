import { find } from "./dom.js";
import { say } from "./words.js";

/** How many messages are unread, in the page's title and on its icon, also in a hidden tab. */
export class Notice {
  #session;
  #shown = "";
  #plain = find("link[rel=icon]").href;

  constructor(session) {
    this.#session = session;
  }

  draw() {
    const { unread, current } = this.#session;
    const title = `${current.isChannel ? "#" : ""}${this.#session.title(current)}`;
    const shown = `${unread > 0 ? `(${unread > 99 ? "99+" : unread}) ` : ""}${title} · Herald`;
    if (shown === this.#shown) {
      return;
    }
    this.#shown = shown;
    document.title = shown;
    find("link[rel=icon]").href = unread > 0 ? badged(unread) : this.#plain;
    const spoken = find("#unread");
    const sentence = unread > 0 ? say("unread.count", { n: unread }) : "";
    if (spoken.textContent !== sentence) {
      spoken.textContent = sentence;
    }
  }
}

function badged(unread) {
  const number = unread > 9 ? "9+" : unread;
  const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f5f8b"/><path d="M7 13.5v5h4l8 5v-15l-8 5z" fill="#fff"/><circle cx="21" cy="11" r="11" fill="#c62828"/><text x="21" y="16.500" text-anchor="middle" font-family="sans-serif" font-weight="bold" font-size="15" fill="#fff">${number}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(icon)}`;
}
