import { unlessGone } from "./connection.js";
import { mentions } from "./messages.js";

/** What the reader has read: kept in this browser for each conversation, told to the server, and agreed on by all tabs. */
export class Reading {
  #session;
  #keep;
  #positions;

  /** @param {Map<string, object>} positions the last position that was heard of each channel */
  constructor(session, keep, positions) {
    this.#session = session;
    this.#keep = keep;
    this.#positions = positions;
    keep.onOther((key) => key.startsWith("read:") && this.#readElsewhere(key.slice("read:".length)));
  }

  /** Counts what is later than what this browser remembers as read. */
  begin(conversation) {
    const read = this.#keep.get(`read:${conversation.id}`);
    if (!read && conversation.isChannel) {
      return;
    }
    for (const message of conversation.messages) {
      const isLater = read === undefined || message.epoch !== read.epoch || message.offset > read.offset;
      if (isLater) {
        this.#count(conversation, message);
      }
    }
  }

  /** A message came. */
  came(conversation, message) {
    if (conversation !== this.#session.current || !this.#session.isReading()) {
      this.#count(conversation, message);
    }
  }

  /** The end of a conversation is seen. */
  read(conversation) {
    const { latest, id } = conversation;
    const before = this.#keep.get(`read:${id}`);
    if (conversation.read()) {
      this.#session.changed();
    }
    if (latest && (before?.epoch !== latest.epoch || before.offset < latest.offset)) {
      const position = { epoch: latest.epoch, offset: latest.offset };
      this.#keep.set(`read:${id}`, position);
      if (this.#session.isBoard) {
        this.#session.connection.tell("board:read", { ...conversation.address, ...position });
      }
      this.#saySeen();
    }
  }

  /** Others' words count as unread, and not what is said to this connection alone, such as the welcome. */
  #count(conversation, { key, from, moved, offset, text }) {
    const { self } = this.#session;
    if (from !== self.id && moved === null && offset !== undefined) {
      conversation.countUnread({ key }, mentions(text, self.name));
    }
  }

  #readElsewhere(id) {
    const read = this.#keep.get(`read:${id}`);
    const conversation = this.#session.conversations.get(id);
    if (conversation?.latest && read?.epoch === conversation.latest.epoch && read.offset >= conversation.latest.offset) {
      conversation.read();
      this.#session.changed();
    }
  }

  /** Tells the server up to where private messages were seen, so that they do not come again as new. */
  #saySeen() {
    const last = this.#positions.get("private");
    if (!last || !this.#session.isConnected) {
      return;
    }
    const unseen = [...this.#session.conversations.values()]
      .filter(({ isChannel, unread }) => !isChannel && unread > 0)
      .map(({ firstUnread, messages }) => messages.find(({ key }) => key === firstUnread)?.offset ?? Infinity);
    const offset = Math.min(last.offset, ...unseen.map((first) => first - 1));
    this.#session.connection.ask("seen", { epoch: last.epoch, offset }).catch(unlessGone);
  }
}
