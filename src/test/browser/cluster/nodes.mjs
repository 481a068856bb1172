// Clients of two nodes that share one database talk to each other, and go from one node to the other.
//
//     node nodes.mjs <urlOfOne> <urlOfTheOther>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { assertLogged, baseUrlAndMore, guest, step, unique, until } from "../socketio/guest.mjs";

const [one, other] = baseUrlAndMore().map((url) => url.replace(/\/$/, ""));
const WAYS = { "by WebSocket": ["websocket"], "by polling": ["polling"] };

for (const [way, transports] of Object.entries(WAYS)) {
  const arrived = async (url, options = {}) => {
    const newcomer = guest(io, url, { transports, ...options });
    await newcomer.arrive();
    return newcomer;
  };

  await step(`${way}: news of one node is heard on the other, once, in order, and with the same offsets`, async () => {
    const [ann, bob] = [await arrived(one), await arrived(other)];
    const story = unique("story");
    const offsets = [];
    for (let n = 0; n < 20; n++) {
      const ack = await (n % 2 ? ann : bob).ask("news", { story, n, text: "Jürgen 名前 سلمى 😀" });
      assertLogged(ack);
      offsets.push(ack.offset);
    }
    for (const listener of [ann, bob]) {
      await listener.hear("news", { story, n: 19 });
      const heard = listener.heardOf("news").filter(([data]) => data.story === story);
      assert.deepEqual(heard.map(([data]) => data.n), Array.from({ length: 20 }, (_, n) => n));
      assert.deepEqual(heard.map(([, meta]) => meta.offset), offsets);
      assert.equal(heard[0][0].text, "Jürgen 名前 سلمى 😀");
    }
  });

  await step(`${way}: a message that the bus cannot carry is heard all the same`, async () => {
    const [ann, bob] = [await arrived(one), await arrived(other)];
    const text = unique("long") + "😀".repeat(30_000);
    assertLogged(await ann.ask("news", { text }));
    await bob.hear("news", { text });
  });

  await step(`${way}: a private message reaches a person on the other node`, async () => {
    const [ann, bob] = [await arrived(one), await arrived(other)];
    const greeting = unique("hello");
    await bob.ask("news", { greeting });
    const [, { from }] = await ann.hear("news", { greeting });
    const msg = unique("for you alone");
    assertLogged(await ann.ask("private", { to: from, msg }));
    await bob.hear("private", { msg });
  });

  await step(`${way}: a channel has members on both nodes`, async () => {
    const [ann, bob, eve] = [await arrived(one), await arrived(other), await arrived(other)];
    const channel = unique("room").replaceAll(" ", "-");
    for (const member of [ann, bob]) {
      assert.equal((await member.ask("join", { channel })).channel, channel);
    }
    const said = unique("said");
    assertLogged(await ann.ask("said", { said }, { channel }));
    await bob.hear("said", { said });
    const done = unique("done");
    await ann.ask("news", { done });
    await eve.hear("news", { done });
    assert.deepEqual(eve.heardOf("said"), []);
  });

  await step(`${way}: who goes to the other node goes on there, with all that was missed`, async () => {
    const [ann, bob] = [await arrived(one), await arrived(other)];
    const channel = unique("room").replaceAll(" ", "-");
    await ann.ask("join", { channel });
    await bob.ask("join", { channel });
    const story = unique("story");
    await bob.ask("told", { story, n: 0 }, { channel });
    await ann.hear("told", { story, n: 0 });
    const { id } = ann.socket;
    ann.socket.io.uri = other;
    ann.socket.io.engine.close();
    await until("Ann is cut off", () => !ann.socket.connected);
    for (const n of [1, 2, 3]) {
      await bob.ask("told", { story, n }, { channel });
    }
    await ann.arrive();
    assert.equal(ann.socket.recovered, true, "recovered");
    assert.equal(ann.socket.id, id, "the id is the same");
    await bob.ask("told", { story, n: 4 }, { channel });
    await ann.hear("told", { story, n: 4 });
    const told = ann.heardOf("told").map(([data]) => data.n);
    assert.deepEqual(told, [0, 1, 2, 3, 4]);
  });
}

await step("both nodes know who is there", async () => {
  const ann = guest(io, one, { transports: ["websocket"] });
  await ann.arrive();
  const bob = guest(io, other, { transports: ["websocket"] });
  await bob.arrive();
  const channel = unique("room").replaceAll(" ", "-");
  await ann.ask("join", { channel });
  await bob.ask("join", { channel });
  for (const url of [one, other]) {
    await until(`two people are in the channel, as ${url} says`, async () => {
      const answer = await (await fetch(`${url}/api/presence/${channel}`)).json();
      return answer.people?.length === 2 || undefined;
    });
  }
  bob.socket.disconnect();
  await until("one is left", async () => {
    const answer = await (await fetch(`${one}/api/presence/${channel}`)).json();
    return answer.people?.length === 1;
  });
});

console.log("PASSED");
