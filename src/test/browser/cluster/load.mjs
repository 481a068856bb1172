// Measures what nodes cost. Not run by the build.
//
//     node load.mjs paced <urlOfOne> <urlOfTheOther> <pids> <perSecond> <seconds>
//     node load.mjs saturated <url,url…> <pids> <publishers> <seconds>
//
// The first publishes at one node at a steady pace, and listens at the other (which may be the same): how long each message takes from
// emit to the listener. The second publishes from many clients, each to a channel of its own and with one message on its way at a time,
// by turns at the nodes. <pids> are the servers' processes, with commas; their CPU is summed. Prints one line of JSON.
import assert from "node:assert/strict";
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { io } from "socket.io-client";
import { until } from "../socketio/guest.mjs";

const TEXT = "x".repeat(80);
const [mode, ...rest] = process.argv.slice(2);
const run = `load-${process.pid}-${Date.now()}`;

const connect = (url) => io(url, { transports: ["websocket"], forceNew: true });

function cpuMicros(pids) {
  return pids
    .split(",")
    .map((pid) => fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /, "").split(" "))
    .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) * 10_000, 0);
}

function percentile(sorted, percent) {
  return Number(sorted[Math.floor(((sorted.length - 1) * percent) / 100)].toFixed(1));
}

async function paced(from, to, pids, perSecond, seconds) {
  const publisher = connect(from);
  const listener = connect(to);
  await listener.timeout(20_000).emitWithAck("join", run);
  const sent = [];
  const heard = [];
  let acked = 0;
  listener.on("tick", (number) => heard.push({ number, delay: performance.now() - sent[number] }));
  const count = Number(perSecond) * Number(seconds);
  const cpu = cpuMicros(pids);
  const begin = performance.now();
  for (let n = 0; n < count; n++) {
    await sleep(Math.max(0, begin + (n * 1_000) / Number(perSecond) - performance.now()));
    sent.push(performance.now());
    publisher.emit("tick", n, TEXT, { channel: run }, ({ offset, error }) => {
      assert.ok(offset > 0, JSON.stringify(error));
      acked++;
    });
  }
  await until("all is heard", () => acked === count && heard.length === count);
  assert.deepEqual(heard.map(({ number }) => number), sent.map((_, n) => n));
  const delays = heard.map(({ delay }) => delay).sort((a, b) => a - b);
  return { perSecond: Number(perSecond), p50: percentile(delays, 50), p99: percentile(delays, 99), cpuMicrosPerMessage: Math.round((cpuMicros(pids) - cpu) / count) };
}

async function saturated(urls, pids, publishers, seconds) {
  const nodes = urls.split(",");
  const sockets = Array.from({ length: Number(publishers) }, (_, n) => connect(nodes[n % nodes.length]));
  await until("all are connected", () => sockets.every((socket) => socket.connected));
  let acked = 0;
  let isOver = false;
  const loops = sockets.map(async (socket, n) => {
    while (!isOver) {
      const { offset, error } = await socket.timeout(20_000).emitWithAck("tick", TEXT, { channel: `${run}-${n}`, id: `${n}-${acked}` });
      assert.ok(offset > 0, JSON.stringify(error));
      acked++;
    }
  });
  const failed = Promise.all(loops);
  await Promise.race([sleep(2_000), failed]);
  const before = { acked, cpu: cpuMicros(pids), time: performance.now() };
  await Promise.race([sleep(Number(seconds) * 1_000), failed]);
  const published = acked - before.acked;
  const result = {
    publishers: sockets.length,
    perSecond: Math.round((published * 1_000) / (performance.now() - before.time)),
    cpuMicrosPerMessage: Math.round((cpuMicros(pids) - before.cpu) / published),
  };
  isOver = true;
  await failed;
  return result;
}

assert.ok(["paced", "saturated"].includes(mode), "the first argument is paced or saturated");
console.log(JSON.stringify({ mode, ...(await (mode === "paced" ? paced(...rest) : saturated(...rest))) }));
process.exit(0);
