// Clients go from one node to the other, and take along what belongs to them.
//
//     node moves.mjs <urlOfOne> <urlOfTheOther>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { assertLogged, baseUrlAndMore, guest, step, unique, until } from "../socketio/guest.mjs";
import { FailingProxy } from "../socketio/proxy.mjs";
import { randomOf } from "../socketio/random.mjs";

const [one, other] = baseUrlAndMore().map((url) => url.replace(/\/$/, ""));
const WAYS = { "by WebSocket": ["websocket"], "by polling": ["polling"], upgraded: ["polling", "websocket"] };
const NEWCOMER = { auth: { token: "customer-7" } };

for (const [way, transports] of Object.entries(WAYS)) {
  const arrived = async (url, options = {}) => {
    const newcomer = guest(io, `${url}/shop`, { ...NEWCOMER, transports, ...options });
    await newcomer.arrive();
    return newcomer;
  };

  await step(`${way}: identity, rooms, and what is kept with a connection come along; the ghost at the old node ends`, async () => {
    const proxy = await FailingProxy.to(new URL(one), randomOf(1));
    const cookie = await newGuest();
    const ann = await arrived(proxy.url.replace(/\/$/, ""), { extraHeaders: { cookie } });
    const bob = await arrived(other);
    const room = unique("room").replaceAll(" ", "-");
    assert.equal(await ann.ask("enter", room), true);
    await ann.askAll("keep", "basket", "Tee, 名前, سلمى, 😀");
    const before = await ann.askAll("recall");
    assert.deepEqual(before.slice(1), ["customer-7", "Tee, 名前, سلمى, 😀"]);
    const first = await say(bob, room);
    await ann.hearJust("said", first);
    const { id } = ann.socket;

    proxy.pairs.forEach((pair) => (pair.isSilent = true));
    ann.socket.io.uri = other;
    ann.socket.io.engine.close();
    await until("Ann is cut off", () => !ann.socket.connected);
    const missed = [await say(bob, room), await say(bob, room)];
    await ann.arrive();
    assert.equal(ann.socket.recovered, true, "recovered");
    assert.equal(ann.socket.id, id, "the id is the same");
    assert.deepEqual(await ann.askAll("recall"), before);
    assert.equal(await ann.ask("enter", room), false, "she is in the room already");
    missed.push(await say(bob, room));
    await ann.hearJust("said", missed.at(-1));
    assert.deepEqual(ann.heardOf("said").map(([text]) => text), [first, ...missed]);
    await until("the ghost is gone", async () => (await diary(one)).includes(`disconnected /shop ${id} `));
    const atHome = (await diary(other)).split("\n").filter((line) => line.includes(id));
    assert.ok(!atHome.some((line) => line.startsWith("disconnected")), `${atHome}`);
    proxy.pairs.forEach((pair) => pair.end());
  });

  await step(`${way}: a place that a client names itself is gone on from at the other node`, async () => {
    const bob = guest(io, other, { transports });
    await bob.arrive();
    const channel = unique("orders").replaceAll(" ", "-");
    const first = await bob.ask("placed", 1, { channel });
    assertLogged(first);
    await bob.ask("placed", 2, { channel });
    const { epoch, offset } = first;
    const ann = guest(io, one, { transports, auth: { resume: { [channel]: { epoch, offset } } } });
    await ann.arrive();
    await ann.hear("joined", { channel, recovered: true });
    await bob.ask("placed", 3, { channel });
    await ann.hearJust("placed", 3);
    assert.deepEqual(ann.heardOf("placed").map(([number]) => number), [2, 3]);
  });

  await step(`${way}: a device gets at the other node what it has not seen`, async () => {
    const cookie = await newGuest();
    const bob = async (url) => {
      const device = guest(io, url, { transports, auth: { device: "phone" }, extraHeaders: { cookie } });
      await device.arrive();
      return device;
    };
    const early = await bob(one);
    const { channel } = await early.ask("history", "private");
    early.socket.disconnect();
    const ann = guest(io, one, { transports });
    await ann.arrive();
    for (const msg of ["first", "second"]) {
      assertLogged(await ann.ask("private", { to: channel.slice("user:".length), msg }));
    }
    const late = await bob(other);
    const [, { offset, epoch }] = await late.hear("private", { msg: "first" });
    await late.hear("private", { msg: "second" });
    assert.equal((await late.ask("seen", { offset, epoch })).offset, offset);
    late.socket.disconnect();
    const again = await bob(one);
    await again.hear("private", { msg: "second" });
    assert.deepEqual(again.heardOf("private").filter(([, meta]) => meta?.channel).map(([{ msg }]) => msg), ["second"]);
  });
}

console.log("PASSED");
process.exit(0);

async function say(speaker, room) {
  const text = unique("said");
  assertLogged(await speaker.ask("say", { to: [room], text }));
  return text;
}

async function diary(url) {
  return (await fetch(`${url}/diary`)).text();
}

/** The cookie of a guest whom no node has seen. */
async function newGuest() {
  const answer = await fetch(`${one}/api/presence/news`);
  await answer.text();
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("herald-guest="));
  return cookie.split(";")[0];
}
