import { button, eachFrame, element, find } from "./dom.js";
import { rowElement } from "./message-row.js";
import { rowsOf, signature } from "./rows.js";
import { say } from "./words.js";

/** How many rows are in the document at first, are added at a time, and are there at most. */
const FIRST = 80;
const STEP = 60;
const MOST = 320;

/** Older messages are asked for when the reader is this near to the beginning, in pixels. */
const NEAR = 600;

/** The reader is at the end when so few pixels are left. */
const AT_END = 40;

/**
 * The messages of the current conversation. Only some hundred rows around what is read are in the document, however many messages there
 * are. The row that the reader looks at keeps its place, except at the end, where the page follows what comes.
 */
export class Timeline {
  #session;
  #page;
  #log = find("#log");
  #list = find("#log ol");
  #latest = find("#latest");
  #older = find("#older");
  #shownId = null;
  #rows = [];
  /** The rows in the document: from `#first` up to `#end`, without it. */
  #first = 0;
  #end = 0;
  #isAtEnd = true;
  #built = new Map();
  #actions = null;

  constructor(session, page) {
    this.#session = session;
    this.#page = page;
    this.draw = eachFrame(() => this.#draw());
    this.#log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const resize = new ResizeObserver(() => this.#isAtEnd && this.#toEnd());
    resize.observe(this.#log);
    resize.observe(this.#list);
    this.#latest.addEventListener("click", () => this.jumpToEnd());
    this.#list.addEventListener("pointerover", ({ target }) => this.#offerActions(target.closest(".row")));
    this.#list.addEventListener("focusin", ({ target }) => this.#offerActions(target.closest(".row")));
    this.#log.addEventListener("keydown", (event) => this.#key(event));
    session.isReading = () => this.#isAtEnd && !document.hidden;
  }

  /** Shows the newest messages. */
  jumpToEnd() {
    this.#isAtEnd = true;
    this.#end = this.#rows.length;
    this.#first = Math.max(0, this.#end - FIRST);
    this.#draw();
  }

  /** Brings a message into view and marks it; says whether it is there. */
  reveal(key) {
    const place = this.#rows.findIndex((row) => row.key === key);
    if (place < 0) {
      return false;
    }
    this.#isAtEnd = false;
    this.#first = Math.max(0, place - STEP);
    this.#end = Math.min(this.#rows.length, place + STEP);
    this.#build();
    const row = this.#built.get(key)?.item;
    row?.scrollIntoView({ block: "center" });
    row?.classList.add("found");
    return true;
  }

  #draw() {
    const { current: conversation, outbox, self } = this.#session;
    const isOther = this.#shownId !== conversation.id;
    const isFollowing = this.#isAtEnd || isOther;
    const anchor = isFollowing ? null : this.#anchor();
    const countBefore = this.#rows.length;
    const firstKey = this.#rows[this.#first]?.key;
    this.#rows = rowsOf(conversation.messages, outbox.of(conversation.id), conversation.firstUnread, self);
    if (isOther) {
      this.#shownId = conversation.id;
      this.#built.clear();
      this.#list.replaceChildren();
      this.#actions = null;
    }
    if (isFollowing) {
      this.#isAtEnd = true;
      this.#end = this.#rows.length;
      this.#first = Math.max(0, this.#end - FIRST);
    } else {
      const moved = Math.max(0, this.#rows.findIndex(({ key }) => key === firstKey) - this.#first);
      this.#first += moved;
      this.#end = Math.min(this.#rows.length, this.#end + moved + (this.#end === countBefore - moved ? STEP : 0));
    }
    this.#build(anchor);
    if (!this.#isAtEnd && this.#first > 0 && this.#log.scrollTop < NEAR) {
      // A reader who is at the top already cannot scroll there again to see what has come.
      this.#earlier();
    }
    this.#say(conversation);
    this.#log.dataset.shown = conversation.id;
    if (this.#session.isReading()) {
      this.#session.read();
    }
  }

  /** Makes the document have the rows from `#first` to `#end`, and the anchor stay where it is. */
  #build(anchor = null) {
    const wanted = this.#rows.slice(this.#first, this.#end);
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, { item }] of this.#built) {
      if (!keys.has(key)) {
        item.remove();
        this.#built.delete(key);
      }
    }
    wanted.forEach((row, place) => {
      const item = this.#item(row);
      if (this.#list.children[place] !== item) {
        this.#list.insertBefore(item, this.#list.children[place] ?? null);
      }
    });
    if (this.#isAtEnd) {
      this.#toEnd();
    } else if (anchor) {
      this.#hold(anchor);
    }
  }

