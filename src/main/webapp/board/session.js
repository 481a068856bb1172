import { CatchUp } from "./catchup.js";
import { Connection, NoAnswer, unlessGone } from "./connection.js";
import { Conversation } from "./conversation.js";
import { History } from "./history.js";
import { APPLICATION, messageOf } from "./messages.js";
import { Outbox, newId } from "./outbox.js";
import { People, isOfPeople } from "./people.js";
import { Reading } from "./reading.js";
import { say } from "./words.js";

/** How long the board's own server is waited for, in ms: another than Herald's does not answer. */
const BOARD_PATIENCE = 5_000;

/** The characters of a message, if the server does not say. */
const MOST_TEXT = 10_000;

/** At most one word of typing in this time, in ms. */
const TYPING_PAUSE = 2_000;

/** A guest whose browser keeps no cookies is another one with each connection. */
const isGuest = ({ id }) => id.startsWith("guest-");

/**
 * All that the page knows, and its dealings with the server. Whatever changes, `onChange` is called; what has to be shown is read from
 * here then.
 */
export class Session {
  conversations = new Map();
  people = new People();
  /** Whether the server knows memberships and what was read. */
  isBoard = false;
  /** Whether it knows edits, reactions and names as well. */
  isFull = false;
  limits = { text: MOST_TEXT };
  currentId = "#news";
  /** Whether the end of the current conversation is seen now; set by who shows it. */
  isReading = () => false;
  /** Called with each message that comes, and its conversation. */
  onMessage = () => {};
  /** Called when the server, with all that the board has, has said what there is. */
  onOpen = () => {};
  /** The connection is of another person than the page: nothing is sent. */
  onOther = () => {};

