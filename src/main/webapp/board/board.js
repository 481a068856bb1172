/** The front page: the server renders it, and this script keeps it up to date from the feed. Text is always set as text, never as HTML. */

import { Feed, START, newId } from "./feed.js";
import { APPLICATION_NAME, gapInWords, isNews, isOfPeople, isPrivate, lineOf, stateInWords } from "./lines.js";

/** The most messages of each kind on the page; the oldest go first. */
const MAX_LINES = 500;

/** The same limit while the reader has scrolled up to older messages. */
const MAX_LINES_READ_BACK = 5_000;

/** How many older messages are asked for at a time; the second number is for pages of which no message was shown. */
const OLDER = 50;
const OLDER_UNSEEN = 500;

/** Older messages are asked for when the reader is this near to the top, in pixels. */
const NEAR_BEGINNING = 200;

/** The most people in the list, as in the server's. */
const MAX_PEOPLE = 200;

/** The id of the conversation with the application, whose messages have no sender. */
const APPLICATION = "";

/** The key in the browser's storage under which its device name is kept. */
const DEVICE = "herald-device";

const page = document.body.dataset;
const find = (selector) => document.querySelector(selector);

let selfId = page.self;

/** An element with text, classes and attributes; never HTML. */
function element(tag, { text, children = [], ...attributes } = {}) {
  const created = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => created.setAttribute(name, value));
  created.append(...(text === undefined ? children : [text]));
  return created;
}

function showLocalTime(time) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) {
    const isToday = at.toDateString() === new Date().toDateString();
    time.textContent = at.toLocaleString(undefined, {
      timeStyle: "short",
      ...(isToday ? {} : { dateStyle: "medium" }),
    });
    time.title = at.toLocaleString();
  }
}

/** One of the two lists of messages, with the messages not sent yet and the form to write with. */
class Conversation {
  #log;
  #list;
  #outbox;
  #text;
  #problem;
  #sending = new Map();
  #partnerId = null;
  #isAtEnd = true;
  #past;
  #older;
  /** The position of each line that has one. */
  #positions = new WeakMap();
  /** Messages older than this are not on the page; null when there are no messages at all. */
  #oldest = null;
  #isLoading = false;
  #isComplete = false;