  #item(row) {
    const now = `${signature(row)}${row.entry ? this.#session.isConnected : ""}`;
    const known = this.#built.get(row.key);
    if (known?.signature === now) {
      return known.item;
    }
    const item = rowElement(row, this.#page);
    if (known) {
      known.item.replaceWith(item);
    }
    this.#built.set(row.key, { item, signature: now });
    return item;
  }

  /** The first row in view, and where it is. */
  #anchor() {
    const { top } = this.#log.getBoundingClientRect();
    for (const item of this.#list.children) {
      const place = item.getBoundingClientRect();
      if (place.bottom > top) {
        return { key: item.dataset.key, top: place.top };
      }
    }
    return null;
  }

  #hold({ key, top }) {
    const item = this.#built.get(key)?.item;
    if (item) {
      const by = item.getBoundingClientRect().top - top;
      if (Math.abs(by) > 0.5) {
        this.#log.scrollTop += by;
      }
    }
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** The page itself only scrolls to the end or keeps a row in its place: whoever leaves the end is the reader. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    const left = scrollHeight - scrollTop - clientHeight;
    const wasAtEnd = this.#isAtEnd;
    this.#isAtEnd = left < AT_END && this.#end === this.#rows.length;
    if (scrollTop < NEAR) {
      this.#earlier();
    } else if (left < NEAR && this.#end < this.#rows.length) {
      this.#later();
    }
    if (this.#isAtEnd !== wasAtEnd) {
      this.draw();
    }
  }

  #earlier() {
    if (this.#first > 0) {
      const anchor = this.#anchor();
      this.#first = Math.max(0, this.#first - STEP);
      this.#end = Math.min(this.#end, this.#first + MOST);
      this.#isAtEnd = false;
      this.#build(anchor);
    } else if (!this.#session.current.isComplete && !this.#session.current.problem && this.#session.isConnected && this.#rows.length > 0) {
      this.#session.history.older(this.#session.current);
    }
  }

  #later() {
    const anchor = this.#anchor();
    this.#end = Math.min(this.#rows.length, this.#end + STEP);
    this.#first = Math.max(this.#first, this.#end - MOST);
    this.#build(anchor);
  }

  #say(conversation) {
    const { isComplete, problem } = conversation;
    const isLoading = conversation.loading !== null;
    const again = button(say("older.load"), () => this.#session.history.older(conversation), { class: "plain" });
    const sentence = isLoading ? say("older.loading") : problem ? say("older.failed", { problem }) : "";
    this.#older.replaceChildren(
      element("span", { role: "status", text: sentence || (isComplete ? say(this.#rows.length > 0 ? "older.none" : "empty") : "") }),
      ...(isComplete || isLoading ? [] : [" ", again]),
    );
    const { unread } = conversation;
    this.#latest.hidden = this.#isAtEnd;
    this.#latest.textContent = unread > 0 ? say("latest.unread", { n: unread }) : say("latest");
  }

  /** The row under the pointer or the focus gets its buttons. */
  #offerActions(row) {
    if (row === null || this.#actions?.parentElement === row) {
      return;
    }
    this.#actions?.remove();
    const found = this.#rows.find(({ key }) => key === row.dataset.key);
    this.#actions = found && !found.entry && found.came === undefined ? this.#page.actionsFor(found.message) : null;
    if (this.#actions) {
      row.append(this.#actions);
    }
  }

  /** Arrows go from message to message. */
  #key(event) {
    const row = document.activeElement.closest?.("#log .row");
    const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    if (step && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const next = row ? row[step] : event.key === "ArrowUp" ? this.#list.lastElementChild : null;
      if (next) {
        event.preventDefault();
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: "nearest" });
      }
    } else if (event.key === "End" && !row) {
      event.preventDefault();
      this.jumpToEnd();
    }
  }
}
