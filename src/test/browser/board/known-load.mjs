// The monitor's figures against a load that is known: each total is exact, and rates are near.
//
//     node known-load.mjs <baseUrl>
//
// The server has no board, so that nobody else says anything. Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, pause, step, until } from "../socketio/guest.mjs";

const [baseUrl] = baseUrlAndMore();

/** Of each transport so many clients, two of which are in each room. */
const CLIENTS = 10;
const ROOMS = ["room-0", "room-1", "room-2", "room-3", "room-4", "room-5", "room-6", "room-7", "room-8", "room-9"];
const MESSAGES = 120;
/** In ms, from one message to the next. */
const PACE = 50;
/** How far a rate over the whole load may be from what was sent, of 1. */
const TOLERANCE = 0.1;

const clients = [];

/** The stream as the page gets it; each snapshot is kept. */
async function watch() {
  const snapshots = [];
  const answer = await fetch(new URL("monitor/live", baseUrl));
  assert.equal(answer.status, 200);
  (async () => {
    let text = "";
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const events = text.split("\n\n");
      text = events.pop();
      snapshots.push(...events.filter((event) => event.startsWith("data: ")).map((event) => JSON.parse(event.slice(6))));
    }
  })().catch(() => "the script is over");
  return snapshots;
}

/** The figures by the text of OpenMetrics. */
async function metrics() {
  const text = await (await fetch(new URL("metrics", baseUrl))).text();
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

let snapshots;

/** Waits until stream and text both show these figures, which must be all of their names' beginning. */
async function shows(expected) {
  const names = Object.keys(expected);
  const chosen = (figures) => Object.fromEntries(names.map((name) => [name, figures[name] ?? 0]));
  const last = () => snapshots.at(-1) ?? { figures: {} };
  const fits = (figures) => names.every((name) => (figures[name] ?? 0) === expected[name]);
  await until("the stream shows the figures", () => fits(last().figures), () => JSON.stringify(chosen(last().figures)));
  assert.deepEqual(chosen(await metrics()), expected);
}

/** One after another: the guests stay until the end. */
async function part(what, body) {
  await body();
  console.log(`    ${what}`);
}

await step("the monitor shows what is known to have happened", async () => {
  await part("who is connected, how, and where", async () => {
    snapshots = await watch();
    for (let n = 0; n < 2 * CLIENTS; n++) {
      const one = guest(io, baseUrl, { transports: [n < CLIENTS ? "polling" : "websocket"] });
      await one.arrive();
      await one.ask("join", ROOMS[n % CLIENTS]);
      clients.push(one);
    }
    await shows({
      'herald_connections{transport="polling"}': CLIENTS,
      'herald_connections{transport="websocket"}': CLIENTS,
      herald_sessions: 2 * CLIENTS,
      herald_people: 2 * CLIENTS,
      // News, the rooms, and each person's own.
      herald_channels: 1 + ROOMS.length + 2 * CLIENTS,
      herald_messages_in_total: 0,
      herald_messages_out_total: 0,
      herald_slow_readers_total: 0,
      herald_log_up: 1,
      herald_nodes: 1,
    });
    const { connections, count } = snapshots.at(-1);
    assert.equal(count, 2 * CLIENTS);
    clients.forEach((one, n) => {
      const row = connections.find(({ id }) => id === one.socket.id);
      assert.equal(row.transport, n < CLIENTS ? "polling" : "websocket");
      assert.ok(row.rooms.includes(ROOMS[n % CLIENTS]) && row.rooms.includes("news"), row.rooms);
      assert.equal(row.roomCount, 3);
      assert.equal(row.waiting, 0);
      assert.equal(row.namespace, "/");
    });
  });

  await part("messages at a known rate", async () => {
    const sent = [];
    const begin = Date.now();
    for (let n = 0; n < MESSAGES; n++) {
      sent.push(clients[n % clients.length].ask("said", `text ${n}`, { channel: ROOMS[n % CLIENTS] }));
      await pause(Math.max(0, begin + (n + 1) * PACE - Date.now()));
    }
    const seconds = (Date.now() - begin) / 1_000;
    await Promise.all(sent);
    await shows({
      herald_messages_in_total: MESSAGES,
      // Whoever says something is in the room as well, and hears it.
      herald_messages_out_total: 2 * MESSAGES,
      herald_ack_latency_seconds_count: MESSAGES,
      herald_delivery_latency_seconds_count: MESSAGES,
      herald_outbound_queued_bytes: 0,
      herald_log_waiting: 0,
    });
    // Rates as the page reckons them, from snapshots while it lasted: the first and the last one within.
    const within = snapshots.filter(({ at, figures }) => at > begin && figures.herald_messages_in_total > 0 && figures.herald_messages_in_total < MESSAGES);
    assert.ok(within.length >= 2, `${within.length} snapshots within ${seconds} s`);
    const [first, last] = [within[0], within.at(-1)];
    for (const [name, total] of [["herald_messages_in_total", MESSAGES], ["herald_messages_out_total", 2 * MESSAGES]]) {
      const rate = ((last.figures[name] - first.figures[name]) * 1_000) / (last.at - first.at);
      const known = total / seconds;
      assert.ok(Math.abs(rate - known) <= known * TOLERANCE, `${name}: ${rate} a second, not ${known}`);
    }
    const { herald_ack_latency_seconds_sum: acked, herald_delivery_latency_seconds_sum: delivered } = await metrics();
    assert.ok(0 < delivered && delivered < acked && acked < MESSAGES * seconds, `${delivered} s, ${acked} s`);
  });

  await part("a refusal, by its reason", async () => {
    const { error } = await clients[0].ask("history", { channel: "news", limit: -1 });
    assert.equal(error.code, "history-invalid");
    await shows({ 'herald_refusals_total{code="history-invalid"}': 1, herald_messages_in_total: MESSAGES });
    assert.deepEqual(Object.keys(await metrics()).filter((name) => name.startsWith("herald_refusals_total")), ['herald_refusals_total{code="history-invalid"}']);
  });

  await part("a recovery, and what was missed", async () => {
    const [one, other] = [clients[CLIENTS], clients[0]];
    const { id } = one.socket;
    const left = one.reasons.length;
    one.socket.io.engine.transport.ws._socket.destroy();
    await until("it is cut off", () => one.reasons.length > left);
    await other.ask("said", "missed", { channel: ROOMS[0] });
    await one.arrive();
    assert.equal(one.socket.recovered, true);
    assert.equal(one.socket.id, id);
    await shows({
      'herald_recoveries_total{outcome="recovered"}': 1,
      'herald_connections{transport="websocket"}': CLIENTS,
      herald_people: 2 * CLIENTS,
      herald_messages_in_total: MESSAGES + 1,
      herald_messages_out_total: 2 * (MESSAGES + 1),
      herald_ack_latency_seconds_count: MESSAGES + 1,
      herald_delivery_latency_seconds_count: MESSAGES + 1,
    });
  });

  await part("a slow reader is closed, and its queue was shown", async () => {
    const slow = clients[CLIENTS + 1];
    const row = () => snapshots.at(-1).connections.find(({ id }) => id === slow.socket.id);
    const { id } = slow.socket;
    slow.socket.io.engine.transport.ws._socket.pause();
    let sent = 0;
    const send = async () => {
      await Promise.all(Array.from({ length: 5 }, () => clients[1].ask("blob", "x".repeat(50_000), { channel: ROOMS[1] })));
      sent += 5;
    };
    await until("something waits in the server", async () => {
      await send();
      // What waits for the others is gone by then.
      await pause(200);
      return (await metrics()).herald_outbound_queued_bytes > 0;
    });
    await until("the table shows it", () => row()?.waiting > 0);
    await until("the slow reader is closed", async () => {
      await send();
      return snapshots.at(-1).figures.herald_slow_readers_total === 1;
    });
    assert.ok(!snapshots.at(-1).connections.some((one) => one.id === id));
    await shows({
      herald_slow_readers_total: 1,
      'herald_connections{transport="websocket"}': CLIENTS - 1,
      'herald_connections{transport="polling"}': CLIENTS,
      herald_people: 2 * CLIENTS - 1,
      herald_messages_in_total: MESSAGES + 1 + sent,
      herald_ack_latency_seconds_count: MESSAGES + 1 + sent,
      herald_delivery_latency_seconds_count: MESSAGES + 1 + sent,
      herald_outbound_queued_bytes: 0,
    });
    slow.socket.disconnect();
  });

  await part("whom an operator disconnects is gone", async () => {
    const one = clients[2];
    const ended = new Promise((over) => one.socket.once("disconnect", over));
    const disconnect = (id) => fetch(new URL("monitor/disconnect", baseUrl), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id }) });
    const { id } = one.socket;
    assert.equal((await disconnect(id)).status, 204);
    assert.equal(await ended, "io server disconnect");
    assert.equal((await disconnect(id)).status, 404);
    await shows({ 'herald_connections{transport="polling"}': CLIENTS - 1, herald_people: 2 * CLIENTS - 2, herald_slow_readers_total: 1 });
    assert.ok(!snapshots.at(-1).connections.some((row) => row.id === id));
  });
});

console.log("PASSED");
process.exit();
