// The rows of docs/from-socketio.md, each by its name, by the official client: the application is dev.herald.it.node.
//
//     node from-socketio.mjs <baseUrl>
//
// Prints PASSED at the end, or says which rows failed and exits with 1.
import assert from "node:assert/strict";
import { request } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { io } from "socket.io-client";
import WebSocket from "ws";
import { attempt, baseUrlAndMore, guest, pause, show, unique, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();
const HANDSHAKE = `${baseUrl}/socket.io/?EIO=4&transport=polling`;
let failures = 0;

/** What a row promises. */
async function row(name, body) {
  failures += (await attempt(name, body)) ? 0 : 1;
}

/** What is promised besides. */
const also = row;

const visitor = (namespace = "/", options = {}) =>
  guest(io, baseUrl + namespace, { transports: ["websocket"], ...options });

async function visitors(count, namespace, options) {
  const all = Array.from({ length: count }, () => visitor(namespace, options));
  await Promise.all(all.map((each) => each.arrive()));
  return all;
}

/** The error of a visitor who is not let in. */
async function refused(namespace, options) {
  const one = visitor(namespace, { reconnection: false, ...options });
  const problem = await until(`${namespace} is refused`, () => one.problems[0]);
  assert.equal(one.socket.connected, false);
  return problem;
}

/** What the first of them sends by this command reaches those, and no others of them. */
async function reaches(command, all, those, ...before) {
  const text = unique(command);
  await all[0].askAll(command, ...before, text);
  await Promise.all(those.map((one) => one.hearJust("event", text)));
  const last = unique("last");
  await all[0].askAll("to all", last);
  await Promise.all(all.map((one) => one.hearJust("event", last)));
  await pause(50);
  const heard = all.filter((one) => one.heardOf("event").some(([data]) => data === text));
  assert.deepEqual(heard, those);
}

/** Waits until it is as expected: those of the step before may not be gone yet. */
async function same(ask, expected) {
  let found;
  await until("it is as expected", async () => isDeepStrictEqual((found = await ask()), expected), () => `: ${show(found)}`);
}

const sorted = (values) => [...values].sort();
const idOf = ({ socket }) => socket.id;

// ---- Who comes, goes and says something

await row(`io.on("connection", (socket) => …)`, async () => {
  const [ann] = await visitors(1);
  await ann.hearJust("welcome", ann.socket.id);
});

await row(`socket.on("disconnect", (reason) => …)`, async () => {
  const [ann, bob] = await visitors(2);
  const { id } = bob.socket;
  bob.socket.disconnect();
  const [, reason] = await ann.hearJust("gone", id);
  assert.match(reason, /client/);
});

await row(`socket.on("disconnecting", () => … socket.rooms …)`, async () => {
  const [ann, bob] = await visitors(2);
  const { id } = bob.socket;
  await ann.ask("join", "tea");
  await bob.ask("join", "tea");
  bob.socket.disconnect();
  const [, room] = await ann.hearJust("left us", id);
  assert.equal(room, "tea");
});

await row(`socket.on("order", (article, answer) => answer("accepted"))`, async () => {
  const [ann] = await visitors(1);
  assert.deepEqual(await ann.askAll("order", "tea"), ["accepted"]);
});

await row(`socket.once("hello", () => …)`, async () => {
  for (const one of await visitors(2)) {
    await one.askAll("hello");
    await one.askAll("hello");
    await one.ask("my id");
    assert.equal(one.heardOf("hello to you").length, 1);
  }
});

await row(`socket.onAny((event, ...args) => …)`, async () => {
  const [ann] = await visitors(1);
  ann.socket.emit("any of them", 1, "名前 😀");
  assert.deepEqual((await ann.hearJust("any", "any of them"))[1], [1, "名前 😀"]);
});

await row(`socket.prependAny((event, ...args) => …)`, async () => {
  const [ann] = await visitors(1);
  const order = [];
  ann.socket.onAny((event, data) => data === "any order" && order.push(event));
  ann.socket.emit("any order");
  await until("both have come", () => order.length === 2);
  assert.deepEqual(order, ["first", "any"]);
});

await row(`socket.onAnyOutgoing((event, ...args) => …)`, async () => {
  const [ann] = await visitors(1);
  await ann.askAll("to all", 1);
  await until("it is seen", async () => (await ann.ask("what was published")).includes("event"));
});

await row(`io.use((socket, next) => next(new Error("not authorised")))`, async () => {
  assert.equal((await refused("/", { auth: { stranger: true } })).message, "not authorised");
});

await row(`error.data = { retry: false }`, async () => {
  const { message, data } = await refused("/", { auth: { late: true } });
  assert.equal(message, "too late");
  assert.deepEqual(data, { retry: false });
});

await row(`io.of("/shop").use(…)`, async () => {
  assert.equal((await refused("/shop", { auth: { thief: true } })).message, "customers only");
  await visitors(1, "/shop");
  await visitors(1, "/", { auth: { thief: true } });
});

await row(`socket.use(([event], next) => next(new Error("closed")))`, async () => {
  const [ann] = await visitors(1);
  assert.deepEqual(await ann.askAll("buy"), [{ error: { code: "closed", message: "the shop is closed" } }]);
});

await row(`io.of("/shop").on("connection", …)`, async () => {
  const [[ann], [bob]] = [await visitors(1, "/shop"), await visitors(1)];
  assert.equal(await ann.ask("pay", 3), "paid in the shop");
  await assert.rejects(bob.socket.timeout(300).emitWithAck("pay", 3));
});

await row(String.raw`io.of(/^\/tenant-/)`, async () => {
  const [[ann], [bob]] = [await visitors(1, "/tenant-1"), await visitors(1, "/tenant-名前")];
  assert.equal(await ann.ask("pay", 3), "/tenant-1");
  assert.equal(await bob.ask("pay", 3), "/tenant-名前");
  assert.equal((await refused("/tenant")).message, "Invalid namespace");
});

await row(`io.of((name, auth, next) => next(null, auth.token === "north"))`, async () => {
  await visitors(1, "/team-7", { auth: { token: "north" } });
  assert.equal((await refused("/team-7", { auth: { token: "south" } })).message, "Invalid namespace");
  assert.equal((await refused("/team-8")).message, "Invalid namespace");
});

await row(`socket.nsp.name`, async () => {
  const [ann] = await visitors(1, "/tenant-nine");
  assert.equal(await ann.ask("pay", 1), "/tenant-nine");
});

await row(`io.engine.use((req, res, next) => …), allowRequest`, async () => {
  const extraHeaders = { "x-banned": "yes" };
  assert.equal((await fetch(HANDSHAKE, { headers: extraHeaders })).status, 403);
  for (const transport of ["polling", "websocket"]) {
    const { message } = await refused("/", { transports: [transport], extraHeaders });
    assert.match(message, /xhr poll error|websocket error/);
  }
  await visitors(1, "/", { transports: ["polling", "websocket"] });
});

await row(`io.engine.on("headers", (headers, req) => …)`, async () => {
  const handshake = await fetch(HANDSHAKE);
  assert.equal(handshake.headers.get("x-shop"), "open");
  const { sid } = JSON.parse((await handshake.text()).slice(1));
  const posted = await fetch(`${HANDSHAKE}&sid=${sid}`, { method: "POST", body: "3" });
  assert.equal(posted.headers.get("x-shop"), "open");
  const upgraded = await new Promise((resolve, reject) => {
    const key = Buffer.from("0123456789abcdef").toString("base64");
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": key,
      "Sec-WebSocket-Version": "13",
    };
    const opening = request(HANDSHAKE.replace("polling", "websocket"), { headers });
    opening.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response);
    });
    opening.on("response", (response) => reject(new Error(`no upgrade: ${response.statusCode}`)));
    opening.on("error", reject);
    opening.end();
  });
  assert.equal(upgraded.headers["x-shop"], "open");
});

