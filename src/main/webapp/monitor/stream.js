/** A tick of the server comes every 2 s; after so long without one the connection is dead, in ms. */
const SILENCE = 7_000;

/** Before the server is asked again that has refused a stream, in ms. */
const PAUSE = 2_000;

/**
 * The server's snapshots as they come, for as long as somebody can see the page: a hidden tab closes its stream, so that it costs the
 * server nothing, and opens it again when it is shown. A stream that breaks, goes silent or is refused is opened again.
 */
export class Stream {
  #source = null;
  #timer = 0;
  #take;
  #tell;

  /**
   * @param take is given each snapshot
   * @param tell is given the status that the server refuses the stream with, and after how many ms it is asked again; status 0 when
   *     there is no answer, and 200 when snapshots come
   */
  constructor(take, tell) {
    this.#take = take;
    this.#tell = tell;
  }

  /** Called once. */
  begin() {
    document.addEventListener("visibilitychange", () => this.#turn());
    this.#turn();
  }

  #turn() {
    if (document.hidden) {
      this.#close();
    } else if (this.#source === null) {
      this.#open();
    }
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #open() {
    this.#close();
    const source = new EventSource("monitor/live");
    this.#source = source;
    source.addEventListener("message", ({ data }) => {
      this.#expect();
      this.#tell(200, 0);
      this.#take(JSON.parse(data));
    });
    // The server wants to ask who looks: the next stream begins before a tick is missed.
    source.addEventListener("again", () => this.#open());
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        this.#askWhy(source);
      } else {
        // The browser tries again by itself.
        this.#tell(0, PAUSE);
      }
    });
    this.#expect();
  }

  /** Opens the stream again if nothing comes: an EventSource does not notice a connection that is just silent. */
  #expect() {
    this.#openLater(SILENCE, () => this.#tell(0, PAUSE));
  }

  #openLater(pause, before = () => {}) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      before();
      this.#open();
    }, pause);
  }

  /** An EventSource does not say what the server has answered. */
  async #askWhy(source) {
    clearTimeout(this.#timer);
    let status = 0;
    let pause = PAUSE;
    try {
      const answer = await fetch("monitor/live", { method: "HEAD", signal: AbortSignal.timeout(SILENCE) });
      status = answer.status;
      pause = Math.max(PAUSE, 1_000 * (Number(answer.headers.get("Retry-After")) || 0));
    } catch {
      // There is no answer.
    }
    if (this.#source === source) {
      if (status !== 200) {
        this.#tell(status, pause);
      }
      this.#openLater(pause);
    }
  }
}
