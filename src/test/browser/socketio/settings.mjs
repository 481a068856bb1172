// What the settings of dev.herald.SocketIoSettingsIT change.
//
//     node settings.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import WebSocket from "ws";
import { baseUrlAndMore, guest, PATIENCE, step, unique, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();
const POLLING = `${baseUrl}/socket.io/?EIO=4&transport=polling`;

await step("the handshake has the settings' numbers", async () => {
  const { sid, ...numbers } = JSON.parse((await poll("")).substring(1));
  assert.match(sid, /^[A-Za-z0-9_-]+$/);
  assert.deepEqual(numbers, { upgrades: [], pingInterval: 600, pingTimeout: 900, maxPayload: 5_000 });
});

await step("without recovery, CONNECT is answered with the sid alone, and events have no offset", async () => {
  const session = await begin();
  await post(session, "40");
  const [connect] = (await poll(session)).split("\u001e");
  assert.match(connect, /^40\{"sid":"[A-Za-z0-9_-]+"\}$/);

  const ann = await arrived();
  const { id } = ann.socket;
  assert.ok(await ann.ask("enter", "tea"));
  await ann.ask("say", { to: ["tea"], text: "one" });
  assert.deepEqual(await ann.hearJust("said", "one"), ["one"], "neither metadata nor offset");
  ann.socket.io.engine.close();
  await until("Ann is cut off", () => !ann.socket.connected);
  await ann.arrive();
  assert.ok(!ann.socket.recovered);
  assert.notEqual(ann.socket.id, id);
});

await step("a namespace is there that only a setting names, and nobody handles its events", async () => {
  const ann = guest(io, `${baseUrl}/listed`, { transports: ["polling"] });
  await ann.arrive();
  assert.equal((await ann.ask("nobody-handles-this")).error.code, "no-handler");
});

await step("who is in no namespace in time is closed", async () => {
  const session = await begin();
  await until("the session is over", async () => (await post(session, "3")) === 400);
});

await step("who answers no ping in time is closed", async () => {
  const session = await begin();
  await post(session, "40");
  assert.match(await poll(session), /^40/);
  assert.equal(await poll(session), "2");
  await until("the session is over", async () => (await poll(session)).includes('"code":1'));
});

await step("a packet whose attachments do not come in time closes", async () => {
  const session = await begin();
  await post(session, '40\u001e451-["echo",{"_placeholder":true,"num":0}]');
  await until("the session is over", async () => (await post(session, "3")) === 400);
});

await step("too many namespaces that are none close", async () => {
  const session = await begin();
  assert.equal(await post(session, "40\u001e40/a,\u001e40/b,"), 200);
  assert.match(await poll(session), /Invalid namespace/);
  await post(session, "40/c,");
  assert.equal(await post(session, "3"), 400);
});

await step("too much and too many packets in one body", async () => {
  const session = await begin();
  await post(session, "40");
  assert.equal(await post(session, `42["echo","${"x".repeat(5_000)}"]`), 413);
  assert.equal(await post(session, "3"), 200, "the session lives");
  await post(session, Array(9).fill("3").join("\u001e"));
  assert.equal(await post(session, "3"), 400, "nine packets are too many");
});

await step("too large a message closes a WebSocket", async () => {
  const socket = new WebSocket(`${POLLING.replace("http", "ws").replace("polling", "websocket")}`);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  await new Promise((resolve) => socket.on("message", resolve));
  socket.send(`42["echo","${"x".repeat(5_000)}"]`);
  assert.equal(await closed, 1009);
});

await step("who reads too slowly is closed, and only who", async () => {
  const ann = await arrived();
  const session = await begin();
  await post(session, "40");
  await poll(session);
  for (let n = 0; n < 40; n++) {
    await ann.ask("say", { text: n });
  }
  await until("the session is over", async () => (await post(session, "3")) === 400);
  assert.equal(await ann.ask("echo", 1), 1);
});

await step("more questions than a client may owe answers to are not asked", async () => {
  const ann = await arrived();
  for (let n = 0; n < 3; n++) {
    ann.socket.emit("ask-me", PATIENCE);
  }
  const [why] = await until("one is not asked", () => ann.heardOf("untold")[0]);
  assert.match(why, /owes as many answers/);
  await until("the others are", () => ann.heardOf("question").length === 2);
});

console.log("PASSED");

async function arrived() {
  const one = guest(io, baseUrl, { transports: ["websocket"] });
  await one.arrive();
  return one;
}

async function begin() {
  const { sid } = JSON.parse((await poll("")).substring(1));
  return `&sid=${sid}`;
}

/** Each GET has a mark of its own, as the stock client's. */
async function poll(session) {
  const answer = await fetch(`${POLLING}${session}&t=${unique("get").replace(" ", "-")}`, { signal: AbortSignal.timeout(PATIENCE) });
  return answer.text();
}

async function post(session, body) {
  const answer = await fetch(POLLING + session, {
    method: "POST",
    body,
    headers: { "Content-Type": "text/plain" },
    signal: AbortSignal.timeout(PATIENCE),
  });
  await answer.text();
  return answer.status;
}
