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
import { listener, publish, result, theCheckFindsWhatIsPlanted, total, until } from "./crowd.mjs";
import { FailingProxy } from "./proxy.mjs";
import { randomOf } from "./random.mjs";

const CLIENTS = 40;
/** Between two messages, in milliseconds. */
const PACE = 100;
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

const publisher = await publish(baseUrl, PACE, () => randomUUID().repeat(random(MAX_PAD / 36)));
await Promise.all(groups.map(({ proxy }) => FAILURES[mode](proxy)));
const acked = await publisher.stop();
const last = acked.at(-1);
const isComplete = () => groups.every(({ clients }) => clients.every(({ heard }) => heard.includes(last)));
await until("all have heard the last message", isComplete).catch((e) => console.log(e.message));
await sleep(AFTERMATH);

const rows = groups.map(({ way, clients }) => ({ way, messages: acked.length, ...total(acked, clients.map((client) => result(acked, client))) }));
console.table(rows);
// The library keeps missed events that came before CONNECT over the next cut, and gets them again, since its offset does not count them.
const doubles = (row) => row.doubles - row["of these, client's own"];
const faults = rows.filter((row) => row.lost + doubles(row) + row.disorder + row["not recovered"] > 0 || row.reconnects === 0);
console.log(faults.length === 0 ? "PASSED" : `FAILED  ${faults.map(({ way }) => way).join(", ")}`);
process.exit(faults.length === 0 ? 0 : 1);

// Who publishes, and who listens.

async function group(way, options) {
  const proxy = await FailingProxy.to(new URL(baseUrl), random);
  return { way, proxy, clients: Array.from({ length: CLIENTS }, () => listener(proxy.url, options)) };
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
