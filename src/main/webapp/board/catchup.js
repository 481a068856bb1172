/**
 * Proves after a break that nothing is missing: each channel says where its end is, and what came is counted until it is reached.
 * `result` is null while that is not known, or `{count, missing}`, with the channels of which messages are missing and why.
 */

/** What has not come by then is missing, in ms. */
const PATIENCE = 10_000;

export class CatchUp {
  result = null;
  #connection;
  #positions;
  #onChange;
  #before = new Map();
  #open = new Map();
  #missing = [];
  #count = 0;
  #isBroken = false;
  #timer = null;

  constructor(connection, positions, onChange) {
    this.#connection = connection;
    this.#positions = positions;
    this.#onChange = onChange;
  }

  /** The connection is gone. Of what was missed, some may come before the connection is told to be back. */
  broke() {
    if (!this.#isBroken) {
      this.#isBroken = true;
      this.#count = 0;
      this.#before = new Map(this.#positions);
    }
  }

  /** The connection is back, and these channels will say where they are. */
  begin(channels) {
    clearTimeout(this.#timer);
    this.broke();
    this.#isBroken = false;
    this.result = null;
    this.#missing = [];
    this.#open = new Map(channels.map((channel) => [channel, null]));
    this.#timer = setTimeout(() => this.#giveUp(), PATIENCE);
  }

  /** A channel's answer: its end, and whether it goes on without a hole. */
  told(channel, { head, epoch, recovered, reason }) {
    if (!this.#open.has(channel)) {
      return;
    }
    if (recovered) {
      this.#open.set(channel, { head, epoch });
    } else {
      this.#open.delete(channel);
      this.#missing.push({ channel, reason });
    }
    this.#check();
  }

  /** A message came. */
  heard(channel, { epoch, offset }) {
    if (this.#open.size > 0 || this.#isBroken) {
      const before = this.#before.get(channel);
      const end = this.#open.get(channel);
      const isMissed = before !== undefined && (before.epoch !== epoch || offset > before.offset);
      if (isMissed && (!end || offset <= end.head)) {
        this.#count++;
      }
      this.#check();
    }
  }

  #check() {
    if (this.#isBroken) {
      return;
    }
    for (const [channel, end] of this.#open) {
      const position = this.#positions.get(channel);
      if (end && (end.head === 0 || position === undefined || (position.epoch === end.epoch && position.offset >= end.head))) {
        this.#open.delete(channel);
      }
    }
    if (this.#open.size === 0 && this.result === null) {
      this.#finish();
    }
  }

  #giveUp() {
    if (this.#open.size > 0 && this.#connection.isConnected) {
      this.#missing.push(...Array.from(this.#open.keys(), (channel) => ({ channel, reason: "late" })));
      this.#open.clear();
      this.#finish();
    }
  }

  #finish() {
    clearTimeout(this.#timer);
    this.result = { count: this.#count, missing: this.#missing };
    this.#onChange();
  }
}