  /**
   * @param {(text: string) => string} send gives the message's id, or throws when it cannot be sent
   * @param {object} past
   * @param {Position | null} past.end the last position that the server rendered
   * @param {(options: object) => Promise<object>} past.read reads a page of what was said before, as `Feed.history`
   * @param {(message: object) => object | null} past.line what `addLine` takes, as an array; null for what is not shown
   */
  constructor(section, send, past) {
    this.#log = section.querySelector(".log");
    this.#list = section.querySelector(".log ol");
    this.#outbox = section.querySelector(".outbox");
    this.#problem = section.querySelector(".composer .problem");
    this.#past = past;
    this.#older = section.querySelector(".older");
    this.#older.querySelector("button").addEventListener("click", () => this.#loadOlder());
    this.#begin();
    this.form = section.querySelector(".composer");
    this.#text = this.form.querySelector("textarea");
    this.#stayAtEnd();
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(send);
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.form.requestSubmit();
      }
    });
  }

  /** The people with whom there are messages. */
  get partners() {
    return new Set(Array.from(this.#list.children, (item) => item.dataset.with).filter((id) => id !== undefined));
  }

  /** Shows only the messages with one person. */
  showOnly(partnerId) {
    this.#partnerId = partnerId;
    [...this.#list.children, ...this.#outbox.children].forEach((item) => this.#showOrHide(item));
    this.scrollToEnd();
  }

  addLine(line, nameElement, partnerId) {
    const item = this.#item(line, nameElement);
    this.#append(item, partnerId);
    if (this.#oldest === null && line.position) {
      this.#reach(line.position);
    }
  }

  #item(line, nameElement) {
    const isOwn = line.senderId === selfId;
    const time = element("time", { datetime: line.at ?? new Date().toISOString() });
    showLocalTime(time);
    const text = element("p", { class: "text", dir: "auto", text: line.text });
    const item = element("li", { class: isOwn ? "line own" : "line", children: [nameElement, " ", time, text] });
    if (line.position) {
      this.#positions.set(item, line.position);
    }
    return item;
  }

  addNotice(sentence) {
    this.#append(element("li", { class: "notice", text: sentence }));
  }

  scrollToEnd() {
    this.#isAtEnd = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  focus() {
    this.#text.focus();
  }

  /** The message is published: the feed will deliver it. */
  sent(id) {
    this.#sending.get(id)?.remove();
    this.#sending.delete(id);
  }

  refused(id, reason) {
    const item = this.#sending.get(id);
    if (item) {
      this.#sending.delete(id);
      const dismiss = element("button", { type: "button", class: "plain", text: "Dismiss" });
      dismiss.addEventListener("click", () => {
        item.remove();
        this.focus();
      });
      item.className = "refused";
      item.lastChild.replaceWith(element("span", { class: "problem", role: "alert", text: ` Not sent: ${reason} ` }), dismiss);
    }
  }

  #submit(send) {
    const text = this.#text.value.trim();
    if (!text) {
      return;
    }
    try {
      const id = send(text);
      const item = element("li", { children: [element("bdi", { text }), element("em", { text: " sending…" })] });
      this.#sending.set(id, item);
      this.#mark(item, this.#partnerId);
      this.#outbox.append(item);
      this.#text.value = "";
      this.#problem.textContent = "";
    } catch (problem) {
      this.#problem.textContent = `Not sent: ${problem.message}.`;
    }
    this.focus();
  }

  /** Stays at the newest message when the reader was there, also when the window changes its size; does not move when the reader has scrolled up. */
  #stayAtEnd() {
    const extent = () => `${this.#log.scrollHeight} ${this.#log.clientHeight}`;
    let extentBefore = extent();
    let topBefore = this.#log.scrollTop;
    const resize = new ResizeObserver(() => {
      extentBefore = extent();
      if (this.#isAtEnd) {
        this.scrollToEnd();
      }
    });
    resize.observe(this.#log);
    resize.observe(this.#list);
    this.#log.addEventListener("scroll", () => {
      const isByReader = extent() === extentBefore;
      const isUpwards = this.#log.scrollTop < topBefore;
      topBefore = this.#log.scrollTop;
      if (isByReader) {
        this.#isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
        if (isUpwards && this.#log.scrollTop < NEAR_BEGINNING) {
          this.#loadOlder();
        }
      }
    });
  }

  /** Remembers the position of the first message that the server rendered. */
  #begin() {
    const { end } = this.#past;
    for (const item of this.#list.children) {
      this.#positions.set(item, { epoch: end.epoch, offset: Number(item.dataset.offset) });
    }
    if (end) {
      const first = this.#list.firstElementChild;
      this.#reach(first ? this.#positions.get(first) : { epoch: end.epoch, offset: end.offset + 1 });
    }
  }

  /** All messages from this position on are on the page. */
  #reach(oldest) {
    this.#oldest = oldest;
    this.#isComplete = oldest.offset <= 1;
    this.#sayOlder();
  }

  #sayOlder(problem) {
    const sentence = this.#isLoading
      ? "Loading older messages…"
      : this.#isComplete
        ? "No older messages"
        : problem
          ? `Older messages could not be loaded: ${problem}.`
          : "";
    this.#older.hidden = this.#oldest === null;
    this.#older.querySelector("button").hidden = this.#isLoading || this.#isComplete;
    this.#older.querySelector("[role=status]").textContent = sentence;
  }

  /** Adds older messages at the top until one of them is shown, or there are no older ones. */
  async #loadOlder() {
    if (this.#isLoading || this.#isComplete || this.#oldest === null) {
      return;
    }
    this.#isLoading = true;
    this.#sayOlder();
    let problem;
    try {
      let isSeen = false;
      for (let limit = OLDER; !isSeen && !this.#isComplete; limit = OLDER_UNSEEN) {
        const oldest = this.#oldest;
        const page = await this.#past.read({ before: oldest.offset, limit });
        if (this.#oldest !== oldest) {
          break; // The page's beginning went away meanwhile: what was read does not go with it.
        }
        isSeen = this.#prepend(page);
      }
    } catch (failure) {
      problem = failure.message;
    } finally {
      this.#isLoading = false;
      this.#sayOlder(problem);
    }
  }

  /** Returns whether any of these messages is shown. When the log began anew, its messages do not continue those on the page. */
  #prepend({ messages, epoch }) {
    if (messages.length === 0 || epoch !== this.#oldest.epoch) {
      this.#isComplete = true;
      return false;
    }
    let isSeen = false;
    this.#silently(() =>
      this.#steadily(() => {
        for (const message of messages) {
          const shown = this.#past.line(message);
          if (shown) {
            const [line, nameElement, partnerId = null] = shown;
            const item = this.#item(line, nameElement);
            this.#mark(item, partnerId);
            this.#list.prepend(item);
            isSeen ||= !item.hidden;
          }
        }
      }),
    );
    this.#reach({ epoch, offset: messages.at(-1).offset });
    return isSeen;
  }

  /** Screen readers do not read older messages out. */
  #silently(change) {
    this.#log.setAttribute("aria-live", "off");
    change();
    setTimeout(() => this.#log.setAttribute("aria-live", "polite"), 1_000);
  }

  /** Changes the page without moving what the reader is looking at. */
  #steadily(change) {
    const fixed = Array.from(this.#list.children).findLast((item) => !item.hidden);
    const topBefore = fixed?.getBoundingClientRect().top;
    change();
    if (this.#isAtEnd) {
      this.scrollToEnd();
    } else if (fixed) {
      this.#log.scrollTop += fixed.getBoundingClientRect().top - topBefore;
    }
  }

  #append(item, partnerId = null) {
    this.#mark(item, partnerId);
    this.#list.append(item);
    this.#forgetOldest(this.#isAtEnd ? MAX_LINES : MAX_LINES_READ_BACK);
    if (this.#isAtEnd || item.classList.contains("own")) {
      this.scrollToEnd();
    }
  }

  #forgetOldest(max) {
    if (this.#list.children.length <= max) {
      return;
    }
    this.#steadily(() => {
      while (this.#list.children.length > max) {
        this.#list.firstElementChild.remove();
      }
    });
    const first = Array.from(this.#list.children).find((item) => this.#positions.has(item));
    if (first) {
      this.#reach(this.#positions.get(first));
    }
  }

  #mark(item, partnerId) {
    if (partnerId !== null) {
      item.dataset.with = partnerId;
      this.#showOrHide(item);
    }
  }

  #showOrHide(item) {
    item.hidden = item.dataset.with !== undefined && item.dataset.with !== this.#partnerId;
  }
}

