// A crowd of stock clients that count what they hear, somebody who publishes for them, and the check of what they heard.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { io } from "socket.io-client";

/**
 * How long anything may take once the network works, in milliseconds. The client waits up to 7.5 s before it tries again. One whose
 * WebSocket breaks while it is going over to it has paused its polling, and its library notices only by the ping that does
 * not come: after 45 s.
 */
const PATIENCE = 60_000;

/**
 * What is wrong with what one client heard.
 *
 * @param expected the numbers of the messages that were acknowledged, in their order
 * @param heard the numbers of the messages in the order in which they came
 */
function check(expected, heard) {
  const seen = new Set();
  let doubles = 0;
  let disorder = 0;
  let highest = -1;
  for (const number of heard) {
    if (seen.has(number)) {
      doubles++;
    } else if (number < highest) {
      disorder++;
    }
    seen.add(number);
    highest = Math.max(highest, number);
  }
  return { lost: expected.filter((number) => !seen.has(number)).length, doubles, disorder };
}

export function theCheckFindsWhatIsPlanted() {
  const expected = [0, 1, 2, 3, 4, 5];
  assert.deepEqual(check(expected, [0, 1, 2, 3, 4, 5]), { lost: 0, doubles: 0, disorder: 0 });
  assert.deepEqual(check(expected, [0, 1, 2, 3, 4, 5, 6]), { lost: 0, doubles: 0, disorder: 0 }, "one whose ack is lost");
  assert.deepEqual(check(expected, [0, 1, 3, 4]), { lost: 2, doubles: 0, disorder: 0 });
  assert.deepEqual(check(expected, []), { lost: 6, doubles: 0, disorder: 0 });
  assert.deepEqual(check(expected, [0, 1, 2, 1, 2, 3, 4, 5]), { lost: 0, doubles: 2, disorder: 0 });
  assert.deepEqual(check(expected, [0, 2, 1, 3, 5, 4]), { lost: 0, doubles: 0, disorder: 2 });
}

/** One client's row of the table. */
export function result(acked, { heard, stale, counts }) {
  const found = check(acked, heard);
  const seen = new Set();
  const repeated = heard.filter((number) => seen.size === seen.add(number).size);
  return { ...found, "in client's buffer": repeated.filter((number) => stale.has(number)).length, ...counts };
}

/** The rows of several clients in one. */
export function total(acked, results) {
  const sum = (name) => results.reduce((before, each) => before + each[name], 0);
  const lost = sum("lost");
  return {
    "delivered %": 100 * (1 - lost / (acked.length * results.length)),
    lost,
    doubles: sum("doubles"),
    "of these, client's own": sum("in client's buffer"),
    disorder: sum("disorder"),
    reconnects: sum("recovered") + sum("not recovered"),
    recovered: sum("recovered"),
    "not recovered": sum("not recovered"),
  };
}

/** A client that counts the news that it hears, and how often it came back. */
export function listener(url, options) {
  const socket = io(url, { ...options, forceNew: true });
  const heard = [];
  const counts = { recovered: 0, "not recovered": 0 };
  /** What the client's library had put aside until it is connected when the connection ended: it does not forget it. */
  const stale = new Set();
  let isBack = false;
  socket.on("news", ({ number }) => number !== undefined && heard.push(number));
  socket.on("connect", () => {
    if (isBack) {
      counts[socket.recovered ? "recovered" : "not recovered"]++;
    }
    isBack = true;
  });
  socket.io.on("close", () => socket.receiveBuffer.forEach(([, data]) => stale.add(data?.number)));
  return { socket, heard, stale, counts };
}

/**
 * Publishes numbered news until it is stopped, which gives the numbers that were acknowledged.
 *
 * @param pace between two messages, in milliseconds
 * @param pad makes the further text of a message
 * @param options of the client; with retries, what is not acknowledged is sent again
 * @param first the first number
 * @param most how many may be without an answer at a time
 * @param serversGoDown whether a server may refuse some as it goes down in order; those are in no log, and nobody waits for them
 */
export async function publish(url, pace, pad, options = {}, first = 0, most = Infinity, serversGoDown = false) {
  const socket = io(url, { transports: ["websocket"], forceNew: true, ...options });
  await until("the publisher is connected", () => socket.connected);
  const acked = [];
  const offsets = [];
  let sent = 0;
  let refused = 0;
  const run = randomUUID();
  const sending = setInterval(() => {
    if (sent - refused - acked.length >= most) {
      return;
    }
    const number = first + sent++;
    socket.emit("news", { number, pad: pad() }, { id: `${run}-${number}` }, (...answers) => {
      const answer = answers.at(-1);
      if (serversGoDown && answer?.error?.code === "log-unavailable") {
        refused++;
        return;
      }
      assert.ok(answer.offset > 0, JSON.stringify(answers));
      offsets.push(answer.offset);
      acked.push(number);
    });
  }, pace);
  return {
    async stop() {
      clearInterval(sending);
      await until("all is acknowledged", () => acked.length + refused === sent);
      if (refused > 0) {
        console.log(`refused ${refused} of ${sent}`);
      }
      assert.deepEqual(acked, [...acked].sort((a, b) => a - b));
      assert.deepEqual(offsets, [...offsets].sort((a, b) => a - b));
      return acked;
    },
  };
}

/** Waits until the condition holds. */
export async function until(what, condition) {
  const deadline = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error(`not within ${PATIENCE} ms: ${what}`);
    }
    await sleep(20);
  }
}
