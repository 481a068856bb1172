// A world in the hands of a test: time, dice, a network, and browsers that keep things over a reload.

/** Dice that fall the same way each time (mulberry32). */
export function dice(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}

/** Time that passes only when the test lets it; all that waits runs in order. */
export class Clock {
  now = 0;
  #count = 0;
  #tasks = [];

  at = (delay, task) => {
    const one = { due: this.now + Math.max(0, delay || 0), place: this.#count++, task };
    let i = this.#tasks.length;
    while (i > 0 && this.#tasks[i - 1].due > one.due) {
      i--;
    }
    this.#tasks.splice(i, 0, one);
    return one;
  };

  /** Lets time pass until nothing waits any more, or until it is this late. */
  async run(until = Infinity) {
    await settled();
    while (this.#tasks.length && this.#tasks[0].due <= until) {
      const { due, task } = this.#tasks.shift();
      this.now = due;
      task();
      await settled();
    }
    this.now = until === Infinity ? this.now : Math.max(this.now, until);
  }

  /** Runs a test with this clock and these dice as those of the module under test. */
  async rule(random, body) {
    const kept = [globalThis.setTimeout, Date.now, Math.random];
    globalThis.setTimeout = (task, delay) => this.at(delay, task);
    Date.now = () => this.now;
    Math.random = random.next;
    try {
      return await body();
    } finally {
      [globalThis.setTimeout, Date.now, Math.random] = kept;
    }
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** One browser with its origin's storage and locks. Its tabs can be killed at any moment. */
export class Browser {
  /** The committed rows, by id. */
  rows = new Map();
  #locks = new Map();
  #clock;
  #random;

  constructor(clock, random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A tab's view: what it has not committed when it is killed is gone, and its locks are free. */
  tab() {
    const tab = { isAlive: true, kill: () => this.#kill(tab) };
    return Object.assign(tab, { indexedDB: this.#indexedDB(tab), locks: this.#lockManager(tab) });
  }

  #kill(tab) {
    tab.isAlive = false;
    for (const [name, { holder }] of this.#locks) {
      if (holder === tab) {
        this.#free(name);
      }
    }
  }

  #later(tab, task) {
    this.#clock.at(this.#random.below(5), () => tab.isAlive && task());
  }

  #indexedDB(tab) {
    let queue = Promise.resolve();
    const step = () => new Promise((resolve) => this.#later(tab, resolve));
    const transaction = () => {
      const one = {};
      const works = [];
      const ask = (work) => {
        const request = {};
        works.push(() => (request.result = structuredClone(work())));
        if (works.length === 1) {
          // All at once, or not at all.
          queue = queue.then(step).then(() => (works.forEach((each) => each()), one.oncomplete?.()));
        }
        return request;
      };
      one.objectStore = () => ({
        put: (row) => {
          const stored = structuredClone(row);
          return ask(() => void this.rows.set(stored.id, stored));
        },
        delete: (id) => ask(() => void this.rows.delete(id)),
        index: () => ({ getAll: (doc) => ask(() => [...this.rows.values()].filter((row) => row.doc === doc)) }),
      });
      return one;
    };
    return {
      open: () => {
        const request = { result: { transaction } };
        this.#later(tab, () => request.onsuccess());
        return request;
      },
    };
  }

  #lockManager(tab) {
    return {
      request: (name, options, work = options) =>
        new Promise((resolve, reject) => {
          const one = { tab, run: (lock) => Promise.resolve(work(lock)).then(resolve, reject) };
          this.#later(tab, () => {
            const lock = this.#locks.get(name);
            if (!lock) {
              this.#locks.set(name, { holder: tab, waiting: [] });
              one.run({ name }).finally(() => this.#free(name));
            } else if (options.ifAvailable) {
              one.run(null);
            } else {
              lock.waiting.push(one);
            }
          });
        }),
    };
  }

  #free(name) {
    const lock = this.#locks.get(name);
    const next = lock?.waiting.find(({ tab }) => tab.isAlive);
    if (!next) {
      this.#locks.delete(name);
      return;
    }
    lock.holder = next.tab;
    lock.waiting = lock.waiting.filter((one) => one !== next);
    this.#later(next.tab, () => next.run({ name }).finally(() => this.#free(name)));
  }
}

/**
 * A client's end of a connection, with what the stock client (4.8) promises: messages in order both ways, an ack at most once, before
 * or after the messages of the same time, an error for each ack that has not come when the connection is lost, and recovery if the
 * server goes on where it was.
 */
export class Socket {
  connected = false;
  recovered = false;
  /** What the test does to messages of the client; gives the number of times that one arrives. */
  tamper = () => 1;
  /** Which events reach the client. */
  heed = () => true;
  #listeners = new Map();
  #acks = new Set();
  #connection = null;
  #delay;
  #clock;
  #server;
  #session = null;
  #lastHeard = 0;

  constructor(clock, server, delay) {
    this.#clock = clock;
    this.#server = server;
    this.#delay = delay;
  }

  get volatile() {
    return { emit: (event, data) => this.connected && this.#send(event, data) };
  }

  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  emit(event, data, ack) {
    this.#send(event, data, ack);
    return this;
  }

  timeout(time) {
    return {
      emit: (event, data, answer) => {
        const ack = (...args) => this.#acks.delete(ack) && answer(...args);
        this.#acks.add(ack);
        this.#send(event, data, (result) => ack(null, result));
        this.#clock.at(time, () => ack(new Error("operation has timed out")));
      },
    };
  }

  connect(mayRecover = true) {
    if (this.connected) {
      return;
    }
    const session = mayRecover && this.#server.recover(this.#session);
    this.recovered = !!session;
    this.#session = session || this.#server.connect();
    this.#lastHeard = session ? this.#lastHeard : 0;
    const connection = { lastIn: 0, lastAck: 0, lastOut: 0 };
    this.#connection = connection;
    this.connected = true;
    this.#hear("connect");
    this.#session.listen(this.#lastHeard, (event, data, number) =>
      this.#travel(connection, "lastIn", () => {
        this.#lastHeard = number;
        this.heed(event) && this.#hear(event, JSON.parse(JSON.stringify(data)), `offset-${number}`);
      }),
    );
  }

  disconnect() {
    if (this.connected) {
      this.connected = false;
      this.#connection = null;
      this.#session.lose();
      [...this.#acks].forEach((ack) => ack(new Error("socket has been disconnected")));
      this.#hear("disconnect", "transport close");
    }
  }

  #send(event, data, answer) {
    const [connection, session, sent] = [this.#connection, this.#session, JSON.stringify(data)];
    for (let times = this.tamper(event, data); times > 0; times--) {
      this.#travel(connection, "lastOut", () =>
        session.receive(event, JSON.parse(sent), (result) => {
          const json = JSON.stringify(result);
          this.#travel(connection, "lastAck", () => answer?.(JSON.parse(json)));
        }),
      );
    }
  }

  /** A message arrives after those before it, or never. */
  #travel(connection, way, arrive) {
    if (connection !== null && connection === this.#connection) {
      connection[way] = Math.max(connection[way], this.#clock.now + this.#delay());
      this.#clock.at(connection[way] - this.#clock.now, () => connection === this.#connection && arrive());
    }
  }

  #hear(event, ...args) {
    (this.#listeners.get(event) ?? []).forEach((listener) => listener(...args));
  }
}
