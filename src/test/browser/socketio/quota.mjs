// Who asks for too much is held to the quotas (dev.herald.QuotaIT has their numbers), and nobody else: on every road.
//
//     node quota.mjs <baseUrl>
//
// Prints how long a bystander has waited for its acks, and PASSED at the end; or says what failed and exits with 1.
import assert from "node:assert/strict";
import http from "node:http";
import { io } from "socket.io-client";
import { assertLimited, bystander, flood, named } from "./floods.mjs";
import { baseUrlAndMore, guest, pause, show, step, until } from "./guest.mjs";
import { feed, guestCookie, request, ROADS } from "./roads.mjs";

const [baseUrl] = baseUrlAndMore();
const MESSAGES = { rate: 20, burst: 100 };
const JOINS = { rate: 5, burst: 10 };
/** Of 20,000 characters. */
const LARGE = { rate: 1, burst: 3 };
const PAGES = { rate: 5, burst: 10 };
/** The server's own address is a proxy's by default; these are not. */
const NETWORK = { guests: "127.0.0.2", channels: "127.0.0.3", stored: "127.0.0.4", other: "127.0.0.5" };

const tokenOf = (who) => `good.${who}.visitor.600`;

/** When it is refused, the same is done after the time that the refusal names. A slow machine may not be refused. */
async function assertDoneLater(ask) {
  for (let n = 0; n < 5; n++) {
    const answer = await ask();
    if (answer.code) {
      assert.equal(answer.code, "rate-limited", show(answer));
      await pause(answer.retryAfter);
      const later = await ask();
      assert.equal(later.code, undefined, `after ${answer.retryAfter} ms: ${show(later)}`);
      return;
    }
  }
}

/** Asks again after the time that a refusal names, unless that is a matter of hours. */
async function patiently(ask) {
  let answer = await ask();
  while (answer.code === "rate-limited" && answer.retryAfter < 60_000) {
    await pause(answer.retryAfter);
    answer = await ask();
  }
  return answer;
}

for (const [name, open] of Object.entries(ROADS)) {
  // Of a person by HTTP there is no connection, so the person's own quotas count: twice as much.
  const times = name === "HTTP" ? 2 : 1;

  await step(`${name}: a flood of messages is held to the quota, and nothing is lost of what was taken`, async () => {
    const channel = named("flood");
    const [flooder, listener] = [await open(baseUrl, null), await feed(baseUrl)];
    assert.equal((await listener.ask({ event: "join", channel })).event, "joined");
    const waited = await bystander(baseUrl, tokenOf(named("bystander")));
    const taken = assertLimited(await flood(name === "HTTP" ? 1_000 : 3_000, (n) => flooder.publish(channel, `${n}: 名前 😀`)), MESSAGES, times);
    await waited(`${name}, messages`);
    const offsets = taken.map((answer) => answer.offset).sort((a, b) => a - b);
    assert.deepEqual(offsets, Array.from(offsets, (_, n) => n + 1), "the log has what was taken, and no more");
    const heard = () => listener.heard.filter((message) => message.event === "said");
    await until("all is heard", () => heard().length >= offsets.length);
    assert.deepEqual(heard().map((message) => message.offset), offsets);
    const page = await request(baseUrl, `api/channels/${channel}/messages?limit=1000`);
    assert.equal(page.json.head, offsets.length);
    assert.equal(page.json.messages.length, offsets.length);
    await assertDoneLater(() => flooder.publish(channel, "later"));
    flooder.close();
    listener.socket.close();
  });

  await step(`${name}: bytes, joins and pages are held to theirs`, async () => {
    const channel = named("flood");
    const flooder = await open(baseUrl, null);
    const waited = await bystander(baseUrl, tokenOf(named("bystander")));
    assertLimited(await flood(20, () => flooder.publish(channel, "x".repeat(20_000))), LARGE, times);
    assertLimited(await flood(60, () => flooder.join(named("room"))), JOINS, times);
    assertLimited(await flood(60, () => flooder.history(channel)), PAGES, times);
    await waited(`${name}, bytes, joins and pages`);
    await assertDoneLater(() => flooder.publish(channel, "x".repeat(20_000)));
    await assertDoneLater(() => flooder.history(channel));
    flooder.close();
  });
}

/** By HTTP, from an address; answers what it says. */
async function post(channel, data, { headers = {}, localAddress } = {}) {
  const { status, headers: given, json } = await request(baseUrl, `api/channels/${channel}/messages`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ event: "said", data }),
    localAddress,
  });
  if (status === 429) {
    assert.match(given["content-type"], /^application\/problem\+json/);
    assert.equal(given["retry-after"], String(Math.ceil(json.retryAfter / 1000)));
    assert.equal(json.code, "rate-limited");
  }
  return { status, ...json };
}