/** The list of people: who is online, who has a conversation with the reader, and how many of its messages are unread. */
class People {
  #section = find("#people");
  #list = this.#section.querySelector(":scope > ul");
  #online = new Map();
  #names = new Map([[APPLICATION, APPLICATION_NAME]]);
  #unread = new Map();
  #items = new Map();
  #chosen = APPLICATION;
  #partners;
  #isDrawn = true;

  /**
   * @param {Set<string>} partners whom there is a conversation with
   * @param {(id: string) => void} onChoose
   */
  constructor(partners, onChoose) {
    this.#partners = partners;
    for (const item of this.#list.children) {
      const { person } = item.firstElementChild.dataset;
      this.#items.set(person, item);
      this.#names.set(person, item.querySelector(".name").textContent);
      if (person !== APPLICATION) {
        this.#online.set(person, this.#names.get(person));
      }
    }
    document.addEventListener("click", ({ target }) => {
      const { person } = target.closest("button[data-person]")?.dataset ?? {};
      if (person !== undefined) {
        onChoose(person);
      }
    });
    this.#draw();
  }

  get chosen() {
    return this.#chosen;
  }

  knows(id) {
    return this.#names.has(id);
  }

  nameOf(id) {
    return this.#names.get(id) ?? id;
  }

  choose(id) {
    this.#chosen = id;
    this.#unread.delete(id);
    this.#drawSoon();
  }

  /** Learns a name by a message. */
  meet(id, name) {
    this.#names.set(id, name);
    if (this.#online.has(id) && this.#online.get(id) !== name) {
      this.#online.set(id, name);
      this.#drawSoon();
    }
  }

