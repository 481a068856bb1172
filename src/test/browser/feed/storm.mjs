// Measures clients of /feed that all come back at once. Not run by the build.
//   node storm.mjs URL PID [clients=2000] [missed=500] [lists]
// URL is of the server, PID its process (Linux), of which CPU is read. Publishes `missed` messages of 100 characters to a channel
// of this run, then connects all clients at once, each of which joins the channel before its first message. Checks that each
// client hears each message once and in order. Prints one line of JSON.
import fs from "node:fs";
import WebSocket from "ws";

const [url, pid, clientCount = "2000", missed = "500", lists] = process.argv.slice(2);
const address = new URL(lists ? "/feed?lists=true" : "/feed", url).href.replace(/^http/, "ws");
const channel = `storm-${Date.now()}`;
const count = Number(missed);

function cpuMicros() {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function open(onMessage) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { perMessageDeflate: false });
    socket.on("open", () => resolve(socket));
    socket.on("error", reject);
    socket.on("message", (data) => [JSON.parse(data)].flat().forEach((message) => onMessage(message, socket)));
  });
}

async function publishAll() {
  let epoch;
  let acks = 0;
  let done;
  const all = new Promise((resolve) => { done = resolve; });
  const socket = await open((message) => {
    if (message.event === "error") throw new Error(message.message);
    if (message.event === "ack") {
      epoch = message.epoch;
      if (++acks === count) done();
      else if (acks + 50 <= count) say(acks + 49);
    }
  });
  const text = "x".repeat(80);
  const say = (n) => socket.send(JSON.stringify({ event: "storm", channel, id: `m${n}`, data: { n, text } }));
  for (let n = 0; n < Math.min(50, count); n++) say(n);
  await all;
  socket.close();
  return epoch;
}

async function comeBack(epoch) {
  let last = 0;
  await new Promise((resolve, reject) => {
    open((message, socket) => {
      if (message.event === "error") reject(new Error(message.message));
      if (message.event !== "storm") return;
      if (message.offset !== ++last) reject(new Error(`${message.offset} instead of ${last}`));
      if (last === count) {
        resolve();
        socket.on("error", () => {});
      }
    }).then((socket) => {
      socket.on("close", (code) => reject(new Error(`closed with ${code}`)));
      socket.send(JSON.stringify({ event: "join", channel, since: { epoch, offset: 0 } }));
    }, reject);
  });
}

const epoch = await publishAll();
const cpu = cpuMicros();
const start = performance.now();
const results = await Promise.allSettled(Array.from({ length: Number(clientCount) }, () => comeBack(epoch)));
const failures = results.filter(({ status }) => status === "rejected").map(({ reason }) => reason.message);
console.log(JSON.stringify({
  lists: Boolean(lists),
  clients: results.length,
  messages: results.length * count,
  seconds: Math.round(performance.now() - start) / 1000,
  serverCpuSeconds: (cpuMicros() - cpu) / 1e6,
  failed: failures.length,
  firstFailures: failures.slice(0, 3),
}));
process.exit(failures.length ? 1 : 0);