await row(`io.of("/").adapter.on("join-room", (room, id) => …)`, async () => {
  const [ann, bob] = await visitors(2);
  const room = unique("tea").replaceAll(" ", ":");
  await bob.ask("join", room);
  assert.deepEqual((await ann.hearJust("room", room)).slice(0, 3), [room, "joined", bob.socket.id]);
});

await row(`io.of("/").adapter.on("leave-room", (room, id) => …)`, async () => {
  const [ann, bob] = await visitors(2);
  const room = unique("tea").replaceAll(" ", ":");
  await bob.ask("join", room);
  await bob.ask("leave", room);
  await until("both are told", () => ann.heardOf("room").filter(([one]) => one === room).length === 2);
  const told = ann.heardOf("room").filter(([one]) => one === room);
  assert.deepEqual(told[1].slice(0, 3), [room, "left", bob.socket.id]);
});

// ---- One client

await row(`socket.emit("event", data)`, async () => {
  const [ann, bob] = await visitors(2);
  await ann.askAll("emit", { text: "Jürgen, سلمى" });
  await ann.hearJust("event", { text: "Jürgen, سلمى" });
  assert.deepEqual(bob.heardOf("event"), []);
});

await row(`socket.emit("event", 1, "two", buffer)`, async () => {
  const [ann] = await visitors(1);
  ann.socket.emit("emit several", Buffer.from([1, 2, 3]));
  const [, two, bytes, ...more] = await ann.hearJust("event", 1);
  assert.equal(two, "two");
  assert.deepEqual([...bytes], [1, 2, 3]);
  assert.deepEqual(more, []);
});

