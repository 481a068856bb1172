// What is published at any node is observed once for all, in order, also when the node dies that does it.
//
//     node once.mjs <urlOfOne> <urlOfTheOther>
//
// Says KILL, and goes on with the second node when it is told that the first one is dead. Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, step, unique, until } from "../socketio/guest.mjs";

const [one, other] = baseUrlAndMore().map((url) => url.replace(/\/$/, ""));
const input = createInterface({ input: process.stdin });
const run = unique("Jürgen 名前 سلمى 😀");

const arrived = async (url) => {
  const newcomer = guest(io, url, { transports: ["websocket"] });
  await newcomer.arrive();
  return newcomer;
};
/** What is written in the books from now on, as numbers of a channel's sales. */
async function books() {
  const reader = await arrived(other);
  await reader.ask("join", "books");
  return (channel) =>
    reader.heardOf("booked").map(([sale]) => sale).filter((sale) => sale.run === run && sale.channel === channel).map(({ number }) => number);
}

async function sell(seller, channel, from, to) {
  for (let number = from; number < to; number++) {
    const { offset, error } = await seller.ask("sale", { run, channel, number }, { channel });
    assert.ok(offset > 0, JSON.stringify(error));
  }
}
const range = (from, to) => Array.from({ length: to - from }, (_, n) => from + n);

await step("what is published at both nodes is observed once and in order", async () => {
  const booked = await books();
  const sellers = [await arrived(one), await arrived(other)];
  await Promise.all([sell(sellers[0], "sales.east", 0, 50), sell(sellers[1], "sales.west", 0, 50)]);
  await until("all is booked", () => booked("sales.east").length + booked("sales.west").length >= 100);
  assert.deepEqual(booked("sales.east"), range(0, 50));
  assert.deepEqual(booked("sales.west"), range(0, 50));
});

await step("when the node dies that observes, the other one goes on", async () => {
  const booked = await books();
  const selling = sell(await arrived(other), "sales.east", 50, 150);
  console.log("KILL");
  await once(input, "line");
  await selling;
  await until("all is booked", () => booked("sales.east").includes(149), () => `, but ${booked("sales.east")}`);
  // The sale that was being booked when the node died may be there twice.
  const east = booked("sales.east");
  assert.deepEqual([...new Set(east)], range(50, 150));
  assert.ok(east.length <= 101, `${east.length} were booked`);
  assert.deepEqual(east, [...east].sort((a, b) => a - b));
  assert.deepEqual(booked("sales.west"), []);
});

console.log("PASSED");
process.exit(0);
