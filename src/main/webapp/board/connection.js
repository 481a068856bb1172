/**
 * The connection to the server by the stock client of Socket.IO, and its state. By WebSocket, or by polling where WebSockets are
 * blocked. The client comes back by itself; what it missed, the server sends.
 */

/** How long an answer is waited for, in ms. */
const PATIENCE = 20_000;

/** The longest pause between two attempts, in ms; the client makes it up to 30 % longer or shorter. */
const LONGEST_PAUSE = 2_000;

/** What the server refused, in the code and the sentence that it gave. */
export class Refusal extends Error {
  constructor({ code, message, retryAfter }) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** The answer did not come: the server may have done what it was asked, or not. */
export class NoAnswer extends Error {}

export class Connection {
  #socket;
  #newSocket;
  /** The connection that will take the place of this one; null when there is none. */
  #next = null;
  #heard;
  /** Whether there has been a connection. */
  wasConnected = false;

  /** `name` is `connecting`, `connected`, `waiting` or `ended`; `since` a date; `reason` is given for `ended`. */
  state = { name: "connecting", since: new Date() };

  /**
   * @param {Function} io of the stock client
   * @param {object} options of the client
   * @param {object} heard
   * @param {(state: object) => void} heard.state
   * @param {(connected: { recovered: boolean, isAfterBreak: boolean }) => void} heard.connected
   * @param {(event: string, data: any, meta: object | undefined) => void} heard.event
   */
  constructor(io, options, heard) {
    this.#heard = heard;
    this.#newSocket = () =>
      io({
        tryAllTransports: true,
        reconnectionDelay: 400,
        reconnectionDelayMax: LONGEST_PAUSE,
        randomizationFactor: 0.3,
        autoConnect: false,
        forceNew: true,
        ...options,
      });
    this.#use(this.#newSocket());
  }

  #use(socket) {
    this.#socket = socket;
    socket.on("connect", () => this.#connected());
    socket.on("disconnect", (reason) => this.#gone(socket.active ? null : reason));
    socket.on("connect_error", (problem) => this.#gone(socket.active ? null : problem.message));
    socket.onAny((event, data, meta) => this.#heard.event(event, data, isMeta(meta) ? meta : undefined));
    socket.io.on("open", () => socket.io.engine.on("upgrade", () => this.#sayConnected()));
  }

  /** The client's socket, for what deals with the server by itself; it is another one after a new name was taken. */
  get socket() {
    return this.#socket;
  }

  open() {
    this.#socket.connect();
  }

  get isConnected() {
    return this.#socket.connected;
  }

  /** Tries again now, when there is no connection. */
  retry() {
    if (!this.#socket.connected) {
      this.#socket.disconnect().connect();
    }
  }

  /**
   * Has another connection take the place of this one, with the cookies of now. This one is closed when the other is there, so that
   * others see nobody go and come. Whoever comes back anyway, comes back with the cookies of then.
   */
  renew() {
    this.#next?.disconnect();
    this.#next = null;
    if (!this.#socket.connected) {
      this.#socket.disconnect().connect();
      return;
    }
    const next = this.#newSocket();
    this.#next = next;
    next.once("connect", () => {
      this.#next = null;
      const last = this.#socket;
      last.offAny();
      last.off();
      last.io.off();
      this.#use(next);
      this.#sayConnected();
      this.#heard.connected({ recovered: false, isAfterBreak: false });
      last.disconnect();
    });
    next.once("connect_error", () => {
      if (this.#next === next) {
        this.#next = null;
        next.disconnect();
        this.#socket.disconnect().connect();
      }
    });
    next.connect();
  }

  /** Asks the server; rejects with a `Refusal`, or with `NoAnswer` when there is no connection or no answer in time. */
  ask(event, ...args) {
    return this.#askFor(PATIENCE, event, args);
  }

  /** Likewise, but waits for so many ms only. */
  askBriefly(ms, event, ...args) {
    return this.#askFor(ms, event, args);
  }

  /** Tells the server something that may be lost. */
  tell(event, ...args) {
    if (this.#socket.connected) {
      this.#socket.volatile.emit(event, ...args);
    }
  }

  async #askFor(ms, event, args) {
    if (!this.#socket.connected) {
      throw new NoAnswer("There is no connection");
    }
    let answer;
    try {
      answer = await this.#socket.timeout(ms).emitWithAck(event, ...args);
    } catch (problem) {
      throw new NoAnswer(problem.message);
    }
    if (answer?.error) {
      throw new Refusal(answer.error);
    }
    return answer;
  }

  #connected() {
    const isAfterBreak = this.wasConnected;
    this.wasConnected = true;
    this.#sayConnected();
    this.#heard.connected({ recovered: this.#socket.recovered, isAfterBreak });
  }

  #sayConnected() {
    if (this.#socket.connected) {
      this.#become({ name: "connected", transport: this.#socket.io.engine.transport.name });
    }
  }

  /** @param {string | null} reason why the client does not come back by itself; null when it does */
  #gone(reason) {
    if (reason === "io client disconnect") {
      return;
    }
    if (reason) {
      this.#become({ name: "ended", reason });
    } else {
      this.#become({ name: this.wasConnected ? "waiting" : "unreached" });
    }
  }

  #become(state) {
    const since = state.name === this.state.name ? this.state.since : new Date();
    this.state = { ...state, since };
    this.#heard.state(this.state);
  }
}

/** Whether an argument is what Herald says of a message, and not one of the message's own. What is not logged has no offset. */
function isMeta(argument) {
  return typeof argument?.channel === "string" && typeof argument.at === "string" && (argument.offset === undefined || Number.isInteger(argument.offset));
}

/** What the connection lost is asked again when it is back; what the server refused is in what it answered. */
export function unlessGone(problem) {
  if (!(problem instanceof NoAnswer) && !(problem instanceof Refusal)) {
    throw problem;
  }
}
