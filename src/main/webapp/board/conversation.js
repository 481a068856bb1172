import { isBefore } from "./messages.js";

/** The most messages of a conversation in memory; the oldest go first, and can be loaded again. */
const MOST = 20_000;

/** How long somebody is shown as typing after the server said so, in ms. */
const TYPING_LASTS = 4_000;

/** One channel's or one person's messages in the order of the log, and what the reader has read of them. */
export class Conversation {
  /** In the log's order. */
  messages = [];
  #byKey = new Map();
  /** Changes of messages that are not here: they may come later, with older ones. */
  #early = [];

  topic = "";
  isMuted = false;
  /** Whether the reader is a member, of a channel of the board. */
  isMember = false;
  /** Whether there is nothing older than `messages`. */
  isComplete = false;
  /** Before which offset the board's history goes on; undefined when it was not read yet. */
  next = undefined;
  /** Settled when the older messages are here that are being loaded; null when none are. */
  loading = null;
  problem = "";

  unread = 0;
  mentions = 0;
  /** The key of the first message that was unread when the conversation was shown last; null when there was none. */
  firstUnread = null;
  #typing = new Map();

  /** @param {string} id `#channel` or `@person` */
  constructor(id) {
    this.id = id;
  }

  get isChannel() {
    return this.id.startsWith("#");
  }

  /** The channel's name or the person's id. */
  get name() {
    return this.id.slice(1);
  }

  /** How requests name it. */
  get address() {
    return this.isChannel ? { channel: this.name } : { with: this.name };
  }

  get oldest() {
    return this.messages.find(({ offset }) => offset !== undefined);
  }

  get latest() {
    return this.messages.findLast(({ offset }) => offset !== undefined);
  }

  get lastAt() {
    return this.messages.at(-1)?.at ?? new Date(0);
  }

  has(key) {
    return this.#byKey.has(key);
  }

  message(key) {
    return this.#byKey.get(key);
  }

  /** Takes a message or a change; says whether the message was not here before. */
  add(message) {
    if (message.change) {
      this.#take(message);
      return false;
    }
    if (this.#byKey.has(message.key)) {
      return false;
    }
    this.#byKey.set(message.key, message);
    let place = this.messages.length;
    while (place > 0 && isBefore(message, this.messages[place - 1])) {
      place--;
    }
    this.messages.splice(place, 0, message);
    this.#typing.delete(message.from);
    this.#applyEarly(message);
    if (this.messages.length > MOST) {
      this.#byKey.delete(this.messages.shift().key);
      this.isComplete = false;
    }
    return true;
  }

  /** Takes a page of older messages, in the log's order, which all come before those that are here. */
  addOlder(older) {
    const unknown = older.filter(({ key, change }) => !change && !this.#byKey.has(key));
    unknown.forEach((message) => this.#byKey.set(message.key, message));
    const first = this.messages[0];
    if (first === undefined || unknown.length === 0 || isBefore(unknown.at(-1), first)) {
      this.messages = [...unknown, ...this.messages];
    } else {
      this.messages = [...unknown, ...this.messages].sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
    }
    older.filter(({ change }) => change).forEach((message) => this.#take(message));
    unknown.forEach((message) => this.#applyEarly(message));
    return unknown.length;
  }

  /** Takes messages as the server has them now, with all changes, instead of those that are here. */
  replace(messages) {
    for (const message of messages) {
      const known = this.#byKey.get(message.key);
      if (known) {
        Object.assign(known, message);
        known.version = (known.version ?? 0) + 1;
      } else {
        this.add(message);
      }
    }
  }

  /** The server has checked whose message it is. */
  #take({ epoch, change }) {
    const message = this.#byKey.get(`${epoch}:${change.of}`);
    if (!message) {
      if (this.#early.length < MOST) {
        this.#early.push({ epoch, change });
      }
      return;
    }
    message.version = (message.version ?? 0) + 1;
    if (change.event === "react" && typeof change.emoji === "string") {
      const people = new Set(message.reactions[change.emoji]);
      people[change.on === false ? "delete" : "add"](change.by);
      message.reactions = { ...message.reactions, [change.emoji]: [...people] };
    } else if (change.event === "edit" && typeof change.msg === "string") {
      message.text = change.msg;
      message.edited = true;
    } else if (change.event === "delete") {
      message.deleted = true;
      message.text = "";
    }
  }

  #applyEarly({ epoch, offset }) {
    if (this.#early.length > 0) {
      const now = this.#early.filter(({ epoch: theirs, change }) => theirs === epoch && change.of === offset);
      this.#early = this.#early.filter((early) => !now.includes(early));
      now.forEach((early) => this.#take(early));
    }
  }

  /** Somebody is typing now. */
  typing(id, name) {
    this.#typing.set(id, { name, until: Date.now() + TYPING_LASTS });
  }

  /** The names of those who are typing. */
  get whoTypes() {
    const now = Date.now();
    for (const [id, { until }] of this.#typing) {
      if (until < now) {
        this.#typing.delete(id);
      }
    }
    return Array.from(this.#typing.values(), ({ name }) => name);
  }

  /** A message that nobody has read yet came. */
  countUnread(message, isMention) {
    this.unread++;
    this.mentions += isMention ? 1 : 0;
    this.firstUnread ??= message.key;
  }

  /** All is read. The line before what was unread stays until the conversation is left. */
  read() {
    const wasUnread = this.unread > 0;
    this.unread = 0;
    this.mentions = 0;
    return wasUnread;
  }
}
