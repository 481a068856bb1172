// What the board's feed client promises. BOARD_JS may name another directory that has feed.js and lines.js.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";

const BOARD = process.env.BOARD_JS ?? resolve(import.meta.dirname, "../../../main/webapp/board");
const { DEFAULTS, Feed, START, newId } = await import(pathToFileURL(resolve(BOARD, "feed.js")));

/** A network, a clock and dice in the hands of the test. */
class Environment {
  sockets = [];
  timers = [];
  now = 0;
  dice = 0.5;
  ids = 0;
  network = new EventTarget();

  createSocket = () => {
    const socket = {
      readyState: 0,
      sent: [],
      /** The ids of the requests that are no messages, in the order of sending; `sent` has these without. */
      requestIds: [],
      send: (json) => {
        const message = JSON.parse(json);
        if (message.event === "join" || message.event === "seen") {
          socket.requestIds.push(message.id);
          delete message.id;
        }
        socket.sent.push(message);
      },
      close: () => {
        socket.readyState = 2;
      },
    };
    this.sockets.push(socket);
    return socket;
  };
  setTimeout = (task, delay) => {
    const timer = { task, due: this.now + delay };
    this.timers.push(timer);
    return timer;
  };
  clearTimeout = (timer) => {
    this.timers = this.timers.filter((other) => other !== timer);
  };
  random = () => this.dice;
  newId = () => `id-${++this.ids}`;

  get socket() {
    return this.sockets.at(-1);
  }

  pass(time) {
    const end = this.now + time;
    while (this.#ring(end)) {
      // one timer after the other
    }
    this.now = end;
  }

  /** Lets time pass until the client tries again. */
  passUntilRetry() {
    const tries = this.sockets.length;
    while (this.sockets.length === tries) {
      assert.ok(this.#ring(Infinity), "the client does not try again");
    }
  }

  #ring(end) {
    const [next] = this.timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
    if (!next) {
      return false;
    }
    this.clearTimeout(next);
    this.now = next.due;
    next.task();
    return true;
  }

  /** The server accepts the newest connection. */
  accept() {
    this.socket.readyState = 1;
    this.socket.onopen();
    this.tell({ event: "connected", connection: "c", person: { id: "ann", name: "Ann" } });
  }