  #keep;
  #onChange;
  #joined = new Set();
  /** The channels that this browser remembers, for servers that know no members. */
  #kept;
  #isOpened = false;
  /** The last position that was heard of each channel. */
  #positions = new Map();
  #reading;
  #typedAt = 0;
  #isAway = false;
  /** Whether the connection is known to be of the person whose page this is. */
  #isOwn = false;
  #isOpen;
  /** Settled when the server has said for the first time what there is. */
  opened = new Promise((resolve) => (this.#isOpen = resolve));

  constructor({ io, transports, path, self, keep, onChange }) {
    this.self = self;
    this.#keep = keep;
    this.#kept = keep.get("channels") ?? [];
    this.#onChange = onChange;
    this.people.meet(self.id, self.name);
    this.connection = new Connection(
      io,
      { transports, path, auth: { device: deviceName(keep) } },
      {
        state: ({ name }) => {
          if (name === "waiting") {
            this.catchUp.broke();
          }
          onChange();
        },
        connected: (how) => this.#connected(how),
        event: (...heard) => this.#hear(...heard),
      },
    );
    this.catchUp = new CatchUp(this.connection, this.#positions, onChange);
    this.history = new History(this);
    this.outbox = new Outbox(keep, (entry) => this.#send(entry), onChange);
    this.#reading = new Reading(this, keep, this.#positions);
    this.conversation("#news");
  }

  /** Takes what the server rendered, and up to where: what is later comes by the connection. */
  begin(messages, positions) {
    for (const [channel, position] of Object.entries(positions)) {
      if (position) {
        this.#positions.set(channel, position);
      }
    }
    for (const message of messages) {
      this.#meet(message);
      this.conversation(message.conversation).add(message);
    }
    for (const conversation of this.conversations.values()) {
      this.#reading.begin(conversation);
    }
    this.history.begin(this.#positions.get("private"));
  }

  changed() {
    this.#onChange();
  }

  /** The conversation with this id; there is one for each. */
  conversation(id) {
    if (!this.conversations.has(id)) {
      this.conversations.set(id, new Conversation(id));
    }
    return this.conversations.get(id);
  }

  get current() {
    return this.conversation(this.currentId);
  }

  /** How a conversation is called. */
  title(conversation) {
    return conversation.isChannel ? conversation.name : this.people.nameOf(conversation.name);
  }

  get isConnected() {
    return this.connection.isConnected;
  }

  get unread() {
    return [...this.conversations.values()].reduce((sum, { unread, isMuted, mentions: named }) => sum + (isMuted ? named : unread), 0);
  }

  /** Whether the reader may write there. */
  mayWrite(conversation) {
    return conversation.id !== APPLICATION;
  }

  /** Goes to a conversation: its messages are loaded, and its channel joined. */
  show(id) {
    if (this.currentId !== id) {
      this.current.firstUnread = null;
      this.currentId = id;
      this.#typedAt = 0;
    }
    const conversation = this.current;
    if (conversation.isChannel && !this.#joined.has(conversation.name)) {
      this.#keepChannels();
      if (this.isConnected) {
        this.#join(conversation.name);
      }
    } else if (this.isConnected) {
      this.history.fill(conversation);
    }
    this.#enterCurrent();
    this.#onChange();
  }

  /** The reader has seen the end of the current conversation. */
  read() {
    this.#reading.read(this.current);
  }

  write(text) {
    this.outbox.write(this.currentId, text);
    this.current.firstUnread = null;
  }

  /** Asks for a change of a message of the current conversation; rejects with why not. */
  change(event, { offset, epoch }, more = {}) {
    return this.connection.ask(`board:${event}`, { ...this.current.address, offset, epoch, ...more });
  }

  typing() {
    const now = Date.now();
    if (this.isFull && now - this.#typedAt > TYPING_PAUSE && this.mayWrite(this.current)) {
      this.#typedAt = now;
      const { isChannel, name } = this.current;
      this.connection.tell("board:typing", isChannel ? { channel: name } : { to: name });
    }
  }

  /** Nobody looks at this page any more, or somebody does again. Each new connection is told. */
  away(isAway) {
    this.#isAway = isAway;
    if (this.isFull && this.isConnected) {
      this.connection.ask("board:away", { away: isAway }).catch(unlessGone);
    }
  }

  async make(name, topic) {
    this.#takeChannel(await this.connection.ask("board:make", { channel: name, name, topic }));
  }

  /** Becomes a member of a channel, or stays in it for as long as this browser remembers. */
  async enter(name) {
    if (this.isBoard) {
      this.#takeChannel(await this.connection.ask("board:enter", { channel: name }));
    }
  }

  async exit(name) {
    if (this.isBoard) {
      await this.connection.ask("board:exit", { channel: name });
    }
    await this.connection.ask("leave", name);
    this.#gone(name);
  }

  async topic(conversation, topic) {
    this.#takeChannel(await this.connection.ask("board:topic", { channel: conversation.name, topic }));
  }

  async mute(conversation, isMuted) {
    this.#takeChannel(await this.connection.ask("board:mute", { channel: conversation.name, muted: isMuted }));
  }

  #connected({ recovered, isAfterBreak }) {
    this.#isOwn = false;
    this.#open();
    const channels = new Set(["news", "private", ...this.#channels()]);
    if (isAfterBreak) {
      this.catchUp.begin([...channels]);
    }
    this.connection.ask("join", "people").catch(unlessGone);
    for (const channel of channels) {
      this.#join(channel, recovered && this.#joined.has(channel));
    }
  }

  /** What waited is sent as nobody else: a page that was left alone can find itself connected as a guest, when its login is over. */
  #sendAll() {
    if (this.isConnected && !this.#isOwn) {
      this.#isOwn = true;
      this.outbox.flush();
    }
  }

  #channels() {
    const current = this.current.isChannel ? [this.current.name] : [];
    return [...current, ...this.#kept, ...this.#joined];
  }

  #keepChannels() {
    if (this.#isOpened && !this.isBoard) {
      this.#kept = [...this.conversations.values()].filter(({ isChannel }) => isChannel).map(({ name }) => name);
      this.#keep.set("channels", this.#kept);
    }
  }

  /** Whoever opens a channel of the board, by its address or a link, is in it from then on. */
  #enterCurrent() {
    const { isChannel, isMember, name } = this.current;
    if (this.isBoard && this.isConnected && isChannel && !isMember) {
      this.enter(name).catch(unlessGone); // It may be a channel, and none of the board's.
    }
  }

  /** Joins a channel where it was left, so that nothing is missing, and says so; or loads its end, if it is new. */
  async #join(channel, isRecovered = false) {
    const since = this.#positions.get(channel);
    const conversation = channel === "private" ? null : this.conversation(`#${channel}`);
    this.#joined.add(channel);
    try {
      if (isRecovered && since) {
        this.catchUp.told(channel, { ...(await this.connection.ask("history", { channel, limit: 1 })), recovered: true });
      } else {
        const joined = await this.connection.ask("join", since ? { channel, since } : { channel });
        this.catchUp.told(channel, since ? joined : { ...joined, recovered: true });
        if (since && !joined.recovered) {
          this.#hole(channel, joined);
        }
      }
      if (conversation && (!since || conversation === this.current)) {
        await this.history.fill(conversation);
      }
    } catch (problem) {
      unlessGone(problem);
      this.#joined.delete(channel);
      if (conversation && problem.code) {
        conversation.problem = problem.message;
      }
    }
    this.#onChange();
  }

  /** Messages are missing: says where, and goes on from the channel's end. */
  #hole(channel, { reason, head, epoch }) {
    this.#positions.set(channel, { epoch, offset: head });
    if (channel !== "private") {
      const conversation = this.conversation(`#${channel}`);
      const notice = say(reason === "epoch" ? "gap.epoch" : "gap.away");
      conversation.add({ ...noMessage(), key: `hole-${epoch}-${head}`, conversation: conversation.id, epoch, offset: undefined, notice });
    }
  }

  async #open() {
    try {
      const board = await this.connection.askBriefly(BOARD_PATIENCE, "board:open", {});
      if (board.self.id !== this.self.id && !(isGuest(board.self) && isGuest(this.self))) {
        this.onOther();
        return;
      }
      this.isBoard = true;
      this.#sendAll();
      this.self = { ...this.self, ...board.self };
      this.people.meet(this.self.id, this.self.name);
      this.limits = { ...this.limits, ...board.limits };
      if (Array.isArray(board.people)) {
        this.people.update("people", { people: board.people, count: board.count ?? board.people.length });
      }
      board.channels.forEach((channel) => this.#takeChannel(channel));
      board.talks.forEach((talk) => this.#takeTalk(talk));
      await this.connection.askBriefly(BOARD_PATIENCE, "board:history", { channel: "news", limit: 1 });
      this.isFull = true;
      this.onOpen();
      if (this.#isAway) {
        this.away(true);
      }
      this.history.fill(this.current);
    } catch (problem) {
      unlessGone(problem);
      this.#sendAll();
    }
    this.#isOpened = true;
    this.#isOpen();
    this.#keepChannels();
    this.#enterCurrent();
    this.#onChange();
  }

  #takeChannel({ name, topic, muted, unread, mentions: named, people }) {
    const conversation = this.conversation(`#${name}`);
    Object.assign(conversation, { topic: topic ?? "", isMuted: muted === true, isMember: true });
    if (Number.isInteger(unread) && !(conversation === this.current && this.isReading())) {
      conversation.unread = Math.max(conversation.unread, unread);
      conversation.mentions = named ?? 0;
    }
    if (!this.#joined.has(name)) {
      this.#join(name);
    }
    this.#keepChannels();
    this.#onChange();
  }

  #takeTalk({ with: person, unread }) {
    this.people.meet(person.id, person.name);
    const conversation = this.conversation(`@${person.id}`);
    if (!(conversation === this.current && this.isReading())) {
      conversation.unread = Math.max(conversation.unread, unread ?? 0);
    }
  }