await row(`socket.emit("event", { msg: "hi", count: 2 })`, async () => {
  const [ann] = await visitors(1);
  ann.socket.emit("emit an object");
  await ann.hearJust("event", { msg: "hi", count: 2 });
});

await row(`socket.send(data)`, async () => {
  const [ann] = await visitors(1);
  ann.socket.emit("send", 7);
  await ann.hearJust("message", 7);
});

await row(`socket.volatile.emit("event", data)`, async () => {
  const [ann] = await visitors(1);
  let n = 0;
  await until("one is sent", () => ann.ask("volatile", ++n));
  await ann.hearJust("event", n);
});

await row(`socket.timeout(5000).emitWithAck("event", data)`, async () => {
  const [ann] = await visitors(1);
  ann.socket.on("event", (data, answer) => answer(2 * data));
  assert.equal(await ann.ask("ask", 21), 42);
});

await row(`socket.timeout(5000).emit("event", (error, answer) => …)`, async () => {
  const [ann] = await visitors(1);
  ann.socket.emit("ask and be told", 100);
  await ann.hearJust("told", "the client did not answer in time");
  ann.socket.once("event", (answer) => answer("yes"));
  ann.socket.emit("ask and be told", 20_000);
  await ann.hearJust("told", "yes");
});

await row(`socket.join("room"), socket.leave("room")`, async () => {
  const both = await visitors(2);
  const [ann, bob] = both;
  await ann.askAll("enter");
  await reaches("to a room", both, [ann]);
  await bob.askAll("enter");
  await ann.askAll("go");
  await reaches("to a room", both, [bob]);
});

await row(`socket.join(["one", "two"])`, async () => {
  const both = await visitors(2);
  await both[1].ask("enter two");
  await reaches("to two rooms", both, [both[1]]);
});

await row(`socket.rooms`, async () => {
  const [ann] = await visitors(1);
  await ann.ask("join", "own.choice");
  assert.deepEqual(sorted(await ann.ask("enter two")), ["one", "own.choice", "two"]);
});

await row(`socket.rooms.has("room")`, async () => {
  const [ann] = await visitors(1);
  assert.equal(await ann.ask("am I in"), false);
  await ann.askAll("enter");
  assert.equal(await ann.ask("am I in"), true);
});

await row(`socket.data.tenant = "north"`, async () => {
  const [ann, bob] = await visitors(2);
  await ann.askAll("put");
  assert.equal(await ann.ask("get"), "north");
  assert.equal(await bob.ask("get"), null);
});

await row(`socket.data.tenant`, async () => {
  const [ann] = await visitors(1);
  assert.equal(await ann.ask("get"), null);
  await ann.askAll("put");
  assert.equal(await ann.ask("get"), "north");
});

await row(`socket.data.tenant = socket.handshake.auth.tenant`, async () => {
  const [ann] = await visitors(1, "/", { auth: { tenant: "südlich 😀" } });
  assert.equal(await ann.ask("get"), "südlich 😀");
});

const handshake = async (options = {}) => {
  const [ann] = await visitors(1, "/", options);
  return ann.ask("handshake");
};

