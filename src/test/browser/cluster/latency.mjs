// What is published at one node, ten times a second, is heard at the other one: nothing is lost, doubled or out of order, and how long it takes.
//
//     node latency.mjs <urlOfOne> <urlOfTheOther>
//
// For each line of input, says the longest time in milliseconds from a publisher's emit to the other node's client since the line before,
// of all that was published meanwhile. When its input ends, it checks what was heard, and prints PASSED; or says what failed and exits with 1.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { io } from "socket.io-client";
import { until } from "../socketio/guest.mjs";

const PACE = 100;

const urls = process.argv.slice(2);
assert.equal(urls.length, 2, "usage: node latency.mjs <urlOfOne> <urlOfTheOther>");
const channel = `latency-${process.pid}-${Date.now()}`;
const [publisher, listener] = urls.map((url) => io(url, { transports: ["websocket"], forceNew: true }));
await listener.timeout(20_000).emitWithAck("join", channel);
/** When each message was sent, by its number. */
const sent = [];
const acked = [];
const heard = [];
/** The messages that the listener has not heard yet. */
const waiting = new Set();
let longest = 0;

listener.on("tick", (number) => {
  heard.push(number);
  longest = Math.max(longest, performance.now() - sent[number]);
  waiting.delete(number);
});
const ticking = setInterval(() => {
  const number = sent.push(performance.now()) - 1;
  waiting.add(number);
  publisher.emit("tick", number, { channel }, ({ offset, error }) => {
    assert.ok(offset > 0, JSON.stringify(error));
    acked.push(number);
  });
}, PACE);
console.log("READY");

for await (const line of createInterface({ input: process.stdin })) {
  const overdue = Math.max(0, ...[...waiting].map((number) => performance.now() - sent[number]));
  console.log(`${Math.round(Math.max(longest, overdue))} ${line}`);
  longest = 0;
}
clearInterval(ticking);
await until("all is acknowledged", () => acked.length === sent.length);
await until("all is heard", () => heard.length >= acked.length);
await sleep(500);
assert.deepEqual(heard, acked);
console.log(`PASSED, ${acked.length} messages`);
process.exit(0);
