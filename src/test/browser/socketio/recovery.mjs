// Clients come back after a cut: to the application's namespaces and rooms, from behind a network that has died without a word,
// by the client's own recovery and by "resume".
//
//     node recovery.mjs <baseUrl> [oblivion]
//
// Oblivion is how long who leaves stays away before coming anew, in milliseconds: another node forgets later than the client's own.
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import net from "node:net";
import { io } from "socket.io-client";
import { assertLogged, baseUrlAndMore, guest, pause, step, unique, until } from "./guest.mjs";

const [baseUrl, oblivion = "0"] = baseUrlAndMore();
const WAYS = {
  "by polling": ["polling"],
  "by WebSocket": ["websocket"],
  upgraded: ["polling", "websocket"],
};
const NAMESPACES = ["/", "/shop"];
const CUSTOMER = { auth: { token: "customer-7" } };

for (const [way, transports] of Object.entries(WAYS)) {
  const arrived = async (namespace, url = baseUrl, options = {}) => {
    const one = guest(io, url + namespace, { ...CUSTOMER, transports, ...options });
    await one.arrive();
    return one;
  };

  for (const namespace of NAMESPACES) {
    await step(`${way}: who was cut off in ${namespace} is in its rooms again, and has what was said there`, async () => {
      const [ann, bob] = [await arrived(namespace), await arrived(namespace)];
      const room = unique("room").replaceAll(" ", "-");
      await ann.ask("enter", room);
      const said = [await sayIn(bob, room)];
      await ann.hearJust("said", said[0]);
      const { id } = ann.socket;

      await cut(ann);
      said.push(await sayIn(bob, room), await sayIn(bob, room), await sayBytes(bob, room));
      await ann.arrive();
      assert.equal(ann.socket.recovered, true, "recovered");
      assert.equal(ann.socket.id, id);
      said.push(await sayIn(bob, room));
      await ann.hearJust("said", said.at(-1));
      assertSaid(ann, said);
    });

    await step(`${way}: who has heard nothing yet recovers in ${namespace}, too`, async () => {
      const [ann, bob] = [await arrived(namespace), await arrived(namespace)];
      const room = unique("room").replaceAll(" ", "-");
      await ann.ask("enter", room);
      const { id } = ann.socket;
      await cut(ann);
      const said = [await sayIn(bob, room)];
      await ann.arrive();
      assert.equal(ann.socket.recovered, true, "recovered");
      assert.equal(ann.socket.id, id);
      await ann.hearJust("said", said[0]);
      assertSaid(ann, said);
    });

    await step(`${way}: the dead connection of who comes back to ${namespace} gives way`, async () => {
      const proxy = await deadlyProxy();
      const [ann, bob] = [await arrived(namespace, proxy.url), await arrived(namespace)];
      const room = unique("room").replaceAll(" ", "-");
      await ann.ask("enter", room);
      const said = [await sayIn(bob, room)];
      await ann.hearJust("said", said[0]);
      const { id } = ann.socket;

      proxy.freeze();
      await cut(ann);
      said.push(await sayIn(bob, room));
      proxy.thaw();
      await ann.arrive();
      assert.equal(ann.socket.recovered, true, "recovered, though the server has not noticed");
      assert.equal(ann.socket.id, id);
      said.push(await sayIn(bob, room));
      await ann.hearJust("said", said.at(-1));
      assertSaid(ann, said);
      await until("the ghost is evicted", async () => {
        const diary = await (await fetch(`${baseUrl}/diary`)).text();
        return diary.includes(`disconnected ${namespace} ${id} replaced by its own return`);
      });
      proxy.close();
    });
  }

  await step(`${way}: who left or was put out begins anew`, async () => {
    for (const leave of [({ socket }) => socket.disconnect(), ({ socket }) => socket.emit("disconnect-me")]) {
      const ann = await arrived("/shop");
      await ann.ask("enter", "tea");
      const { id } = ann.socket;
      leave(ann);
      await until("Ann is out", () => !ann.socket.connected);
      await pause(Number(oblivion));
      ann.socket.connect();
      await ann.arrive();
      assert.notEqual(ann.socket.id, id);
      assert.ok(!ann.socket.recovered);
      assert.deepEqual(await ann.askAll("exit", "tea"), [false, false], "not in the room any more");
    }
  });

  await step(`${way}: a place that a client names itself is gone on from`, async () => {
    const bob = await arrived("/");
    const channel = unique("orders").replaceAll(" ", "-");
    const first = await bob.ask("placed", 1, { channel });
    assertLogged(first);
    await bob.ask("placed", 2, { channel });
    const { epoch, offset } = first;
    const auth = { resume: { [channel]: { epoch, offset }, "not a channel": 1 } };
    const ann = await arrived("/", baseUrl, { auth });
    await ann.hear("joined", { channel, recovered: true });
    await ann.hearJust("placed", 2);
    await bob.ask("placed", 3, { channel });
    await ann.hearJust("placed", 3);
    assert.deepEqual(
      ann.heardOf("placed").map(([number]) => number),
      [2, 3],
    );
    assert.equal(ann.heardOf("error").length, 1, "about what is no channel");

    const lost = await arrived("/", baseUrl, { auth: { resume: { [channel]: { epoch: "another", offset: 1 } } } });
    const [joined] = await lost.hear("joined", { channel, recovered: false });
    assert.equal(joined.reason, "epoch");
  });
}

