/**
 * A client of Herald's feed (docs/feed.md) that comes back by itself: for browsers, and for anything else that has a WebSocket.
 *
 *     import { Feed } from "/board/feed.js";
 *
 *     const feed = new Feed("wss://example.org/feed", {
 *       onMessage: (message) => console.log(message.channel, message.event, message.data),
 *       onGap: (channel, reason) => console.log("messages may be missing in", channel, reason),
 *     });
 *     feed.join("news");
 *     feed.open();
 *     feed.send({ event: "news", data: { msg: "Hello" } });
 *
 * What holds: of a channel that was joined here, each message reaches `onMessage` once and in order, over any number of
 * connections, or else `onGap` says that some may be missing. What was given to `send` is sent again, with the same id, until
 * the server acknowledged or refused it.
 *
 * @typedef {{ epoch: string, offset: number }} Position a place in a channel; offset 0 is the place before the first message
 *
 * @typedef {{ name: "closed" }
 *   | { name: "connecting", attempt: number }
 *   | { name: "connected" }
 *   | { name: "waiting", attempt: number, delay: number }
 *   | { name: "failed", code: number, reason: string }} State
 *   `attempt` counts from 0 since the last good connection; `delay` is in milliseconds; after `failed` only `open` tries again
 *
 * @typedef {object} Handlers
 * @property {(state: State) => void} [onState] each change of the connection's state
 * @property {(connected: object) => void} [onConnected] who the server says you are, with each new connection
 * @property {(message: object) => void} [onMessage] a message of a channel, or (then without `channel`) to this connection alone
 * @property {(channel: string, reason: string) => void} [onGap] messages of the channel may be missing from here on: one of the
 *   reasons of docs/feed.md, `hole`, or the code of the error with which the server refused to resume the channel
 * @property {(ack: object) => void} [onAck] a message given to `send` is published
 * @property {(error: object) => void} [onRefused] a message given to `send` is not published and is not sent again
 * @property {(error: object) => void} [onError] any other error; the connection lives on
 */

/** Join with `since: START`: everything that the channel still keeps. */
export const START = Object.freeze({ start: true });

/** All times are in milliseconds. */
export const DEFAULTS = Object.freeze({
  backoffBase: 500,
  backoffLimit: 30_000,
  pingInterval: 15_000,
  /** How long the server may be silent after a ping, or in the beginning of a connection. */
  patience: 10_000,
  /** A connection that lasted so long was a good one: the next failure counts from 0 again. */
  stableAfter: 10_000,
  /** How long what is seen may wait for more. */
  seenDelay: 500,
  /** Messages that may wait for their acknowledgement. */
  maxUnacknowledged: 100,
  /** `herald.feed.max-message-bytes` of the server; it closes the connection when a message is longer. */
  maxMessageBytes: 65_536,
});

/** Close codes after which a new connection would end in the same way: the page is at fault, or may not be there. */
const PERMANENT = new Set([1002, 1003, 1007, 1008, 1009]);

/** Codes of errors that pass: the same request is sent again a little later. */
const RETRYABLE = new Set(["overloaded", "log-unavailable"]);

const PRIVATE = "private";
const OWN_PRIVATE_CHANNEL = /^user:/;

export class Feed {
  #url;
  #handlers;
  #settings;
  #environment;

  #socket = null;
  #state = { name: "closed" };
  #attempt = 0;
  /**
   * By name. `request` is the id of the last join that was sent, `asked` its `since`, `failures` how often it was refused for now;
   * `gap` is why messages are missing, whatever the answer is.
   */
  #channels = new Map();
  #requests = 0;
  /** By id, in the order of sending: { json, failures }. */
  #unacknowledged = new Map();
  /** Up to where private messages are seen. */
  #seen = undefined;
  /** The last `seen` that was sent: its id, and how often it was refused for now. */
  #seenRequest = { id: undefined, failures: 0 };
  /** By id: { resolve, reject }. */
  #questions = new Map();
  #timers = { retry: null, ping: null, watchdog: null, stable: null, seen: null };
  #retryNow = () => this.retry();

