// Stock clients behind a load balancer hear all that was acknowledged, each once and in order, although one node after the other is killed.
//
//     node kills.mjs <transports> <urlOfOne> <urlOfTheOther>
//
// Who starts the script kills and restarts the nodes meanwhile, and then closes its input. Forty clients listen and two publish, all through the balancer.
// Prints what became of them, and PASSED at the end; or says what failed and exits with 1.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { listener, publish, result, theCheckFindsWhatIsPlanted, total, until } from "../socketio/crowd.mjs";
import { roundRobin } from "./roundrobin.mjs";

const CLIENTS = 40;
/** Between two messages of a publisher, in milliseconds. */
const PACE = 200;
/** How many messages of a publisher may be without an answer: with retries, they are sent one after another. */
const UNANSWERED = 5;
/** How long doubles are waited for when everything is there, in milliseconds. */
const AFTERMATH = 1_000;

const [transports, ...urls] = process.argv.slice(2);
assert.ok(urls.length > 1, "usage: node kills.mjs <transports> <url> <url>…");

theCheckFindsWhatIsPlanted();
const url = await roundRobin(urls);
const options = { transports: transports.split(","), reconnectionDelayMax: 1_000, timeout: 5_000 };
const clients = Array.from({ length: CLIENTS }, () => listener(url, options));
await until("all are connected", () => clients.every(({ socket }) => socket.connected));
console.log("READY");

const publishers = await Promise.all(
  [1_000_000, 2_000_000].map((first) => publish(url, PACE, () => "", { ...options, retries: 1_000, ackTimeout: 3_000 }, first, UNANSWERED)),
);
let isOver = false;
process.stdin.resume().on("end", () => (isOver = true));
for (let before = 0; !isOver; await sleep(500)) {
  const least = Math.min(...clients.map(({ heard }) => heard.length));
  if (least > before) {
    console.log(`all heard ${least} or more`);
  }
  before = least;
}
const told = await Promise.all(publishers.map((publisher) => publisher.stop()));
await until("all have heard the last messages", () =>
  clients.every(({ heard }) => told.every((acked) => heard.includes(acked.at(-1)))),
).catch((e) => console.log(e.message));
await sleep(AFTERMATH);

const rows = told.map((acked) => {
  const ofThisOne = (number) => Math.floor(number / 1_000_000) === Math.floor(acked[0] / 1_000_000);
  const itsClients = clients.map((client) => ({ ...client, heard: client.heard.filter(ofThisOne) }));
  return { messages: acked.length, ...total(acked, itsClients.map((client) => result(acked, client))) };
});
console.table(rows);
const doubles = (row) => row.doubles - row["of these, client's own"];
const faults = rows.filter((row) => row.lost + doubles(row) + row.disorder + row["not recovered"] > 0 || row.reconnects === 0);
console.log(faults.length === 0 ? "PASSED" : "FAILED");
process.exit(faults.length === 0 ? 0 : 1);