await row(`socket.handshake`, async () => {
  const members = ["address", "at", "auth", "header", "query", "secure", "transport", "url"];
  assert.deepEqual(sorted(Object.keys(await handshake())), members);
});

await row(`socket.handshake.auth`, async () => {
  assert.deepEqual((await handshake({ auth: { name: "名前" } })).auth, { name: "名前" });
});

await row(`socket.handshake.query.shop`, async () => {
  assert.equal((await handshake({ query: { shop: "tee & süßes" } })).query, "tee & süßes");
});

await row(`socket.handshake.headers["x-shop"]`, async () => {
  assert.equal((await handshake({ extraHeaders: { "X-Shop": "tea" } })).header, "tea");
});

await row(`socket.handshake.address`, async () => {
  assert.equal((await handshake()).address, "127.0.0.1");
});

await row(`socket.handshake.url`, async () => {
  assert.match((await handshake()).url, /^\/socket\.io\/\?.*EIO=4/);
});

await row(`socket.handshake.secure`, async () => {
  assert.equal((await handshake()).secure, false);
});

await row(`socket.handshake.issued`, async () => {
  assert.ok(Math.abs(Date.now() - (await handshake()).at) < 60_000);
});

await row(`socket.conn.transport.name`, async () => {
  assert.equal((await handshake()).transport, "websocket");
  assert.equal((await handshake({ transports: ["polling", "websocket"] })).transport, "polling");
});

await row(`socket.request.user`, async () => {
  const [ann, bob] = await visitors(2);
  assert.match(await ann.ask("who am I"), /^guest-/);
  assert.notEqual(await ann.ask("who am I"), await bob.ask("who am I"));
});

await row(`socket.id`, async () => {
  const [ann] = await visitors(1);
  assert.equal(await ann.ask("my id"), ann.socket.id);
});

await row(`socket.connected`, async () => {
  const [ann, bob] = await visitors(2);
  const { id } = bob.socket;
  assert.equal(await ann.ask("is there", id), true);
  bob.socket.disconnect();
  await until("Bob is gone", async () => (await ann.ask("is there", id)) === false);
});

await row(`socket.recovered`, async () => {
  const [ann] = await visitors(1);
  await ann.hear("welcome", {});
  assert.deepEqual(ann.heardOf("here you are again"), []);
  ann.socket.io.engine.close();
  await until("the cut is noticed", () => !ann.socket.connected);
  await ann.arrive();
  assert.equal(ann.socket.recovered, true);
  await until("the server knows it", () => ann.heardOf("here you are again").length === 1);
});

await row(`socket.disconnect()`, async () => {
  const [ann] = await visitors(1);
  const shop = ann.socket.io.socket("/shop");
  await until("both are connected", () => shop.connected);
  ann.socket.emit("disconnect me");
  await until("the one is left", () => ann.reasons[0]);
  assert.deepEqual(ann.reasons, ["io server disconnect"]);
  assert.equal(await shop.emitWithAck("pay", 1), "paid in the shop");
});

await row(`socket.disconnect(true)`, async () => {
  const [ann] = await visitors(1);
  const shop = ann.socket.io.socket("/shop");
  await until("both are connected", () => shop.connected);
  ann.socket.emit("close me");
  await until("both are left", () => ann.reasons[0] && !shop.connected);
  assert.deepEqual(ann.reasons, ["io server disconnect"]);
});

// ---- Many clients

await row(`io.emit("event", data)`, async () => {
  const all = await visitors(3);
  await reaches("to all", all, all);
});

await row(`io.emit("event", { msg: "hi", count: 2 })`, async () => {
  const all = await visitors(2);
  all[0].socket.emit("an object to all");
  await Promise.all(all.map((one) => one.hearJust("event", { msg: "hi", count: 2 })));
});

await row(`socket.broadcast.emit("event", data)`, async () => {
  const [ann, bob, eve] = await visitors(3);
  await reaches("to all others", [ann, bob, eve], [bob, eve]);
});

await row(`io.to("room").emit("event", data), io.in("room").emit("event", data)`, async () => {
  const [ann, bob, eve] = await visitors(3);
  await ann.askAll("enter");
  await bob.askAll("enter");
  await reaches("to a room", [ann, bob, eve], [ann, bob]);
});