  tell(message) {
    this.socket.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The server refuses the newest join or `seen`. */
  refuse(code) {
    this.tell({ event: "error", id: this.socket.requestIds.at(-1), code, message: "why" });
  }

  drop(code = 1006, reason = "") {
    this.socket.readyState = 3;
    this.socket.onclose({ code, reason });
  }
}

function start({ joins = {}, ...options } = {}) {
  const environment = new Environment();
  const heard = { states: [], messages: [], gaps: [], acks: [], refusals: [], errors: [] };
  const feed = new Feed(
    "ws://localhost/feed",
    {
      onState: (state) => heard.states.push(state),
      onMessage: (message) => heard.messages.push(message),
      onGap: (channel, reason) => heard.gaps.push([channel, reason]),
      onAck: (ack) => heard.acks.push(ack.id),
      onRefused: (error) => heard.refusals.push(error.id),
      onError: (error) => heard.errors.push(error.code),
    },
    { environment, ...options },
  );
  Object.entries(joins).forEach(([channel, join]) => feed.join(channel, join));
  feed.open();
  return { feed, environment, heard };
}

const at = (offset, epoch = "e") => ({ epoch, offset });
const message = (offset, more = {}) => ({ event: "news", channel: "news", ...at(offset), data: { msg: `${offset}` }, ...more });
const joined = (more) => ({ event: "joined", channel: "news", epoch: "e", ...more });
const offsets = (heard) => heard.messages.map(({ offset }) => offset);

describe("joining", () => {
  it("is the first thing that is sent, with the position to resume from", () => {
    const { environment } = start({ joins: { news: { since: at(7) }, people: {} } });
    environment.accept();

    assert.deepEqual(environment.socket.sent, [
      { event: "join", channel: "news", since: at(7) },
      { event: "join", channel: "people" },
    ]);
  });

  it("passes over what comes before the answer", () => {
    const { environment, heard } = start({ joins: { news: { since: at(7) } } });
    environment.accept();
    environment.tell(message(9));
    environment.tell(joined({ recovered: true, head: 9 }));
    [8, 9, 10].forEach((offset) => environment.tell(message(offset)));

    assert.deepEqual(offsets(heard), [8, 9, 10]);
    assert.deepEqual(heard.gaps, []);
  });

  it("does not take the server's own join for the answer to one with a position", () => {
    const { environment, heard } = start({ joins: { private: { since: at(2) } } });
    environment.accept();
    environment.tell({ ...joined({ recovered: false, head: 4 }), channel: "private" });
    environment.tell(message(5, { channel: "private" }));
    environment.tell({ ...joined({ recovered: true, head: 5 }), channel: "private" });
    [3, 4, 5].forEach((offset) => environment.tell(message(offset, { channel: "private" })));

    assert.deepEqual(offsets(heard), [3, 4, 5]);
  });

  it("from the start takes the epoch from the answer, and then everything", () => {
    const { environment, heard } = start({ joins: { news: { since: START } } });
    environment.accept();
    environment.tell(joined({ recovered: false, head: 2 }));
    environment.tell(message(3));
    assert.deepEqual(environment.socket.sent.at(-1), { event: "join", channel: "news", since: at(0) });

    environment.tell(joined({ recovered: true, head: 3 }));
    [1, 2, 3].forEach((offset) => environment.tell(message(offset)));
    assert.deepEqual(offsets(heard), [1, 2, 3]);
  });

  it("from the start is at the start when there is nothing yet", () => {
    const { feed, environment } = start({ joins: { news: { since: START } } });
    environment.accept();
    environment.tell(joined({ recovered: false, head: 0 }));

    assert.deepEqual(feed.position("news"), at(0));
    assert.equal(environment.socket.sent.length, 1);
  });

  it("loses nothing between the server's own join and the one that was asked for", () => {
    const { environment, heard } = start({ joins: { news: { since: START } } });
    environment.accept();
    environment.tell(joined({ recovered: false, head: 0 }));
    environment.tell(message(1));
    environment.tell(joined({ recovered: false, head: 2 }));
    environment.tell(message(3));
    assert.deepEqual(environment.socket.sent.at(-1), { event: "join", channel: "news", since: at(1) });

    environment.tell(joined({ recovered: true, head: 3 }));
    [2, 3].forEach((offset) => environment.tell(message(offset)));
    assert.deepEqual(offsets(heard), [1, 2, 3]);
    assert.deepEqual(heard.gaps, []);
  });

  it("knows the own private channel by either name", () => {
    const { environment, heard } = start({ joins: { private: { since: at(0) } } });
    environment.accept();
    environment.tell({ ...joined({ recovered: true, head: 1 }), channel: "user:ann" });
    environment.tell(message(1, { event: "private", channel: "user:ann" }));

    assert.deepEqual(heard.messages.map(({ channel }) => channel), ["private"]);
  });

  it("works while connected, and leaving ends it", () => {
    const { feed, environment } = start();
    environment.accept();
    feed.join("orders", { since: at(3) });
    feed.leave("orders");
    environment.drop();
    environment.passUntilRetry();
    environment.accept();

    assert.deepEqual(environment.sockets[0].sent, [
      { event: "join", channel: "orders", since: at(3) },
      { event: "leave", channel: "orders" },
    ]);
    assert.deepEqual(environment.sockets[1].sent, []);
  });
});

describe("resuming", () => {
  it("goes on after the last message, without a double", () => {
    const { environment, heard } = start({ joins: { news: { since: at(7) } } });
    environment.accept();
    environment.tell(joined({ recovered: true, head: 8 }));
    environment.tell(message(8));
    environment.drop();
    environment.passUntilRetry();
    environment.accept();
    assert.deepEqual(environment.socket.sent[0], { event: "join", channel: "news", since: at(8) });

    environment.tell(joined({ recovered: true, head: 9 }));
    [8, 9, 9].forEach((offset) => environment.tell(message(offset)));
    assert.deepEqual(offsets(heard), [8, 9]);
  });

  it("goes on from the head that a channel without a position began at", () => {
    const { environment } = start({ joins: { news: {} } });
    environment.accept();
    environment.tell(joined({ recovered: false, head: 41 }));
    environment.drop();
    environment.passUntilRetry();
    environment.accept();

    assert.deepEqual(environment.socket.sent[0].since, at(41));
  });

  it("tells a gap, and goes on behind it", () => {
    for (const reason of ["trimmed", "ahead", "limit"]) {
      const { environment, heard } = start({ joins: { news: { since: at(7) } } });
      environment.accept();
      environment.tell(joined({ recovered: false, reason, head: 20 }));
      environment.tell(message(21));

      assert.deepEqual(heard.gaps, [["news", reason]]);
      assert.deepEqual(offsets(heard), [21]);
      assert.equal(environment.socket.sent.length, 1);
    }
  });

  it("tells that the log began anew, and takes all that is in the new one", () => {
    const { environment, heard } = start({ joins: { news: { since: at(7) } } });
    environment.accept();
    environment.tell(joined({ recovered: false, reason: "epoch", head: 2, epoch: "f" }));
    environment.tell(message(3, { epoch: "f" }));
    assert.deepEqual(environment.socket.sent.at(-1), { event: "join", channel: "news", since: at(0, "f") });
    assert.deepEqual(heard.gaps, []);

    environment.tell(joined({ recovered: true, head: 3, epoch: "f" }));
    [1, 2, 3].forEach((offset) => environment.tell(message(offset, { epoch: "f" })));
    assert.deepEqual(heard.gaps, [["news", "epoch"]]);
    assert.deepEqual(offsets(heard), [1, 2, 3]);
  });

  it("tells one gap when also the new log is not complete any more", () => {
    const { feed, environment, heard } = start({ joins: { news: { since: at(7) } } });
    environment.accept();
    environment.tell(joined({ recovered: false, reason: "epoch", head: 2000, epoch: "f" }));
    environment.tell(joined({ recovered: false, reason: "trimmed", head: 2000, epoch: "f" }));

    assert.deepEqual(heard.gaps, [["news", "epoch"]]);
    assert.deepEqual(feed.position("news"), at(2000, "f"));
  });

  it("tells a hole that the server should not have left", () => {
    const { environment, heard } = start({ joins: { news: { since: at(7) } } });
    environment.accept();
    environment.tell(joined({ recovered: true, head: 7 }));
    environment.tell(message(9));

    assert.deepEqual(heard.gaps, [["news", "hole"]]);
  });

  it("begins anew, and tells no gap, where it is not wanted", () => {
    const { environment, heard } = start({ joins: { people: { resume: false } } });
    environment.accept();
    environment.tell({ ...joined({ recovered: false, head: 5 }), channel: "people" });
    environment.drop();
    environment.passUntilRetry();
    environment.accept();

    assert.deepEqual(environment.socket.sent, [{ event: "join", channel: "people" }]);
    assert.deepEqual(heard.gaps, []);
  });
});

describe("a join that is refused", () => {
  const join = { event: "join", channel: "news", since: at(7) };

  it("is tried again, later each time, until the server takes it, and nothing is lost", () => {
    for (const code of ["overloaded", "log-unavailable"]) {
      const { environment, heard } = start({ joins: { news: { since: at(7) } } });
      environment.dice = 1;
      environment.accept();
      environment.refuse(code);
      environment.tell(message(8));
      environment.pass(DEFAULTS.backoffBase - 1);
      assert.deepEqual(environment.socket.sent, [join]);
      environment.pass(1);
      assert.deepEqual(environment.socket.sent, [join, join]);

      environment.refuse(code);
      environment.pass(2 * DEFAULTS.backoffBase - 1);
      assert.equal(environment.socket.sent.length, 2);
      environment.pass(1);
      assert.deepEqual(environment.socket.sent, [join, join, join]);

      environment.tell(joined({ recovered: true, head: 9 }));
      [8, 9].forEach((offset) => environment.tell(message(offset)));
      assert.deepEqual(offsets(heard), [8, 9]);
      assert.deepEqual(heard.gaps, []);
      assert.deepEqual(heard.errors, []);
    }
  });

  it("is tried again with the position that was asked for last", () => {
    const { environment, heard } = start({ joins: { news: { since: START } } });
    environment.accept();
    environment.refuse("overloaded");
    environment.tell(joined({ recovered: false, head: 2 }));
    environment.refuse("log-unavailable");
    environment.pass(DEFAULTS.backoffBase);

    const fromStart = { event: "join", channel: "news", since: at(0) };
    assert.deepEqual(environment.socket.sent, [{ event: "join", channel: "news" }, fromStart, fromStart]);
    environment.tell(joined({ recovered: true, head: 2 }));
    [1, 2].forEach((offset) => environment.tell(message(offset)));
    assert.deepEqual(offsets(heard), [1, 2]);
  });

  it("counts from the beginning once it was taken", () => {
    const { environment } = start({ joins: { news: { since: at(7) } } });
    environment.dice = 1;
    environment.accept();
    environment.refuse("overloaded");
    environment.pass(DEFAULTS.backoffBase);
    environment.tell(joined({ recovered: true, head: 7 }));
    environment.drop();
    environment.passUntilRetry();
    environment.accept();
    environment.refuse("overloaded");
    environment.pass(DEFAULTS.backoffBase);

    assert.deepEqual(environment.socket.sent, [join, join]);
  });

  it("is not tried again on another connection, in a channel that was left, or for a join that another took the place of", () => {
    const { feed, environment } = start({ joins: { news: { since: at(7) } } });
    environment.accept();
    environment.refuse("overloaded");
    environment.drop();
    environment.passUntilRetry();
    environment.accept();
    environment.pass(2 * DEFAULTS.backoffBase);
    assert.deepEqual(environment.socket.sent, [join]);

    environment.refuse("overloaded");
    feed.join("news", { since: at(3) });
    environment.pass(DEFAULTS.backoffBase);
    assert.deepEqual(environment.socket.sent, [join, { ...join, since: at(3) }]);

    environment.refuse("overloaded");
    feed.leave("news");
    environment.pass(DEFAULTS.backoffBase);
    assert.deepEqual(environment.socket.sent.at(-1), { event: "leave", channel: "news" });
  });

  it("for good is told as an error and as a gap, and what comes all the same is delivered", () => {
    const { environment, heard } = start({ joins: { news: { since: at(7) } } });
    environment.accept();
    environment.refuse("since-invalid");
    [9, 10].forEach((offset) => environment.tell(message(offset)));
    environment.pass(DEFAULTS.pingInterval - 1);

    assert.deepEqual(environment.socket.sent, [join]);
    assert.deepEqual(heard.errors, ["since-invalid"]);
    assert.deepEqual(heard.gaps, [["news", "since-invalid"]]);
    assert.deepEqual(offsets(heard), [9, 10]);
  });

  it("for good leaves no gap where nothing was to be resumed", () => {
    const { environment, heard } = start({ joins: { people: { resume: false }, orders: {} } });
    environment.accept();
    environment.socket.requestIds.forEach((id) => environment.tell({ event: "error", id, code: "too-many-channels" }));

    assert.deepEqual(heard.errors, ["too-many-channels", "too-many-channels"]);
    assert.deepEqual(heard.gaps, []);
  });
});

describe("messages that come together", () => {
  it("are heard one by one, in order", () => {
    const { environment, heard } = start({ joins: { news: {} } });
    environment.accept();
    environment.tell([joined({ head: 0 }), message(1), message(2), message(3)]);

    assert.deepEqual(offsets(heard), [1, 2, 3]);
    assert.deepEqual(heard.gaps, []);
  });

  it("are not heard any more after a handler has closed the feed", () => {
    const { environment, feed, heard } = start({ joins: { news: {} } });
    const push = heard.messages.push.bind(heard.messages);
    heard.messages.push = (one) => push(one) && feed.close();
    environment.accept();
    environment.tell(joined({ head: 0 }));
    environment.tell([message(1), message(2)]);

    assert.deepEqual(offsets(heard), [1]);
  });
});

describe("a device", () => {
  const own = (more) => ({ ...joined(more), channel: "user:ann" });
  const privately = (offset) => message(offset, { event: "private", channel: "user:ann" });

  it("says its name with each connection", () => {
    const urls = [];
    const environment = new Environment();
    const createSocket = (url) => urls.push(url) && environment.createSocket();
    const feed = new Feed("ws://localhost/feed?name=Ann", {}, { device: "a b", environment: { ...environment, createSocket } });
    feed.open();

    assert.deepEqual(urls, ["ws://localhost/feed?name=Ann&lists=true&device=a%20b"]);
  });

  it("gets what was not seen on it, also from before the position that was asked for", () => {
    const { environment, heard } = start({ joins: { private: { since: at(7), unseen: true } } });
    environment.accept();
    assert.deepEqual(environment.socket.sent, [{ event: "join", channel: "private" }]);
    environment.tell(own({ recovered: true, since: 5, head: 8 }));
    [6, 7, 8, 9].forEach((offset) => environment.tell(privately(offset)));

    assert.deepEqual(offsets(heard), [6, 7, 8, 9]);
    assert.deepEqual(heard.gaps, []);
  });

  it("asks for what was seen on it meanwhile, and is missing here", () => {
    const { environment, heard } = start({ joins: { private: { since: at(7), unseen: true } } });
    environment.accept();
    environment.tell(own({ recovered: true, since: 9, head: 9 }));
    assert.deepEqual(environment.socket.sent.at(-1), { event: "join", channel: "private", since: at(7) });

    environment.tell(own({ recovered: true, head: 9 }));
    [8, 9].forEach((offset) => environment.tell(privately(offset)));
    assert.deepEqual(offsets(heard), [8, 9]);
  });

  it("is no answer to a join with a position", () => {
    const { environment, heard } = start({ joins: { private: { since: at(7) } } });
    environment.accept();
    environment.tell(own({ recovered: true, since: 5, head: 8 }));
    [6, 7, 8].forEach((offset) => environment.tell(privately(offset)));
    environment.tell(own({ recovered: true, head: 8 }));
    environment.tell(privately(8));

    assert.deepEqual(offsets(heard), [8]);
  });

  it("tells a gap, and takes what is still there", () => {
    for (const reason of ["limit", "epoch"]) {
      const { environment, heard } = start({ joins: { private: { unseen: true } } });
      environment.accept();
      environment.tell(own({ recovered: false, reason, since: 5, head: 7 }));
      [6, 7].forEach((offset) => environment.tell(privately(offset)));

      assert.deepEqual(heard.gaps, [["private", reason]]);
      assert.deepEqual(offsets(heard), [6, 7]);
      assert.equal(environment.socket.sent.length, 1);
    }
  });

  it("goes on after its last message when it comes back", () => {
    const { environment } = start({ joins: { private: { since: at(7), unseen: true } } });
    environment.accept();
    environment.tell(own({ recovered: true, since: 7, head: 7 }));
    environment.tell(privately(8));
    environment.drop();
    environment.passUntilRetry();
    environment.accept();

    assert.deepEqual(environment.socket.sent, [{ event: "join", channel: "private", since: at(8) }]);
  });

  it("says again what is seen when the server could not keep it", () => {
    const { feed, environment, heard } = start();
    environment.accept();
    feed.seen(at(3));
    environment.pass(DEFAULTS.seenDelay);
    environment.refuse("log-unavailable");
    environment.pass(DEFAULTS.backoffBase);
    assert.deepEqual(environment.socket.sent, [
      { event: "seen", ...at(3) },
      { event: "seen", ...at(3) },
    ]);

    environment.refuse("device-unknown");
    environment.pass(DEFAULTS.backoffBase);
    assert.equal(environment.socket.sent.length, 2);
    assert.deepEqual(heard.errors, ["device-unknown"]);
  });

  it("says what is seen, once for many, and again with the next connection", () => {
    const { feed, environment } = start();
    environment.accept();
    [1, 2, 3, 2].forEach((offset) => feed.seen(at(offset)));
    assert.deepEqual(environment.socket.sent, []);
    environment.pass(DEFAULTS.seenDelay);
    feed.seen(at(3));
    environment.pass(DEFAULTS.seenDelay);
    assert.deepEqual(environment.socket.sent, [{ event: "seen", ...at(3) }]);

    feed.seen(at(4));
    environment.drop();
    environment.passUntilRetry();
    environment.accept();
    environment.pass(DEFAULTS.seenDelay);
    assert.deepEqual(environment.socket.sent, [{ event: "seen", ...at(4) }]);
  });
});

describe("sending", () => {
  it("waits for the connection, and for the joins", () => {
    const { feed, environment } = start({ joins: { news: {} } });
    feed.send({ event: "news", data: "Hello" });
    environment.accept();

    assert.deepEqual(environment.socket.sent[1], { event: "news", data: "Hello", id: "id-1" });
  });

  it("repeats what was not acknowledged, with the same id and in order", () => {
    const { feed, environment, heard } = start();
    environment.accept();
    ["a", "b", "c"].forEach((data) => feed.send({ event: "news", data }));
    environment.tell({ event: "ack", id: "id-2" });
    environment.drop();
    environment.passUntilRetry();
    environment.accept();

    assert.deepEqual(environment.socket.sent.map(({ id }) => id), ["id-1", "id-3"]);
    environment.tell({ event: "ack", id: "id-1", duplicate: true });
    environment.tell({ event: "ack", id: "id-1", duplicate: true });
    assert.deepEqual(heard.acks, ["id-2", "id-1"]);
    assert.equal(feed.unacknowledged, 1);
  });

  it("gives up what the server refuses", () => {
    const { feed, environment, heard } = start();
    environment.accept();
    feed.send({ event: "ack" });
    environment.tell({ event: "error", id: "id-1", code: "event-reserved", message: "no" });

    assert.deepEqual(heard.refusals, ["id-1"]);
    assert.equal(feed.unacknowledged, 0);
  });

  it("tries again what the server cannot take now", () => {
    const { feed, environment, heard } = start();
    environment.accept();
    feed.send({ event: "news" });
    environment.tell({ event: "error", id: "id-1", code: "log-unavailable", message: "later" });
    environment.pass(DEFAULTS.backoffBase);

    assert.deepEqual(environment.socket.sent.map(({ id }) => id), ["id-1", "id-1"]);
    assert.deepEqual(heard.refusals, []);
  });

  it("keeps only so many messages, and none that would close the connection", () => {
    const { feed } = start({ maxUnacknowledged: 2, maxMessageBytes: 100 });
    assert.throws(() => feed.send({ event: "news", data: "ü".repeat(50) }), RangeError);
    feed.send({ event: "news" });
    feed.send({ event: "news" });

    assert.throws(() => feed.send({ event: "news" }), RangeError);
    assert.equal(feed.unacknowledged, 2);
  });

  it("tells errors that belong to no message", () => {
    const { environment, heard } = start();
    environment.accept();
    environment.tell({ event: "error", code: "too-many-channels", message: "no" });

    assert.deepEqual(heard.errors, ["too-many-channels"]);
  });
});

describe("coming back", () => {
  const delays = (dice, failures) => {
    const { environment, heard } = start();
    environment.dice = dice;
    for (let n = 0; n < failures; n++) {
      environment.drop();
      environment.passUntilRetry();
    }
    return heard.states.filter(({ name }) => name === "waiting").map(({ delay }) => delay);
  };

  it("waits a random time up to a bound that doubles, to 30 s", () => {
    assert.deepEqual(delays(1, 8), [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    assert.deepEqual(delays(0.5, 3), [250, 500, 1000]);
    assert.deepEqual(delays(0, 3), [0, 0, 0]);
  });

  it("counts from the beginning after a connection that lasted, not after one that was lost at once", () => {
    const { environment, heard } = start();
    const fail = (after) => {
      environment.accept();
      environment.pass(after);
      environment.drop();
      environment.passUntilRetry();
      return heard.states.findLast(({ name }) => name === "waiting").attempt;
    };

    assert.deepEqual([fail(100), fail(100), fail(DEFAULTS.stableAfter), fail(100)], [1, 2, 1, 2]);
  });

  it("is at once when the network is back", () => {
    const { environment } = start();
    environment.drop();
    environment.network.dispatchEvent(new Event("online"));
    environment.network.dispatchEvent(new Event("online"));

    assert.equal(environment.sockets.length, 2);
    environment.pass(DEFAULTS.backoffBase);
    assert.equal(environment.sockets.length, 2);
  });

  it("is not tried when it would end the same way", () => {
    for (const code of [1003, 1008, 1009]) {
      const { environment, heard } = start();
      environment.accept();
      environment.drop(code, "why");
      environment.pass(DEFAULTS.backoffLimit);
      environment.network.dispatchEvent(new Event("online"));

      assert.equal(environment.sockets.length, 1);
      assert.deepEqual(heard.states.at(-1), { name: "failed", code, reason: "why" });
    }
  });

  it("is tried when the server went down, was full, or found this client slow", () => {
    for (const code of [1001, 1011, 1013, 4008]) {
      const { environment } = start();
      environment.accept();
      environment.drop(code);

      environment.passUntilRetry();
    }
  });

  it("is over after close, until it is opened again", () => {
    const { feed, environment } = start();
    environment.accept();
    feed.close();
    environment.pass(DEFAULTS.backoffLimit);
    assert.equal(environment.sockets.length, 1);
    assert.equal(environment.timers.length, 0);

    feed.open();
    assert.equal(environment.sockets.length, 2);
  });
});

describe("silence", () => {
  it("is broken by pings, and a connection that answers them lives", () => {
    const { environment } = start();
    environment.accept();
    for (let n = 0; n < 10; n++) {
      environment.pass(DEFAULTS.pingInterval);
      environment.tell({ event: "pong" });
    }

    assert.equal(environment.sockets.length, 1);
    assert.deepEqual(environment.socket.sent, Array(10).fill({ event: "ping" }));
  });

  it("after a ping ends the connection, though the network closes nothing", () => {
    const { environment, heard } = start();
    environment.accept();
    environment.pass(DEFAULTS.pingInterval + DEFAULTS.patience - 1);
    assert.equal(heard.states.at(-1).name, "connected");

    environment.pass(1);
    assert.equal(heard.states.at(-1).name, "waiting");
    assert.equal(environment.sockets[0].readyState, 2);
    environment.pass(DEFAULTS.backoffBase);
    assert.equal(environment.sockets.length, 2);
  });

  it("is ended by anything at all", () => {
    const { environment, heard } = start();
    environment.accept();
    environment.pass(DEFAULTS.pingInterval + DEFAULTS.patience - 1);
    environment.tell(message(1));
    environment.pass(1);

    assert.equal(heard.states.at(-1).name, "connected");
  });

  it("of a server that accepts and says nothing does not last either", () => {
    const { environment, heard } = start();
    environment.pass(DEFAULTS.patience);

    assert.equal(heard.states.at(-1).name, "waiting");
  });
});

describe("ids", () => {
  it("are random also where there is no randomUUID", () => {
    const insecure = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
    assert.match(newId(insecure), /^[0-9a-f]{32}$/);
    assert.notEqual(newId(insecure), newId(insecure));
    assert.match(newId(), /^[0-9a-f-]{36}$/);
  });
});

describe("history", () => {
  const page = (id, more = {}) => ({ event: "history", id, channel: "news", messages: [message(2), message(1)], head: 2, epoch: "e", ...more });

  it("is a page of the channel's past, and none of its messages is delivered", async () => {
    const { feed, environment, heard } = start({ joins: { news: {} } });
    environment.accept();
    const answer = feed.history("news", { before: 3, limit: 2 });
    assert.deepEqual(environment.socket.sent.at(-1), { event: "history", channel: "news", before: 3, limit: 2, id: "id-1" });

    environment.tell(page("id-1"));

    assert.deepEqual(await answer, { channel: "news", messages: [message(2), message(1)], head: 2, epoch: "e" });
    assert.deepEqual(heard.messages, []);
  });

  it("of the own private channel has its short name", async () => {
    const { feed, environment } = start();
    environment.accept();
    const answer = feed.history("private");

    environment.tell(page("id-1", { channel: "user:ann", messages: [message(1, { channel: "user:ann" })] }));

    assert.equal((await answer).channel, "private");
    assert.equal((await answer).messages[0].channel, "private");
  });

  it("is rejected without a connection, when it is lost, and when it is refused", async () => {
    const { feed, environment, heard } = start();
    await assert.rejects(feed.history("news"), /no connection/);
    environment.accept();

    const refused = feed.history("news");
    environment.tell({ event: "error", id: "id-1", code: "log-unavailable", message: "the log cannot be read" });
    await assert.rejects(refused, /the log cannot be read/);

    const lost = feed.history("news");
    environment.drop();
    await assert.rejects(lost, /the connection is lost/);
    assert.deepEqual(heard.errors, []);
    assert.equal(feed.unacknowledged, 0);
  });

  it("is a message like others when it was not asked for", () => {
    const { environment, heard } = start();
    environment.accept();

    environment.tell(message(1, { event: "history", channel: "orders" }));

    assert.equal(heard.messages.length, 1);
  });
});