  #gone(channel) {
    this.#joined.delete(channel);
    this.#positions.delete(channel);
    this.conversations.delete(`#${channel}`);
    this.#keepChannels();
    this.onGone?.(`#${channel}`);
    this.#onChange();
  }

  #hear(event, data, meta) {
    if (event.startsWith("board:")) {
      this.#hearBoard(event, data ?? {});
    } else if (isOfPeople(event, meta) && data) {
      this.people.update(event, data);
      this.#onChange();
    } else if (event === "left" && meta === undefined && typeof data?.channel === "string") {
      this.conversation(`#${data.channel}`).problem = data.message;
      this.#onChange();
    } else if (event === "error" && meta === undefined) {
      console.info("Herald:", data?.code, data?.message);
      if (data?.code === "unauthorized") {
        this.onUnauthorized?.();
      }
    } else {
      this.#hearMessage(event, data, meta);
    }
  }

  #hearMessage(event, data, meta) {
    if (meta?.offset !== undefined) {
      const channel = meta.channel.startsWith("user:") ? "private" : meta.channel;
      this.#positions.set(channel, { epoch: meta.epoch, offset: meta.offset });
      this.catchUp.heard(channel, meta);
    }
    const message = messageOf({ event, data, ...meta });
    if (message === null) {
      return;
    }
    this.#meet(message);
    const conversation = this.conversation(message.conversation);
    if (message.from === this.self.id) {
      this.outbox.heard(conversation.id, message.text);
    }
    if (conversation.add(message)) {
      this.#reading.came(conversation, message);
      this.onMessage(conversation, message);
    }
    this.#onChange();
  }

  /** One's own typing, which the server tells everyone in a channel, is nothing new. */
  #types(conversation, person, name) {
    if (person !== this.self.id) {
      this.conversation(conversation).typing(person, name);
      setTimeout(this.#onChange, 4_100);
    }
  }

  #hearBoard(event, data) {
    const id = data.channel !== undefined ? `#${data.channel}` : `@${data.with ?? data.from}`;
    if (event === "board:channel") {
      this.#takeChannel(data);
    } else if (event === "board:gone") {
      this.#gone(data.channel);
    } else if (event === "board:topic") {
      this.conversation(id).topic = data.topic;
    } else if (event === "board:read" && this.conversations.has(id)) {
      Object.assign(this.conversation(id), { unread: data.unread ?? 0, mentions: data.mentions ?? 0 });
    } else if (event === "board:typing" && this.conversations.has(id)) {
      this.#types(id, data.id ?? data.from, data.name);
    }
    this.#onChange();
  }

  #meet({ from, name, offset }) {
    if (from && (offset !== undefined || !this.people.knows(from))) {
      this.people.meet(from, name);
    }
  }

  async #send({ id, to, text }) {
    if (!this.#isOwn) {
      throw new NoAnswer("it is sent when it is known who is connected");
    }
    try {
      if (to === "#news") {
        await this.connection.ask("news", { msg: text }, { id });
      } else if (to.startsWith("#")) {
        await this.connection.ask("message", { msg: text }, { channel: to.slice(1), id });
      } else {
        await this.connection.ask("private", { to: to.slice(1), msg: text }, { id });
      }
    } catch (problem) {
      problem.isLate = problem instanceof NoAnswer && this.isConnected;
      throw problem;
    }
  }
}

function noMessage() {
  return { from: "", name: "", at: new Date(), text: "", moved: null, change: null, reactions: {} };
}

/** This browser's device name, kept in its storage. */
function deviceName(keep) {
  const name = keep.get("device") ?? newId();
  keep.set("device", name);
  return name;
}