await row(`io.to("one").to("two").except("three").emit("event", data)`, async () => {
  const all = await visitors(4);
  const [, bob, eve, joe] = all;
  await bob.ask("join", "one");
  await eve.ask("enter two");
  await joe.ask("enter two");
  await joe.ask("join", "three");
  await reaches("to two rooms", all, [bob, eve]);
  assert.equal(new Set(eve.heardOf("event").map(([data]) => data)).size, eve.heardOf("event").length, "each once");
});

await row(`io.except("room").emit("event", data)`, async () => {
  const [ann, bob, eve] = await visitors(3);
  await eve.askAll("enter");
  await reaches("to all but a room", [ann, bob, eve], [ann, bob]);
});

await row(`socket.to("room").emit("event", data)`, async () => {
  const [ann, bob, eve] = await visitors(3);
  await ann.askAll("enter");
  await eve.askAll("enter");
  await reaches("to the others in a room", [ann, bob, eve], [eve]);
});

await row(`socket.except("room").emit("event", data)`, async () => {
  const [ann, bob, eve] = await visitors(3);
  await eve.askAll("enter");
  await reaches("to the others but a room", [ann, bob, eve], [bob]);
});

await row(`io.send(data)`, async () => {
  const all = await visitors(2);
  const text = unique("sent");
  all[0].socket.emit("send to all", text);
  await Promise.all(all.map((one) => one.hearJust("message", text)));
});

await row(`io.to(socketId).emit("event", data)`, async () => {
  const [ann, bob, eve] = await visitors(3);
  await reaches("to one by its id", [ann, bob, eve], [bob], bob.socket.id);
});

await row(`io.volatile.emit("event", data)`, async () => {
  const all = await visitors(2);
  const data = { now: unique("now") };
  await all[0].askAll("volatile to all", data);
  for (const one of all) {
    const heard = await one.hearJust("event", data);
    assert.equal(typeof heard.at(-1), "object", "no offset: nothing is logged");
  }
});

await row(`io.to("room").timeout(5000).emitWithAck("event", data)`, async () => {
  const all = await visitors(3);
  all.forEach(({ socket }, n) => socket.on("event", (data, answer) => answer(n === data)));
  await all[0].askAll("enter");
  await all[1].askAll("enter");
  assert.deepEqual(sorted(await all[2].ask("ask all", 1)), [false, true]);
});

await row(`io.of("/shop").emit("event", data)`, async () => {
  const [[ann], [bob]] = [await visitors(1), await visitors(1, "/shop")];
  await ann.askAll("to a namespace", "for the shop");
  await bob.hearJust("event", "for the shop");
  assert.deepEqual(ann.heardOf("event"), []);
});

await row(`io.in("room").fetchSockets()`, async () => {
  const [ann, bob, eve] = await visitors(3);
  await bob.askAll("enter");
  await eve.askAll("enter");
  await same(async () => sorted(await ann.ask("clients of a room")), sorted([bob, eve].map(idOf)));
});

await row(`io.allSockets(), io.of("/").sockets.keys()`, async () => {
  const all = await visitors(3);
  await visitors(1, "/shop");
  await same(async () => sorted(await all[0].ask("all ids")), sorted(all.map(idOf)));
});

await row(`io.of("/").sockets.get(id)`, async () => {
  const [ann, bob] = await visitors(2);
  await ann.askAll("one by its id", bob.socket.id, 5);
  await bob.hearJust("event", 5);
  assert.deepEqual(ann.heardOf("event"), []);
  assert.deepEqual(await ann.askAll("one by its id", "nobody", 5), []);
});

await row(`io.of("/").sockets.size, io.engine.clientsCount`, async () => {
  const all = await visitors(3);
  await same(async () => (await all[0].ask("how many")).all, 3);
});

await row(`io.of("/").adapter.rooms.get("room").size`, async () => {
  const all = await visitors(3);
  await same(async () => (await all[0].ask("how many")).room, 0);
  await all[1].askAll("enter");
  await all[2].askAll("enter");
  assert.equal((await all[0].ask("how many")).room, 2);
});

