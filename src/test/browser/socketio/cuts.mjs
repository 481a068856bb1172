// Stock Socket.IO clients whose network fails again and again hear all that was acknowledged, each once and in order.
//
//     node cuts.mjs <clean|ragged|half-dead> <baseUrl> [seed]
//
// Forty clients of each way to connect sit behind a proxy that fails; who publishes does not.
//   clean      five times in 25 s, all connections end and there are no new ones for 2 s
//   ragged     at random moments and for random times, in the middle of frames and bodies; now and then one connection alone
//   half-dead  connections stay and bring nothing any more, or end for the client and not for the server, which should have
//              short herald.ping-interval and herald.ping-timeout
// Prints what became of them, and PASSED at the end; or says what failed and exits with 1.
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { io } from "socket.io-client";
import { FailingProxy } from "./proxy.mjs";
import { randomOf } from "./random.mjs";

const CLIENTS = 40;
/** Between two messages, in milliseconds. */
const PACE = 100;
/**
 * How long anything may take once the network works, in milliseconds. The client waits up to 7.5 s before it tries again. One whose
 * WebSocket breaks while it is going over to it has paused its polling, and its library notices only by the ping that does
 * not come: after 45 s.
 */
const PATIENCE = 60_000;
/** How long doubles are waited for when everything is there, in milliseconds. */
const AFTERMATH = 1_000;
/** The longest text in a message, in characters: more than one TCP segment holds. */
const MAX_PAD = 3_000;
const WAYS = {
  "WebSocket only": { transports: ["websocket"] },
  "polling only": { transports: ["polling"] },
  "default": {},
};
const FAILURES = { clean, ragged, "half-dead": halfDead };

const [mode, baseUrl, seed = String(randomInt(1 << 30))] = process.argv.slice(2);
assert.ok(FAILURES[mode] && baseUrl, `usage: node cuts.mjs <${Object.keys(FAILURES).join("|")}> <baseUrl> [seed]`);

theCheckFindsWhatIsPlanted();
console.log(`${mode}, seed ${seed}`);
const random = randomOf(Number(seed));
const groups = await Promise.all(Object.entries(WAYS).map(([way, options]) => group(way, options)));
await until("all are connected", () => groups.every(({ clients }) => clients.every(({ socket }) => socket.connected)));

const publisher = await publish();
await Promise.all(groups.map(({ proxy }) => FAILURES[mode](proxy)));
const acked = await publisher.stop();
const last = acked.at(-1);
const isComplete = () => groups.every(({ clients }) => clients.every(({ heard }) => heard.includes(last)));
await until("all have heard the last message", isComplete).catch((e) => console.log(e.message));
await sleep(AFTERMATH);

const rows = groups.map(({ way, clients }) => ({ way, messages: acked.length, ...total(clients.map(result)) }));
console.table(rows);
// The library keeps missed events that came before CONNECT over the next cut, and gets them again, since its offset does not count them.
const doubles = (row) => row.doubles - row["of these, client's own"];
const faults = rows.filter((row) => row.lost + doubles(row) + row.disorder + row["not recovered"] > 0 || row.reconnects === 0);
console.log(faults.length === 0 ? "PASSED" : `FAILED  ${faults.map(({ way }) => way).join(", ")}`);
process.exit(faults.length === 0 ? 0 : 1);

// What is measured.

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

function theCheckFindsWhatIsPlanted() {
  const expected = [0, 1, 2, 3, 4, 5];
  assert.deepEqual(check(expected, [0, 1, 2, 3, 4, 5]), { lost: 0, doubles: 0, disorder: 0 });
  assert.deepEqual(check(expected, [0, 1, 2, 3, 4, 5, 6]), { lost: 0, doubles: 0, disorder: 0 }, "one whose ack is lost");
  assert.deepEqual(check(expected, [0, 1, 3, 4]), { lost: 2, doubles: 0, disorder: 0 });
  assert.deepEqual(check(expected, []), { lost: 6, doubles: 0, disorder: 0 });
  assert.deepEqual(check(expected, [0, 1, 2, 1, 2, 3, 4, 5]), { lost: 0, doubles: 2, disorder: 0 });
  assert.deepEqual(check(expected, [0, 2, 1, 3, 5, 4]), { lost: 0, doubles: 0, disorder: 2 });
}

/** One client's row of the table. */
function result({ heard, stale, counts }) {
  const found = check(acked, heard);
  const seen = new Set();
  const repeated = heard.filter((number) => seen.size === seen.add(number).size);
  return { ...found, "in client's buffer": repeated.filter((number) => stale.has(number)).length, ...counts };
}

function total(results) {
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

// Who publishes, and who listens.

async function group(way, options) {
  const proxy = await FailingProxy.to(new URL(baseUrl), random);
  return { way, proxy, clients: Array.from({ length: CLIENTS }, () => listener(proxy.url, options)) };
}

function listener(url, options) {
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

/** Publishes numbered news until it is stopped, which gives the numbers that were acknowledged. */
async function publish() {
  const socket = io(baseUrl, { transports: ["websocket"], forceNew: true });
  await until("the publisher is connected", () => socket.connected);
  const acked = [];
  const offsets = [];
  let sent = 0;
  const sending = setInterval(() => {
    const number = sent++;
    socket.emit("news", { number, pad: randomUUID().repeat(random(MAX_PAD / 36)) }, (answer) => {
      assert.ok(answer.offset > 0, JSON.stringify(answer));
      offsets.push(answer.offset);
      acked.push(number);
    });
  }, PACE);
  return {
    async stop() {
      clearInterval(sending);
      await until("all is acknowledged", () => acked.length === sent);
      assert.deepEqual(acked, [...acked].sort((a, b) => a - b));
      assert.deepEqual(offsets, [...offsets].sort((a, b) => a - b));
      return acked;
    },
  };
}

// How the network fails.

async function clean(proxy) {
  for (let n = 0; n < 5; n++) {
    await sleep(3_000);
    await proxy.outage(2_000, n % 2 === 0);
  }
}

async function ragged(proxy) {
  const end = Date.now() + 25_000;
  const single = setInterval(() => proxy.anyPair()?.tear(), 150);
  while (Date.now() < end) {
    await sleep(500 + random(3_000));
    proxy.pairs.forEach((pair) => pair.tear());
    await sleep(random(200));
    await proxy.outage(random(2_500), random(2) === 0);
  }
  clearInterval(single);
}

async function halfDead(proxy) {
  for (let n = 0; n < 3; n++) {
    await sleep(1_500 + random(1_000));
    await proxy.silence(1_000 + random(2_500));
    await sleep(3_000 + random(1_000));
    proxy.pairs.forEach((pair) => pair.leaveServerAlone());
  }
}

// What everybody needs.

async function until(what, condition) {
  const deadline = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error(`not within ${PATIENCE} ms: ${what}`);
    }
    await sleep(20);
  }
}