await step("what was not acknowledged is sent again until it is, and is in the log once", async () => {
  const proxy = await deadlyProxy();
  const bob = guest(io, baseUrl);
  const ann = guest(io, proxy.url, { transports: ["websocket"], retries: 5, ackTimeout: 1_000 });
  await Promise.all([ann.arrive(), bob.arrive()]);
  const channel = unique("retries").replaceAll(" ", "-");
  await bob.ask("join", channel);
  const send = (number) =>
    new Promise((resolve, reject) =>
      ann.socket.emit("counted", number, { channel, id: `${channel}-${number}` }, (e, ack) => (e ? reject(e) : resolve(ack))),
    );
  assertLogged(await send(1));

  proxy.dropAnswers();
  const unheard = send(2);
  await bob.hearJust("counted", 2);
  await cut(ann);
  const ack = await unheard;
  assert.equal(ack.duplicate, true, "the repeat is recognised");
  assertLogged(await send(3));
  await bob.hearJust("counted", 3);
  assert.deepEqual(
    bob.heardOf("counted").map(([number]) => number),
    [1, 2, 3],
  );
  proxy.close();
});

console.log("PASSED");

async function sayIn(speaker, room, text = unique("said")) {
  assertLogged(await speaker.ask("say", { to: [room], text }));
  return text;
}

/** Bytes among texts must not confuse the order. */
async function sayBytes(speaker, room) {
  await speaker.ask("say", { to: [room], text: [Buffer.from([1, 2])] });
  return "bytes";
}

/** Breaks the connection off; the client comes back by itself. */
async function cut({ socket }) {
  socket.io.engine.close();
  await until("the connection is cut", () => !socket.connected);
}

function assertSaid(who, texts) {
  const heard = who.heardOf("said").map(([text]) => (Array.isArray(text) ? "bytes" : text));
  assert.deepEqual(heard, texts);
}

/** A way to the server, on which connections can be made to die without either side's being told. */
async function deadlyProxy() {
  const { hostname, port } = new URL(baseUrl);
  const pairs = new Set();
  let isDead = false;
  const server = net.createServer((client) => {
    const upstream = net.connect(port, hostname);
    const pair = { client, upstream, frozen: isDead, mute: false };
    pairs.add(pair);
    client.on("data", (data) => pair.frozen || upstream.write(data));
    upstream.on("data", (data) => pair.frozen || pair.mute || client.write(data));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      one.on("error", () => {});
      one.on("close", () => pair.frozen || other.destroy());
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,

    /** The connections that are there die, and so do later ones. */
    freeze() {
      isDead = true;
      pairs.forEach((pair) => (pair.frozen = true));
    },

    /** Later connections live. */
    thaw() {
      isDead = false;
    },

    /** The connections that are there bring no more answers. */
    dropAnswers: () => pairs.forEach((pair) => (pair.mute = true)),

    close() {
      server.close();
      pairs.forEach(({ client, upstream }) => {
        client.destroy();
        upstream.destroy();
      });
    },
  };
}
