/**
 * What was written and is not in the log yet. Each message is kept in the browser under its id until the server has it, also over a
 * reload, and is published once: the server knows a repeated id. Two tabs may both send it.
 */

const KEPT = "outbox:";

/** The most messages that wait. */
const MOST = 500;

/** A sender that was told to wait tries again after this, in ms, if the server did not say. */
const WAIT = 2_000;

export class Outbox {
  #entries = new Map();
  #sending = new Set();
  #keep;
  #send;
  #onChange;

  /**
   * @param {object} keep
   * @param {(entry: { id: string, to: string, text: string }) => Promise<object>} send resolves when the log has it; rejects with
   *     `code` when it was refused, without when it is not known
   * @param {() => void} onChange
   */
  constructor(keep, send, onChange) {
    this.#keep = keep;
    this.#send = send;
    this.#onChange = onChange;
    keep.below(KEPT).forEach((id) => this.#load(id));
    keep.onOther((key) => {
      if (key.startsWith(KEPT)) {
        const id = key.slice(KEPT.length);
        if (!this.#load(id)) {
          this.#entries.delete(id);
        }
        this.#onChange();
      }
    });
  }

  #load(id) {
    const entry = this.#keep.get(KEPT + id);
    if (typeof entry?.text !== "string" || typeof entry.to !== "string") {
      return false;
    }
    this.#entries.set(id, { id, to: entry.to, text: entry.text, at: entry.at, problem: entry.problem ?? null });
    return true;
  }

  /** Those for a conversation that are not heard yet, in the order in which they were written. */
  of(conversation) {
    return [...this.#entries.values()].filter(({ to, isHeard }) => to === conversation && !isHeard).sort((a, b) => a.at - b.at);
  }

  /** An own message came, which may be before it is acknowledged: it is not shown twice. */
  heard(conversation, text) {
    const entry = this.of(conversation).find((one) => one.text === text && this.#sending.has(one.id));
    if (entry) {
      entry.isHeard = true;
    }
  }

  get waiting() {
    return [...this.#entries.values()].filter(({ problem }) => problem === null).length;
  }

  get isFull() {
    return this.#entries.size >= MOST;
  }

  /** Takes a text and sends it, now or when there is a connection. */
  write(to, text) {
    const entry = { id: newId(), to, text, at: Date.now(), problem: null };
    this.#entries.set(entry.id, entry);
    this.#store(entry);
    this.#onChange();
    this.#try(entry);
  }

  /** There is a connection: sends all that waits, in the order in which it was written. */
  flush() {
    [...this.#entries.values()]
      .filter(({ problem }) => problem === null)
      .sort((a, b) => a.at - b.at)
      .forEach((entry) => this.#try(entry));
  }

  retry(id) {
    const entry = this.#entries.get(id);
    if (entry) {
      entry.problem = null;
      this.#store(entry);
      this.#onChange();
      this.#try(entry);
    }
  }

  /** Gives a message up; returns its text. */
  discard(id) {
    const text = this.#entries.get(id)?.text;
    this.#remove(id);
    return text;
  }

  async #try(entry) {
    if (this.#sending.has(entry.id)) {
      return;
    }
    this.#sending.add(entry.id);
    try {
      await this.#send(entry);
      this.#remove(entry.id);
    } catch (problem) {
      if (problem.code === "rate-limited" || problem.code === "overloaded" || problem.code === "log-unavailable") {
        setTimeout(() => this.#entries.has(entry.id) && this.#try(entry), problem.retryAfter ?? WAIT);
      } else if (problem.code) {
        entry.problem = problem.message;
        this.#store(entry);
        this.#onChange();
      } else if (problem.isLate) {
        // The answer was lost on the way: the server knows the id.
        setTimeout(() => this.#entries.has(entry.id) && this.#try(entry), WAIT);
      }
    } finally {
      this.#sending.delete(entry.id);
      entry.isHeard = false;
    }
  }

  #remove(id) {
    if (this.#entries.delete(id)) {
      this.#keep.remove(KEPT + id);
      this.#onChange();
    }
  }

  #store({ id, to, text, at, problem }) {
    this.#keep.set(KEPT + id, { to, text, at, problem });
  }
}

/** A new id, of letters and digits; also in pages that have no secure origin. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(36).padStart(2, "0")).join("");
}
