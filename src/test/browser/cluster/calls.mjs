// What a bean of one node does with the clients of another.
//
//     node calls.mjs <urlOfOne> <urlOfTheOther>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, step, unique, until } from "../socketio/guest.mjs";

const [one, other] = baseUrlAndMore().map((url) => url.replace(/\/$/, ""));

const arrived = async (url, answer = (text) => `${text} ja`) => {
  const newcomer = guest(io, `${url}/switchboard`, { transports: ["websocket"] });
  newcomer.socket.on("question", (text, ack) => answer && ack(answer(text)));
  await newcomer.arrive();
  return newcomer;
};

await step("a connection of the other node is sent to and asked", async () => {
  const [ann, bob] = [await arrived(one), await arrived(other)];
  const { id } = bob.socket;
  assert.equal(await ann.ask("isHere", id), false);
  const text = unique("Jürgen 名前 سلمى 😀");
  assert.equal(await ann.ask("send", id, text), true);
  await bob.hearJust("said", text);
  assert.equal(await ann.ask("question", id, text), `${text} ja`);
});

await step("calls and answers that are longer than the bus carries go through", async () => {
  const [ann, bob] = [await arrived(one), await arrived(other)];
  const text = unique("long") + "😀".repeat(20_000);
  assert.equal(await ann.ask("question", bob.socket.id, text), `${text} ja`);
});

await step("a connection of the other node joins, leaves and is ended", async () => {
  const [ann, bob] = [await arrived(one), await arrived(other)];
  const { id } = bob.socket;
  const room = unique("room").replaceAll(" ", "-");
  assert.equal(await ann.ask("enter", id, room), true);
  assert.equal(await ann.ask("enter", id, room), false);
  assert.deepEqual(await ann.ask("rooms", id), [room]);
  assert.equal(await ann.ask("exit", id, room), true);
  assert.deepEqual(await ann.ask("rooms", id), []);
  assert.equal(await ann.ask("end", id), true);
  await until("bob is out", () => bob.reasons.includes("io server disconnect"));
  assert.equal(await ann.ask("send", id, "nobody is there"), false);
});

await step("the clients of both nodes are asked, and listed", async () => {
  const crowd = [await arrived(one), await arrived(other), await arrived(other, null)];
  const [ann] = crowd;
  const room = unique("room").replaceAll(" ", "-");
  for (const member of crowd) {
    await ann.ask("enter", member.socket.id, room);
  }
  const { given, missing, unreached } = await ann.ask("round", room, 1);
  assert.deepEqual(given, ["all ja", "all ja"]);
  assert.equal(missing.length, 1);
  assert.deepEqual(unreached, []);
  const all = await ann.ask("all");
  assert.deepEqual(crowd.map((member) => member.socket.id).filter((id) => !all.includes(id)), []);
});

console.log("PASSED");
