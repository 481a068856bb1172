// Stock clients behind a load balancer hear all that was acknowledged, each once and in order, although one node after the other is killed.
//
//     node kills.mjs <steady|cut> <transport,transport…> <urlOfOne> <urlOfTheOther>
//
// Who starts the script kills and restarts the nodes meanwhile, and then closes its input. Forty clients listen by each transport; all of
// these are cut off for 2 s every 5 s if that is asked for. Two clients publish, five messages a second each; all go through the balancer.
// Prints what became of them, and PASSED at the end; or says what failed and exits with 1.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { listener, publish, result, theCheckFindsWhatIsPlanted, total, until } from "../socketio/crowd.mjs";
import { FailingProxy } from "../socketio/proxy.mjs";
import { randomOf } from "../socketio/random.mjs";
import { roundRobin } from "./roundrobin.mjs";

/** By each way. */
const CLIENTS = 40;
/** Between two messages of a publisher, in milliseconds. */
const PACE = 200;
/** How many messages of a publisher may be without an answer: with retries, they are sent one after another. */
const UNANSWERED = 5;
/** Between two cuts, and how long each lasts, in milliseconds. */
const CALM = 3_000;
const CUT = 2_000;
/** How long doubles are waited for when everything is there, in milliseconds. */
const AFTERMATH = 1_000;

const [network, transports, ...urls] = process.argv.slice(2);
assert.ok(["steady", "cut"].includes(network) && urls.length > 1, "usage: node kills.mjs <steady|cut> <transports> <url> <url>…");
const ways = transports.split(",");

theCheckFindsWhatIsPlanted();
const url = await roundRobin(urls);
const proxy = await FailingProxy.to(new URL(url), randomOf(1));
const options = { reconnectionDelayMax: 1_000, timeout: 5_000 };
const groups = ways.map((way) => ({
  way,
  clients: Array.from({ length: CLIENTS }, () => listener(proxy.url, { ...options, transports: [way] })),
}));
const clients = groups.flatMap((group) => group.clients);
await until("all are connected", () => clients.every(({ socket }) => socket.connected));
console.log("READY");

const publishers = await Promise.all(
  [ways[0], ways.at(-1)].map((way, n) =>
    publish(url, PACE, () => "", { ...options, transports: [way], retries: 1_000, ackTimeout: 3_000 }, (n + 1) * 1_000_000, UNANSWERED, true),
  ),
);
let isOver = false;
process.stdin.resume().on("end", () => (isOver = true));
const cutting = network === "cut" ? cutAgainAndAgain() : Promise.resolve();
for (let before = 0; !isOver; await sleep(500)) {
  const least = Math.min(...clients.map(({ heard }) => heard.length));
  if (least > before) {
    console.log(`all heard ${least} or more`);
  }
  before = least;
}
await cutting;
const told = await Promise.all(publishers.map((publisher) => publisher.stop()));
await until("all have heard the last messages", () =>
  clients.every(({ heard }) => told.every((acked) => heard.includes(acked.at(-1)))),
).catch((e) => console.log(e.message));
await sleep(AFTERMATH);

const rows = groups.flatMap((group) =>
  told.map((acked, n) => {
    const ofThisOne = (number) => Math.floor(number / 1_000_000) === n + 1;
    const itsClients = group.clients.map((client) => ({ ...client, heard: client.heard.filter(ofThisOne) }));
    return { listen: group.way, publisher: n + 1, messages: acked.length, ...total(acked, itsClients.map((client) => result(acked, client))) };
  }),
);
console.table(rows);
const doubles = (row) => row.doubles - row["of these, client's own"];
const faults = rows.filter((row) => row.lost + doubles(row) + row.disorder + row["not recovered"] > 0 || row.reconnects === 0);
console.log(faults.length === 0 ? "PASSED" : "FAILED");
process.exit(faults.length === 0 ? 0 : 1);

async function cutAgainAndAgain() {
  for (let n = 0; !isOver; n++) {
    await sleep(CALM);
    await proxy.outage(CUT, n % 2 === 0);
  }
}