await row(`io.of("/").adapter.rooms.keys()`, async () => {
  const [ann, bob] = await visitors(2);
  await ann.askAll("enter");
  await bob.ask("enter two");
  await same(async () => sorted(await ann.ask("all rooms")), ["one", "room", "two"]);
});

await row(`io.in("one").socketsJoin("two")`, async () => {
  const all = await visitors(3);
  await all[1].ask("join", "one");
  await all[0].askAll("all join");
  await all[1].ask("leave", "one");
  await reaches("to two rooms", all, [all[1]]);
});

await row(`io.in("room").socketsLeave("room")`, async () => {
  const all = await visitors(2);
  for (const one of all) {
    await one.askAll("enter");
  }
  await all[0].askAll("all leave");
  await same(() => all[0].ask("clients of a room"), []);
  await reaches("to a room", all, []);
});

await row(`io.in("room").disconnectSockets()`, async () => {
  const [ann, bob] = await visitors(2);
  const shop = bob.socket.io.socket("/shop");
  await until("Bob is in the shop, too", () => shop.connected);
  await bob.askAll("enter");
  await ann.askAll("all are disconnected");
  await until("Bob is out", () => bob.reasons[0]);
  assert.deepEqual(bob.reasons, ["io server disconnect"]);
  assert.equal(await shop.emitWithAck("pay", 1), "paid in the shop");
  assert.equal(ann.socket.connected, true);
});

await row(`io.in("room").disconnectSockets(true)`, async () => {
  const [ann, bob] = await visitors(2);
  const shop = bob.socket.io.socket("/shop");
  await until("Bob is in the shop, too", () => shop.connected);
  await bob.askAll("enter");
  await ann.askAll("all are closed");
  await until("Bob is out of both", () => bob.reasons[0] && !shop.connected);
  assert.equal(ann.socket.connected, true);
});

await row(`io.serverSideEmit("restocked", 3)`, async () => {
  const [ann, bob] = await visitors(2);
  ann.socket.emit("restock", 3);
  await bob.hearJust("restocked", 3);
});

await row(`io.on("restocked", (count) => …)`, async () => {
  const [ann, bob] = await visitors(2);
  await ann.askAll("restock", 4);
  await ann.hearJust("restocked", 4);
  await bob.hearJust("restocked", 4);
});

// ---- What else the pages say

await also(`@Namespace("*") examines the clients of all namespaces, of the events by HTTP and of the feed`, async () => {
  for (const namespace of ["/", "/shop", "/tenant-1"]) {
    const { message } = await refused(namespace, { auth: { banned: true } });
    assert.equal(message, `banned from ${namespace}`);
  }
  const events = `${baseUrl}/api/events?channel=news`;
  const answer = await fetch(`${events}&banned=true`);
  assert.equal(answer.status, 403);
  assert.equal((await answer.json()).code, "refused");
  const controller = new AbortController();
  assert.equal((await fetch(events, { signal: controller.signal })).status, 200);
  controller.abort();
  const feed = new WebSocket(`${baseUrl.replace("http", "ws")}/feed?banned=true`);
  const heard = [];
  feed.on("message", (data) => heard.push(JSON.parse(data)));
  const code = await new Promise((resolve) => feed.on("close", resolve));
  assert.equal(heard[0].code, "refused", show(heard));
  assert.equal(code, 1008);
});

await also(`the message board of the tutorial`, async () => {
  const [ann] = await visitors(1);
  const [{ msg }] = await until("Ann is welcome", () => ann.heardOf("private")[0]);
  const count = Number(/^Welcome you are the (\d+) person here$/.exec(msg)[1]);
  await ann.hearJust("news", { msg: "One more person is online", count });
  const [bob] = await visitors(1);
  ann.socket.emit("private", { msg: "Thank you for your message" });
  bob.socket.disconnect();
  await until("Bob went home", () => ann.heardOf("news").some(([news]) => news.msg === "Someone went home"));
});

await also(`the data of the tutorial`, async () => {
  const [ann, bob] = await visitors(2);
  const text = unique("Hello from the client");
  ann.socket.emit("data", text);
  await bob.hearJust("data", text);
  await pause(50);
  assert.deepEqual(ann.heardOf("data"), []);
});

if (failures > 0) {
  console.log(`${failures} rows failed`);
  process.exit(1);
}
console.log("PASSED");
process.exit(0);