/** Asks until it is refused; returns how often it was not, and the refusal. */
async function untilRefused(ask, isRefused = (answer) => answer.status === 429, most = 60) {
  for (let done = 0; done <= most; done++) {
    const answer = await ask(done);
    if (isRefused(answer)) {
      return { done, answer };
    }
  }
  throw new Error(`${most} were not refused`);
}

await step("what one person writes in a day is bounded, by all roads together, and that of others is not", async () => {
  const [who, channel] = [named("writer"), named("book")];
  const token = tokenOf(who);
  const headers = { Authorization: `Bearer ${token}` };
  const { done, answer } = await untilRefused(() => patiently(() => post(channel, "x".repeat(49_000), { headers })));
  assert.equal(done, 8, "400,000 characters");
  assert.ok(answer.retryAfter > 3_600_000, show(answer));
  assert.match(answer.message, /a day/);
  const same = await feed(baseUrl, headers);
  const refusal = await patiently(() => same.ask({ event: "said", channel, data: "x".repeat(49_000) }));
  assert.equal(refusal.code, "rate-limited", show(refusal));
  assert.ok(refusal.retryAfter > 3_600_000, show(refusal));
  assert.equal((await post(channel, "x".repeat(49_000), { headers: { Authorization: `Bearer ${tokenOf(named("other"))}` } })).status, 201);
  assert.equal((await same.ask({ event: "said", channel, data: "x" })).event, "ack", "what is small still fits");
  same.socket.close();
});

await step("what the guests of one network write in a day is bounded, and that of others is not", async () => {
  const channel = named("wall");
  const write = (localAddress, headers = {}) => post(channel, "x".repeat(49_000), { localAddress, headers });
  const { done, answer } = await untilRefused(() => write(NETWORK.stored));
  assert.equal(done, 6, "300,000 characters");
  assert.match(answer.message, /a day/);
  assert.equal((await write(NETWORK.other)).status, 201);
  assert.equal((await write(NETWORK.stored, { Authorization: `Bearer ${tokenOf(named("known"))}` })).status, 201);
});

await step("a network begins so many channels, and goes on writing to those that are there", async () => {
  const headers = { Authorization: `Bearer ${tokenOf(named("founder"))}` };
  const localAddress = NETWORK.channels;
  const first = named("new");
  assert.equal((await post(first, 1, { headers, localAddress })).status, 201);
  const { done, answer } = await untilRefused(() => post(named("new"), 1, { headers, localAddress }));
  assert.ok(done >= 4, `${done}`);
  assert.ok(answer.retryAfter > 0 && answer.retryAfter <= 1_000, show(answer));
  assert.equal((await post(first, 2, { headers, localAddress })).status, 201);
  await pause(answer.retryAfter);
  assert.equal((await post(named("new"), 1, { headers, localAddress })).status, 201);
  assert.equal((await post(named("new"), 1, { headers, localAddress: NETWORK.other })).status, 201);
});

await step("a network brings so many new guests, on every road, and those who are known come in", async () => {
  const localAddress = NETWORK.guests;
  const cookie = await guestCookie(baseUrl, { localAddress });
  const anew = (path) => request(baseUrl, path, { localAddress });
  const { done, answer } = await untilRefused(() => anew("api/presence/news"));
  assert.ok(done >= 9, `${done}`);
  assert.equal(answer.json.code, "rate-limited");
  assert.equal(answer.headers["retry-after"], String(Math.ceil(answer.json.retryAfter / 1000)));
  await pause(answer.json.retryAfter);
  assert.equal((await anew("api/presence/news")).status, 200);
  await untilRefused(() => anew("socket.io/?EIO=4&transport=polling"));
  await untilRefused(() => feed(baseUrl, {}, { localAddress }));
  for (const transports of [["polling"], ["websocket"]]) {
    await untilRefused(
      async () => {
        const one = guest(io, baseUrl, { transports, agent: new http.Agent({ localAddress }), reconnection: false });
        await until("an answer", () => one.socket.connected || one.problems.length > 0);
        return one;
      },
      (one) => one.problems.some((problem) => problem.description.includes("429")),
    );
  }
  const known = await feed(baseUrl, { Cookie: cookie }, { localAddress });
  assert.equal((await known.ask({ event: "said", channel: "open", data: "I was here before" })).event, "ack");
  const signedIn = await feed(baseUrl, { Authorization: `Bearer ${tokenOf(named("ann"))}` }, { localAddress });
  assert.equal(signedIn.status, undefined);
  assert.equal((await feed(baseUrl, {}, { localAddress: NETWORK.other })).status, undefined);
});

console.log("PASSED");
process.exit(0);