  /** There is a private message with this person; it has an offset when it is new. */
  talk(id, offset) {
    this.#partners.add(id);
    if (offset !== undefined && (id !== this.#chosen || document.hidden)) {
      const { count = 0, first = offset } = this.#unread.get(id) ?? {};
      this.#unread.set(id, { count: count + 1, first });
    }
    this.#drawSoon();
  }

  /** The offset of the first private message that is unread; Infinity when there is none. */
  get firstUnread() {
    return Math.min(...Array.from(this.#unread.values(), ({ first }) => first));
  }

  /** The unread messages of the chosen conversation are seen. */
  seen() {
    if (this.#unread.delete(this.#chosen)) {
      this.#drawSoon();
    }
  }

  /** Takes what the application says about the people online: the list (`people`), one change, or several (`changed`). */
  update(event, data) {
    const come = { people: data.people, online: [data], changed: data.online }[event] ?? [];
    const gone = { offline: [data.id], changed: data.offline }[event] ?? [];
    if (event === "people") {
      this.#online.clear();
    }
    gone.forEach((id) => this.#online.delete(id));
    come.forEach(({ id, name }) => {
      if (this.#online.size < MAX_PEOPLE || this.#online.has(id)) {
        this.#online.set(id, name);
        this.#names.set(id, name);
      }
    });
    find("#count").textContent = data.count === 1 ? "1 person online" : `${data.count} people online`;
    const unlisted = find("#unlisted");
    unlisted.hidden = data.count <= this.#online.size;
    unlisted.textContent = `and ${data.count - this.#online.size} more`;
    this.#drawSoon();
  }

  /** Draws at most once for each frame, and not while the page is hidden. */
  #drawSoon() {
    if (this.#isDrawn) {
      this.#isDrawn = false;
      requestAnimationFrame(() => {
        this.#isDrawn = true;
        this.#draw();
      });
    }
  }

  #draw() {
    const others = [...this.#online.keys()].filter((id) => id !== selfId);
    const shown = new Set([APPLICATION, ...others, ...this.#partners, this.#chosen]);
    for (const [id, item] of this.#items) {
      if (!shown.has(id)) {
        item.remove();
        this.#items.delete(id);
      }
    }
    let place = 0;
    for (const id of shown) {
      const item = this.#item(id);
      if (this.#list.children[place] !== item) {
        this.#list.insertBefore(item, this.#list.children[place] ?? null);
      }
      place++;
    }
    this.#drawUnread();
  }

  #item(id) {
    if (!this.#items.has(id)) {
      this.#items.set(id, element("li", { children: [element("button", { type: "button", "data-person": id })] }));
    }
    const item = this.#items.get(id);
    const button = item.firstElementChild;
    const isOffline = id !== APPLICATION && !this.#online.has(id);
    const unread = this.#unread.get(id)?.count;
    const note = id === APPLICATION ? "this server" : isOffline ? `${id}, offline` : id;
    button.setAttribute("aria-pressed", id === this.#chosen);
    button.replaceChildren(
      element("bdi", { class: "name", text: this.nameOf(id) }),
      " ",
      element("small", { class: "id", text: note }),
      ...(unread ? [" ", element("span", { class: "badge", text: `${unread} new` })] : []),
    );
    return item;
  }

  #drawUnread() {
    const sum = [...this.#unread.values()].reduce((some, { count }) => some + count, 0);
    const sentence = sum === 0 ? "" : sum === 1 ? "1 new private message" : `${sum} new private messages`;
    const shown = find("#unread [role=status]");
    if (shown.textContent !== sentence) {
      shown.textContent = sentence;
      document.title = sum === 0 ? "Herald" : `(${sum}) Herald`;
    }
  }
}

/** The connection's state. Screen readers are told only of changes that matter, not of every second. */
class Status {
  #countdown = null;

  show(state) {
    clearInterval(this.#countdown);
    const end = performance.now() + (state.delay ?? 0);
    const draw = () => {
      const secondsLeft = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      find("#state-shown").textContent = stateInWords(state, secondsLeft);
    };
    draw();
    if (state.name === "waiting") {
      this.#countdown = setInterval(draw, 1000);
    }
    find("#state").dataset.state = state.name;
    this.#speak(state.name === "waiting" || state.attempt > 0 ? "Offline, trying again" : stateInWords(state));
  }

  #speak(sentence) {
    const spoken = find("#state-spoken");
    if (spoken.textContent !== sentence) {
      spoken.textContent = sentence;
    }
  }
}

const news = new Conversation(find("#news"), (text) => feed.send({ event: "news", data: { msg: text } }), {
  end: rendered(page.newsEpoch, page.newsOffset),
  read: (options) => feed.history("news", options),
  line: (message) => (isNews(message) ? newsLine(message) : null),
});
const privately = new Conversation(
  find("#private"),
  (text) => feed.send({ event: "private", to: people.chosen, data: { msg: text } }),
  {
    end: rendered(page.privateEpoch, page.privateOffset),
    read: (options) => feed.history("private", options),
    line: (message) => (isPrivate(message) ? earlierPrivateLine(message) : null),
  },
);
const people = new People(privately.partners, (id) => {
  choose(id);
  privately.focus();
});
const status = new Status();

const feed = new Feed(feedUrl(), {
  onState: (state) => status.show(state),
  onConnected: ({ person }) => {
    selfId = person.id;
  },
  onMessage: show,
  onGap: (channel, reason) => conversationOf(channel)?.addNotice(gapInWords(reason)),
  onAck: ({ id }) => conversations().forEach((conversation) => conversation.sent(id)),
  onRefused: ({ id, message }) => conversations().forEach((conversation) => conversation.refused(id, message)),
  onError: (error) => console.warn("Herald:", error.code, error.message),
}, { device: deviceName() });

function feedUrl() {
  const url = new URL(page.feed, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

function conversations() {
  return [news, privately];
}

function conversationOf(channel) {
  return { news, private: privately }[channel];
}

function show(message) {
  if (isNews(message)) {
    meet(lineOf(message));
    news.addLine(...newsLine(message));
  } else if (isPrivate(message) && isOnPage(message)) {
    const line = lineOf(message);
    people.talk(line.partnerId, line.senderId !== selfId ? message.offset : undefined);
    meetEarlier(line);
    saySeen();
  } else if (isPrivate(message)) {
    const line = lineOf(message);
    meet(line);
    privately.addLine(...privateLine(line));
    people.talk(line.partnerId, isKept(message) && line.senderId !== selfId ? message.offset : undefined);
    saySeen();
  } else if (isOfPeople(message)) {
    people.update(message.event, message.data);
  }
}

function newsLine(message) {
  const line = lineOf(message);
  return [line, nameOf(line)];
}

function privateLine(line) {
  return [line, element("bdi", { class: "name", text: line.senderName }), line.partnerId];
}

/** A person who is known only from an old message is shown under the name in that message. */
function earlierPrivateLine(message) {
  const line = lineOf(message);
  meetEarlier(line);
  people.talk(line.partnerId);
  return privateLine(line);
}

function meetEarlier(line) {
  if (!people.knows(line.senderId)) {
    meet(line);
  }
}

/** Whether a private message is not later than those the server rendered: the feed sends it only because it was not seen on this device. */
function isOnPage({ channel, epoch, offset }) {
  const end = rendered(page.privateEpoch, page.privateOffset);
  return channel !== undefined && end?.epoch === epoch && offset <= end.offset;
}

/** Tells the server up to where private messages were seen, so that they are not sent again as new. */
function saySeen() {
  const last = feed.position("private");
  if (last && !document.hidden) {
    feed.seen({ epoch: last.epoch, offset: Math.min(last.offset, people.firstUnread - 1) });
  }
}

/** This browser's device name, kept in its storage; undefined when it has no storage. */
function deviceName() {
  try {
    const name = localStorage.getItem(DEVICE) ?? newId();
    localStorage.setItem(DEVICE, name);
    return name;
  } catch {
    return undefined; // The browser does not let pages keep anything.
  }
}

function meet({ senderId, senderName }) {
  if (senderId) {
    people.meet(senderId, senderName);
  }
}

/** Messages to this connection alone, such as the welcome, do not count as unread. */
function isKept({ channel }) {
  return channel !== undefined;
}

/** A click on a sender's name in the news opens the conversation with that person. */
function nameOf({ senderId, senderName }) {
  const name = element("bdi", { text: senderName });
  return senderId && senderId !== selfId
    ? element("button", { type: "button", class: "name", "data-person": senderId, children: [name] })
    : element("bdi", { class: "name", text: senderName });
}

function choose(id) {
  people.choose(id);
  saySeen();
  privately.showOnly(id);
  privately.form.hidden = id === APPLICATION;
  const name = people.nameOf(id);
  find("#private-title").replaceChildren(
    id === APPLICATION ? "Private: from " : "Private: with ",
    element("bdi", { text: name }),
  );
  find("label[for=private-text]").textContent = `Message to ${name}`;
}

/** The position of the last message that the server rendered; null if there was none. */
function rendered(epoch, offset) {
  return epoch ? { epoch, offset: Number(offset) } : null;
}

document.querySelectorAll("time").forEach(showLocalTime);
document.querySelectorAll(".log .to").forEach((recipient) => recipient.remove());
news.form.hidden = false;
news.scrollToEnd();
choose(APPLICATION);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    people.seen();
    saySeen();
    feed.retry();
  }
});
addEventListener("beforeunload", (event) => {
  if (feed.unacknowledged > 0) {
    event.preventDefault();
  }
});

// Everything if the server found nothing, as something may have come since.
feed.join("news", { since: rendered(page.newsEpoch, page.newsOffset) ?? START });
feed.join("private", { since: rendered(page.privateEpoch, page.privateOffset) ?? START, unseen: true });
feed.join("people", { resume: false });
feed.open();
