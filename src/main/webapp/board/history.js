import { messageOf, messageOfPage } from "./messages.js";

/** How many messages are asked for at a time; the second number is for pages of which nothing was shown. */
const PAGE = 100;
const PAGE_UNSEEN = 500;

/** Reads what was said before: from the board if the server has one, which applies edits; else from the channels' logs. */
export class History {
  #session;
  /** Conversations whose latest page was read from the board. */
  #filled = new Set();
  /** All private messages later than this are here; they are in one log for all conversations. */
  #privateOldest = Infinity;
  #isPrivateComplete = false;

  constructor(session) {
    this.#session = session;
  }

  /** @param {object | undefined} end the last position of the private log that the server rendered */
  begin(end) {
    const offsets = [...this.#session.conversations.values()]
      .filter(({ isChannel }) => !isChannel)
      .flatMap(({ messages }) => messages.map(({ offset }) => offset));
    this.#privateOldest = Math.min(...offsets, (end?.offset ?? 0) + 1);
    this.#isPrivateComplete = this.#privateOldest <= 1;
    for (const conversation of this.#session.conversations.values()) {
      conversation.isComplete = conversation.isChannel ? conversation.oldest?.offset === 1 : this.#isPrivateComplete;
    }
  }

  /** Reads the latest page of a conversation, if there is none yet. */
  async fill(conversation) {
    if (this.#session.isFull) {
      if (!this.#filled.has(conversation)) {
        this.#filled.add(conversation);
        await this.#board(conversation, {}).catch((problem) => this.#failed(conversation, problem));
      }
    } else if (conversation.messages.length === 0) {
      await this.older(conversation);
    }
  }

  /** Reads a page of what is older; `conversation.problem` says what went wrong. */
  async older(conversation, limit = PAGE) {
    if (!conversation.isComplete) {
      conversation.loading ??= this.#older(conversation, limit);
      await conversation.loading;
    }
  }

  async #older(conversation, limit) {
    conversation.problem = "";
    this.#session.changed();
    try {
      if (this.#session.isFull) {
        await this.#board(conversation, { before: conversation.next ?? conversation.oldest?.offset, limit });
      } else if (conversation.isChannel) {
        await this.#channel(conversation);
      } else {
        await this.#privately(conversation);
      }
    } catch (problem) {
      this.#failed(conversation, problem);
    } finally {
      conversation.loading = null;
      this.#session.changed();
    }
  }

  #failed(conversation, problem) {
    conversation.problem = problem.message;
    this.#filled.delete(conversation);
    this.#session.changed();
  }

  async #board(conversation, { before, limit = PAGE }) {
    const { messages, more, next } = await this.#session.connection.ask("board:history", {
      ...conversation.address,
      ...(before === undefined ? {} : { before }),
      limit,
    });
    const page = messages.map((message) => messageOfPage(conversation.id, message)).sort((a, b) => a.offset - b.offset);
    page.forEach(({ from, name }) => this.#session.people.knows(from) || this.#session.people.meet(from, name));
    const unknown = page.filter(({ key }) => !conversation.has(key));
    conversation.replace(page.filter(({ key }) => conversation.has(key)));
    conversation.addOlder(unknown);
    conversation.next = next ?? conversation.next;
    conversation.isComplete = more?.before === false || next === undefined || next === null;
    this.#session.changed();
  }

  async #channel(conversation) {
    let isShown = false;
    let before = conversation.oldest?.offset;
    for (let limit = PAGE; !isShown && !conversation.isComplete; limit = PAGE_UNSEEN) {
      const { messages } = await this.#read(conversation.name, before, limit);
      isShown = conversation.addOlder(shown(messages)) > 0;
      before = messages.at(-1)?.offset;
      conversation.isComplete = before === undefined || before <= 1;
    }
  }

  /** The private log has all people's messages: they are given to their conversations. */
  async #privately(conversation) {
    const count = conversation.messages.length;
    for (let limit = PAGE; conversation.messages.length === count && !this.#isPrivateComplete; limit = PAGE_UNSEEN) {
      const { messages } = await this.#read("private", this.#privateOldest, limit);
      const byConversation = new Map();
      shown(messages).forEach((message) => {
        byConversation.set(message.conversation, [...(byConversation.get(message.conversation) ?? []), message]);
        this.#session.people.knows(message.from) || this.#session.people.meet(message.from, message.name);
      });
      byConversation.forEach((page, id) => this.#session.conversation(id).addOlder(page));
      this.#privateOldest = messages.at(-1)?.offset ?? 1;
      this.#isPrivateComplete = this.#privateOldest <= 1;
    }
    conversation.isComplete = this.#isPrivateComplete;
  }

  #read(channel, before, limit) {
    const isFromEnd = before === undefined || !Number.isFinite(before);
    return this.#session.connection.ask("history", isFromEnd ? { channel, limit } : { channel, before, limit });
  }
}

/** The messages of a page, which has the newest first, in the log's order. */
function shown(page) {
  return page.map(messageOf).filter((message) => message !== null).reverse();
}
