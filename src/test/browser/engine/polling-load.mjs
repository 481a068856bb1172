// Measures polling: fan-out of news to many clients, or echo with acks. Not run by the build.
//   node polling-load.mjs URL PID fanout|echo [clients=500] [seconds=10] [warm=10]
// URL is of the server, PID its process (Linux), of which CPU is read. With two of each and a comma between them, sessions begin at the first
// server and go on at the second, which hands their requests on; their CPU is summed. Each client has two connections that are kept alive, as a
// browser has: one for its GET, one for its POSTs. Checks that each client hears each message once and in order. Prints one line of JSON.
import fs from "node:fs";
import http from "node:http";

const [urls, pids, mode, clientCount = "500", seconds = "10", warm = "10"] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, scheduling: "fifo" });
const bases = urls.split(",").map((url) => new URL("/socket.io/?EIO=4&transport=polling", url));
let mark = 0;
let over = false;
const failures = [];
const counts = { deliveries: 0, lost: 0, doubled: 0, reordered: 0 };

function request(method, sid, body) {
  return new Promise((resolve, reject) => {
    const base = sid ? bases.at(-1) : bases[0];
    const path = `${base.pathname}${base.search}&t=${(++mark).toString(36)}x${sid ? `&sid=${sid}` : ""}`;
    const headers = body === undefined
      ? { Accept: "*/*", "Accept-Encoding": "gzip" }
      : { "Content-Type": "text/plain;charset=UTF-8", "Content-Length": Buffer.byteLength(body) };
    const one = http.request({ host: base.hostname, port: base.port, path, method, headers, agent }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${method} ${response.statusCode} ${text}`));
      });
    });
    one.on("error", reject);
    one.end(body);
  });
}

async function client(onMessage) {
  const sid = JSON.parse((await request("GET")).slice(1)).sid;
  await request("POST", sid, "40");
  let posts = Promise.resolve();
  let connected;
  const ready = new Promise((resolve) => { connected = resolve; });
  const post = (body) => { posts = posts.then(() => request("POST", sid, body)); return posts; };
  (async () => {
    while (!over) {
      for (const packet of (await request("GET", sid)).split("\u001e")) {
        if (packet === "2") post("3").catch((e) => failures.push(e.message));
        else if (packet.startsWith("40{")) connected();
        else if (packet.startsWith("42") || packet.startsWith("43")) onMessage(packet);
        else if (packet === "1") throw new Error("closed by the server");
      }
    }
  })().catch((e) => { if (!over) failures.push(e.message); });
  await ready;
  return post;
}

function cpuMicros() {
  return pids
    .split(",")
    .map((pid) => fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /, "").split(" "))
    .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) * 10_000, 0);
}

function check(state, packet) {
  const stamp = /~~N(\d+)~~/.exec(packet);
  if (stamp === null) return;
  const number = Number(stamp[1]);
  counts.deliveries++;
  if (state.last !== undefined) {
    if (number === state.last) counts.doubled++;
    else if (number < state.last) counts.reordered++;
    else counts.lost += number - state.last - 1;
  }
  state.last = Math.max(number, state.last ?? 0);
}

async function fanOut(count) {
  const states = Array.from({ length: count }, () => ({}));
  for (const state of states) await client((packet) => check(state, packet));
  const publish = await client(() => {});
  let number = 0;
  (async () => {
    while (!over) {
      // Closed loop: the next one when all have the one before.
      await publish(`42["news","~~N${++number}~~${"x".repeat(100)}"]`);
      while (!over && states.some((state) => state.last !== number)) await new Promise((r) => setTimeout(r, 1));
    }
  })().catch((e) => { if (!over) failures.push(e.message); });
}

async function echo(count) {
  for (let n = 0; n < count; n++) {
    let id = 0;
    const post = await client((packet) => {
      if (packet.startsWith(`43${id}[`)) { counts.deliveries++; next(); }
      else if (packet.startsWith("43")) counts.reordered++;
    });
    const next = () => { if (!over) post(`42${++id}["echo","${"x".repeat(100)}"]`).catch((e) => failures.push(e.message)); };
    next();
  }
}

const sleep = (s) => new Promise((resolve) => setTimeout(resolve, s * 1000));
await (mode === "echo" ? echo(Number(clientCount)) : fanOut(Number(clientCount)));
await sleep(Number(warm));
const begin = { ...counts, cpu: cpuMicros(), time: performance.now() };
await sleep(Number(seconds));
const deliveries = counts.deliveries - begin.deliveries;
const micros = cpuMicros() - begin.cpu;
const took = (performance.now() - begin.time) / 1000;
over = true;
console.log(JSON.stringify({
  mode, clients: Number(clientCount), perSecond: Math.round(deliveries / took),
  cpuMicrosPerDelivery: Number((micros / deliveries).toFixed(1)), serverCpu: Number((micros / 1e6 / took).toFixed(2)),
  lost: counts.lost, doubled: counts.doubled, reordered: counts.reordered, failures: failures.slice(0, 3),
}));
process.exit(failures.length + counts.lost + counts.doubled + counts.reordered > 0 || deliveries === 0 ? 1 : 0);
