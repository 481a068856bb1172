/** The front page: what the server rendered, kept up to date from the feed. Text is only ever set as text. */

import { Feed, START } from "./feed.js";
import { APPLICATION_NAME, gapInWords, isNews, isOfPeople, isPrivate, lineOf, stateInWords } from "./lines.js";

/** The most messages of each kind on the page; the oldest go first. */
const MAX_LINES = 500;

/** The most people in the list, as in the server's. */
const MAX_PEOPLE = 200;

/** The conversation with the application: what has no sender. */
const APPLICATION = "";

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

/** One of the two lists of messages, with those that are still on their way, and the form to write with. */
class Conversation {
  #log;
  #list;
  #outbox;
  #text;
  #problem;
  #sending = new Map();
  #partnerId = null;
  #isAtEnd = true;

  /** @param {(text: string) => string} send gives the message's id, or throws when it cannot be sent */
  constructor(section, send) {
    this.#log = section.querySelector(".log");
    this.#list = section.querySelector(".log ol");
    this.#outbox = section.querySelector(".outbox");
    this.#problem = section.querySelector(".composer .problem");
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
    const isOwn = line.senderId === selfId;
    const time = element("time", { datetime: line.at ?? new Date().toISOString() });
    showLocalTime(time);
    const text = element("p", { class: "text", dir: "auto", text: line.text });
    this.#append(element("li", { class: isOwn ? "line own" : "line", children: [nameElement, " ", time, text] }), partnerId);
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

  /** The message is published: it comes by the feed. */
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

  /** Whoever reads the newest goes on reading the newest, also when the window changes; who scrolled back is left alone. */
  #stayAtEnd() {
    const extent = () => `${this.#log.scrollHeight} ${this.#log.clientHeight}`;
    let extentBefore = extent();
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
      if (isByReader) {
        this.#isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
      }
    });
  }

  #append(item, partnerId = null) {
    this.#mark(item, partnerId);
    this.#list.append(item);
    if (this.#list.children.length > MAX_LINES) {
      this.#list.firstElementChild.remove();
    }
    if (this.#isAtEnd || item.classList.contains("own")) {
      this.scrollToEnd();
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

/** Who is online, whom there is a conversation with, and what is unread of it. */
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

  /** There is a new private message with this person. */
  talk(id, isNew) {
    this.#partners.add(id);
    if (isNew && (id !== this.#chosen || document.hidden)) {
      this.#unread.set(id, (this.#unread.get(id) ?? 0) + 1);
    }
    this.#drawSoon();
  }

  /** The unread messages of the chosen conversation are seen. */
  seen() {
    if (this.#unread.delete(this.#chosen)) {
      this.#drawSoon();
    }
  }

  /** Takes what the application says of the people online. */
  update(event, data) {
    if (event === "people") {
      this.#online = new Map(data.people.map(({ id, name }) => [id, name]));
      this.#online.forEach((name, id) => this.#names.set(id, name));
    } else if (event === "offline") {
      this.#online.delete(data.id);
    } else if (this.#online.size < MAX_PEOPLE) {
      this.#online.set(data.id, data.name);
      this.#names.set(data.id, data.name);
    }
    find("#count").textContent = data.count === 1 ? "1 person online" : `${data.count} people online`;
    const unlisted = find("#unlisted");
    unlisted.hidden = data.count <= this.#online.size;
    unlisted.textContent = `and ${data.count - this.#online.size} more`;
    this.#drawSoon();
  }

  /** In a storm of changes once for each picture, and not at all while nobody looks. */
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
    const unread = this.#unread.get(id);
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
    const sum = [...this.#unread.values()].reduce((some, more) => some + more, 0);
    const sentence = sum === 0 ? "" : sum === 1 ? "1 new private message" : `${sum} new private messages`;
    const shown = find("#unread [role=status]");
    if (shown.textContent !== sentence) {
      shown.textContent = sentence;
      document.title = sum === 0 ? "Herald" : `(${sum}) Herald`;
    }
  }
}

/** The connection's state. What is spoken changes only when it matters, not with every second. */
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

const news = new Conversation(find("#news"), (text) => feed.send({ event: "news", data: { msg: text } }));
const privately = new Conversation(find("#private"), (text) =>
  feed.send({ event: "private", to: people.chosen, data: { msg: text } }),
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
});

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
    const line = lineOf(message);
    meet(line);
    news.addLine(line, nameOf(line));
  } else if (isPrivate(message)) {
    const line = lineOf(message);
    meet(line);
    privately.addLine(line, element("bdi", { class: "name", text: line.senderName }), line.partnerId);
    people.talk(line.partnerId, isKept(message) && line.senderId !== selfId);
  } else if (isOfPeople(message)) {
    people.update(message.event, message.data);
  }
}

function meet({ senderId, senderName }) {
  if (senderId) {
    people.meet(senderId, senderName);
  }
}

/** What was said to this connection alone, as the welcome with each new one, waits for no reader. */
function isKept({ channel }) {
  return channel !== undefined;
}

/** A sender's name in the news leads to the conversation. */
function nameOf({ senderId, senderName }) {
  const name = element("bdi", { text: senderName });
  return senderId && senderId !== selfId
    ? element("button", { type: "button", class: "name", "data-person": senderId, children: [name] })
    : element("bdi", { class: "name", text: senderName });
}

function choose(id) {
  people.choose(id);
  privately.showOnly(id);
  privately.form.hidden = id === APPLICATION;
  const name = people.nameOf(id);
  find("#private-title").replaceChildren(
    id === APPLICATION ? "Private: from " : "Private: with ",
    element("bdi", { text: name }),
  );
  find("label[for=private-text]").textContent = `Message to ${name}`;
}

/** Where the server's rendering ends; everything if it found nothing, as something may have come since. */
function rendered(epoch, offset) {
  return epoch ? { epoch, offset: Number(offset) } : START;
}

document.querySelectorAll("time").forEach(showLocalTime);
document.querySelectorAll(".log .to").forEach((recipient) => recipient.remove());
news.form.hidden = false;
news.scrollToEnd();
choose(APPLICATION);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    people.seen();
    feed.retry();
  }
});
addEventListener("beforeunload", (event) => {
  if (feed.unacknowledged > 0) {
    event.preventDefault();
  }
});

feed.join("news", { since: rendered(page.newsEpoch, page.newsOffset) });
feed.join("private", { since: rendered(page.privateEpoch, page.privateOffset) });
feed.join("people", { resume: false });
feed.open();