  /**
   * @param {string} url `ws:` or `wss:`
   * @param {Handlers} [handlers]
   * @param {object} [options] any of `DEFAULTS`, and for tests `environment`
   * @param {string} [options.device] which of the person's devices this is: a name to be kept, 1 to 64 of `A-Z a-z 0-9 _ . : -`
   */
  constructor(url, handlers = {}, { environment = {}, device, ...settings } = {}) {
    this.#url = `${url}${url.includes("?") ? "&" : "?"}lists=true${device === undefined ? "" : `&device=${encodeURIComponent(device)}`}`;
    this.#handlers = handlers;
    this.#settings = { ...DEFAULTS, ...settings };
    this.#environment = {
      createSocket: (address) => new WebSocket(address),
      setTimeout: (task, delay) => setTimeout(task, delay),
      clearTimeout: (timer) => clearTimeout(timer),
      random: Math.random,
      newId,
      network: globalThis.addEventListener ? globalThis : null,
      ...environment,
    };
  }

  /** The connection's state. */
  get state() {
    return this.#state;
  }

  /** How many messages wait for their acknowledgement. */
  get unacknowledged() {
    return this.#unacknowledged.size;
  }

  /** Connects, and from now on comes back after each loss. */
  open() {
    if (this.#socket || this.#timers.retry !== null) {
      return;
    }
    this.#environment.network?.addEventListener("online", this.#retryNow);
    this.#attempt = 0;
    this.#connect();
  }

  /** Disconnects and stays so; channels, positions and unacknowledged messages are kept for the next `open`. */
  close() {
    this.#environment.network?.removeEventListener("online", this.#retryNow);
    this.#abandon(1000);
    this.#enter({ name: "closed" });
  }

  /** Does not wait for the next try any longer, if it is waiting. */
  retry() {
    if (this.#timers.retry !== null) {
      this.#connect();
    }
  }

  /**
   * Joins a channel, now and with each later connection. Also `news` and `private`, in which every connection is anyway, are
   * only resumed when they were joined here.
   *
   * @param {string} channel
   * @param {object} [options]
   * @param {Position | typeof START} [options.since] the messages after this; left out: from now on
   * @param {boolean} [options.resume] false: begin anew with each connection, without a gap being told
   * @param {boolean} [options.unseen] of `private`: also the messages before `since` that were not seen on this device
   */
  join(channel, { since, resume = true, unseen = false } = {}) {
    const entry = { since, resume, unseen, position: undefined, joined: false, request: undefined, asked: undefined, failures: 0, gap: undefined };
    this.#channels.set(channel, entry);
    if (this.#isOpen()) {
      this.#sendJoin(channel, entry);
    }
  }

  /** Leaves a channel. */
  leave(channel) {
    if (this.#channels.delete(channel) && this.#isOpen()) {
      this.#transmit(JSON.stringify({ event: "leave", channel }));
    }
  }

  /** The position of the last message of a joined channel, to come back to with `since`; undefined when there is none yet. */
  position(channel) {
    return this.#channels.get(channel)?.position;
  }

  /**
   * Sends a message, now or when the connection is back.
   *
   * @param {{ event: string, channel?: string, to?: string, data?: any }} message
   * @returns {string} its id, which `onAck` or `onRefused` will carry
   * @throws {RangeError} when it is too long, or too many messages wait; then it is not sent
   */
  send(message) {
    if (this.#unacknowledged.size >= this.#settings.maxUnacknowledged) {
      throw new RangeError(`${this.#unacknowledged.size} messages are still on their way`);
    }
    const id = this.#environment.newId();
    const json = JSON.stringify({ ...message, id });
    const bytes = new TextEncoder().encode(json).length;
    if (bytes > this.#settings.maxMessageBytes) {
      throw new RangeError(`the message takes ${bytes} bytes, more than ${this.#settings.maxMessageBytes}`);
    }
    this.#unacknowledged.set(id, { json, failures: 0 });
    if (this.#isOpen()) {
      this.#transmit(json);
    }
    return id;
  }

  /**
   * Says, soon and with each later connection, that all private messages up to this position are seen on this device: they do
   * not come again.
   *
   * @param {Position} position
   */
  seen(position) {
    if (isKnown(position, this.#seen)) {
      return;
    }
    this.#seen = position;
    if (this.#isOpen()) {
      this.#timers.seen ??= this.#environment.setTimeout(() => this.#saySeen(), this.#settings.seenDelay);
    }
  }

  /**
   * Asks for a page of a channel's past. Not asked again by itself.
   *
   * @param {string} channel
   * @param {object} [options]
   * @param {number} [options.before] the offset that all messages of the page are before; left out: the page ends with the last
   * @param {number} [options.limit] the most messages, 1 to 1000
   * @returns {Promise<{ channel: string, messages: object[], head: number, epoch: string }>} the newest message first; rejected
   *   with an Error when there is no connection, it is lost, or the server refuses
   */
  history(channel, { before, limit } = {}) {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen()) {
        reject(new Error("there is no connection"));
        return;
      }
      const id = this.#environment.newId();
      this.#questions.set(id, { resolve, reject });
      this.#transmit(JSON.stringify({ event: "history", channel, before, limit, id }));
    });
  }

  #connect() {
    this.#clear("retry");
    this.#enter({ name: "connecting", attempt: this.#attempt });
    const socket = this.#environment.createSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.#resume();
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#lost(event.code, event.reason);
    this.#watch();
  }

  /** Joins first: the server waits with `news` and `private` for the first message. */
  #resume() {
    this.#channels.forEach((entry, channel) => this.#sendJoin(channel, entry));
    this.#unacknowledged.forEach(({ json }) => this.#transmit(json));
    this.#saySeen();
    this.#pingLater();
  }

  #saySeen() {
    this.#clear("seen");
    if (this.#seen) {
      this.#seenRequest.id = this.#newRequest();
      this.#transmit(JSON.stringify({ event: "seen", ...this.#seen, id: this.#seenRequest.id }));
    }
  }

  #sendJoin(channel, entry) {
    const since = entry.resume && entry.position ? entry.position : entry.unseen ? undefined : entry.since;
    entry.gap = undefined;
    this.#ask(channel, entry, since === START ? undefined : since);
  }

  #ask(channel, entry, since) {
    entry.joined = false;
    entry.asked = since;
    entry.request = this.#newRequest();
    this.#transmit(JSON.stringify({ event: "join", channel, since, id: entry.request }));
  }

  /** The id of a request that is not a message: only the answers on this connection carry it. */
  #newRequest() {
    return `request-${++this.#requests}`;
  }

  /** Messages that waited come together, as a list. After a `close` by a handler, the rest of it is not for anybody. */
  #receive(text) {
    this.#watch(false);
    const socket = this.#socket;
    for (const message of [JSON.parse(text)].flat()) {
      if (this.#socket !== socket) {
        return;
      }
      this.#hear(message);
    }
  }

  #hear(message) {
    switch (message.event) {
      case "connected":
        this.#timers.stable = this.#environment.setTimeout(() => {
          this.#attempt = 0;
        }, this.#settings.stableAfter);
        this.#enter({ name: "connected" });
        this.#handlers.onConnected?.(message);
        break;
      case "joined":
        this.#joined(message);
        break;
      case "ack":
        this.#acknowledged(message);
        break;
      case "error":
        this.#refused(message);
        break;
      case "history":
        this.#answered(message);
        break;
      case "left":
      case "pong":
        break;
      default:
        this.#deliver(message);
    }
  }

  #acknowledged(ack) {
    if (this.#unacknowledged.delete(ack.id)) {
      this.#handlers.onAck?.(ack);
    } else if (ack.id === this.#seenRequest.id) {
      this.#seenRequest.failures = 0;
    }
  }

  /**
   * When the log began anew, or nothing is known of it yet, all messages that it keeps are new to this client: they are asked for.
   */
  #joined({ channel: name, recovered, reason, since, epoch, head }) {
    const channel = asJoined(name);
    const entry = this.#channels.get(channel);
    const isOfDevice = since !== undefined;
    const answersAnother = entry?.asked && (isOfDevice || (!recovered && !reason));
    if (!entry || answersAnother) {
      return;
    }
    const isFromStart = !entry.asked && entry.since === START && !entry.position;
    const isAnotherLog = !isOfDevice && reason === "epoch" && entry.asked?.epoch !== epoch;
    const begin = since ?? head;
    const last = entry.position ?? (entry.unseen ? entry.since : undefined);
    const isBehind = !entry.asked && entry.resume && leavesHole({ epoch, offset: begin + 1 }, last);
    if (isBehind) {
      this.#ask(channel, entry, last);
      return;
    }
    if (head > 0 && (isFromStart || isAnotherLog)) {
      entry.gap ??= reason;
      this.#ask(channel, entry, { epoch, offset: 0 });
      return;
    }
    entry.joined = true;
    entry.failures = 0;
    entry.position = (recovered && entry.asked) || positionOf(epoch, begin);
    const gap = entry.gap ?? reason;
    if (gap && entry.resume) {
      this.#handlers.onGap?.(channel, gap);
    }
  }

  #deliver(message) {
    const channel = asJoined(message.channel);
    const entry = this.#channels.get(channel);
    if (entry) {
      const position = positionOf(message.epoch, message.offset);
      if (!entry.joined || isKnown(position, entry.position)) {
        return;
      }
      if (entry.resume && leavesHole(position, entry.position)) {
        this.#handlers.onGap?.(channel, "hole");
      }
      entry.position = position ?? entry.position;
    }
    this.#handlers.onMessage?.(channel === message.channel ? message : { ...message, channel });
  }

  /** An application may have an event of this name, too. */
  #answered(message) {
    const question = this.#questions.get(message.id);
    if (question) {
      this.#questions.delete(message.id);
      const messages = message.messages.map((one) => ({ ...one, channel: asJoined(one.channel) }));
      question.resolve({ channel: asJoined(message.channel), messages, head: message.head, epoch: message.epoch });
    } else {
      this.#deliver(message);
    }
  }

  #refused(error) {
    const { id } = error;
    const [channel, entry] = [...this.#channels].find(([, { request }]) => id !== undefined && request === id) ?? [];
    if (this.#questions.has(id)) {
      this.#questions.get(id).reject(new Error(error.message));
      this.#questions.delete(id);
    } else if (this.#unacknowledged.has(id)) {
      this.#refusedMessage(error, this.#unacknowledged.get(id));
    } else if (entry) {
      this.#refusedJoin(error, channel, entry);
    } else if (id !== undefined && id === this.#seenRequest.id && RETRYABLE.has(error.code)) {
      this.#later(this.#seenRequest.failures++, () => id === this.#seenRequest.id && this.#saySeen());
    } else {
      this.#handlers.onError?.(error);
    }
  }

  #refusedMessage(error, waiting) {
    if (RETRYABLE.has(error.code)) {
      this.#later(waiting.failures++, () => this.#unacknowledged.has(error.id) && this.#transmit(waiting.json));
    } else {
      this.#unacknowledged.delete(error.id);
      this.#handlers.onRefused?.(error);
    }
  }

  /** Messages that come without the join (of `news` and `private`, in which every connection is) are delivered from here on. */
  #refusedJoin(error, channel, entry) {
    if (RETRYABLE.has(error.code)) {
      const isWanted = () => this.#channels.get(channel) === entry && entry.request === error.id;
      this.#later(entry.failures++, () => isWanted() && this.#ask(channel, entry, entry.asked));
      return;
    }
    this.#handlers.onError?.(error);
    const isResumed = (entry.asked ?? entry.since ?? entry.position) !== undefined;
    entry.request = entry.asked = undefined;
    entry.joined = true;
    if (isResumed && entry.resume) {
      this.#handlers.onGap?.(channel, error.code);
    }
  }

  /** Does something after a random time that grows with the failures, if it is still the same connection. */
  #later(failures, task) {
    const socket = this.#socket;
    this.#environment.setTimeout(() => {
      if (this.#socket === socket) {
        task();
      }
    }, this.#jitter(failures));
  }

  #lost(code, reason) {
    this.#abandon(code);
    if (PERMANENT.has(code)) {
      this.#environment.network?.removeEventListener("online", this.#retryNow);
      this.#enter({ name: "failed", code, reason });
      return;
    }
    const delay = this.#jitter(this.#attempt++);
    this.#timers.retry = this.#environment.setTimeout(() => this.#connect(), delay);
    this.#enter({ name: "waiting", attempt: this.#attempt, delay });
  }

  /** A random share of a limit that doubles with each failure: when a server restarts, its clients do not all come back at once. */
  #jitter(failures) {
    const { backoffBase, backoffLimit } = this.#settings;
    return this.#environment.random() * Math.min(backoffLimit, backoffBase * 2 ** failures);
  }

  #pingLater() {
    this.#timers.ping = this.#environment.setTimeout(() => {
      this.#transmit('{"event":"ping"}');
      this.#watch();
      this.#pingLater();
    }, this.#settings.pingInterval);
  }

  /** Gives the connection up when nothing is heard in time; a network that is gone closes nothing. */
  #watch(expectsAnswer = true) {
    this.#clear("watchdog");
    if (expectsAnswer) {
      this.#timers.watchdog = this.#environment.setTimeout(() => this.#lost(1006, "silence"), this.#settings.patience);
    }
  }

  /** Forgets the socket without waiting for its end, which may take minutes on a dead network. */
  #abandon(code) {
    Object.keys(this.#timers).forEach((name) => this.#clear(name));
    const questions = [...this.#questions.values()];
    this.#questions.clear();
    questions.forEach(({ reject }) => reject(new Error("the connection is lost")));
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      if (socket.readyState < 2) {
        socket.close(code === 1000 ? 1000 : undefined);
      }
    }
  }

  #clear(name) {
    if (this.#timers[name] !== null) {
      this.#environment.clearTimeout(this.#timers[name]);
      this.#timers[name] = null;
    }
  }

  #isOpen() {
    return this.#socket?.readyState === 1;
  }

  #transmit(json) {
    if (this.#isOpen()) {
      this.#socket.send(json);
    }
  }

  #enter(state) {
    this.#state = state;
    this.#handlers.onState?.(state);
  }
}

/** A random message id. `randomUUID` is there only on https: and localhost. */
export function newId(random = globalThis.crypto) {
  if (random.randomUUID) {
    return random.randomUUID();
  }
  return Array.from(random.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The name under which a channel is joined: nobody gets any private channel but the own one. */
function asJoined(channel) {
  return OWN_PRIVATE_CHANNEL.test(channel) ? PRIVATE : channel;
}

function positionOf(epoch, offset) {
  return epoch === undefined || offset === undefined ? undefined : { epoch, offset };
}

function isKnown(position, last) {
  return position !== undefined && position.epoch === last?.epoch && position.offset <= last.offset;
}

function leavesHole(position, last) {
  return position !== undefined && position.epoch === last?.epoch && position.offset > last.offset + 1;
}
