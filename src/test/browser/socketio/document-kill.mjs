// Shared documents while the server is killed (dev.herald.kill.DocumentKillIT).
//
//     node document-kill.mjs <baseUrl> <rounds> <seed>
//
// Says KILL when the server is to be killed and started again, and waits for RESTARTED. Clients that hear each change of the documents keep
// their own values; others change them, each change with an id until it is acknowledged. In the end each acknowledged change is in the
// document once, the versions have no gap, and all values are the same. Prints PASSED; or says what failed and exits with 1.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { io } from "socket.io-client";
import { show, until, pause } from "./guest.mjs";

const [baseUrl, roundsText, seedText] = process.argv.slice(2);
const DOCUMENTS = ["kill-a", "kill-b"];
const WRITERS = 6;
const LOAD_MILLIS = 1_500;

let seed = Number(seedText);
function random(below) {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
}

const restarts = [];
createInterface({ input: process.stdin }).on("line", (line) => line === "RESTARTED" && restarts.shift()?.());

const transports = (n) => [["websocket"], ["polling"], ["polling", "websocket"]][n % 3];
const connect = (n) => io(baseUrl, { transports: transports(n), forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 500 });

/** Applies what the writers here change. */
function apply(value, { merge, patch }) {
  if (patch) {
    for (const { op, path, value: added } of patch) {
      assert.equal(op, "add", show(patch));
      if (path === "/list/-") value.list.push(added);
      else assert.fail(path);
    }
  } else {
    for (const [name, member] of Object.entries(merge)) {
      if (name === "members") Object.assign((value.members ??= {}), member);
      else value[name] = member;
    }
  }
}

/** Has a document open, and keeps its value by the changes alone, however often it is cut off. */
function reader(n, name) {
  const socket = connect(n);
  const one = { socket, name, version: 0, epoch: undefined, value: {}, ids: new Set(), fromValue: 0, begin: 0 };
  const take = (change) => {
    if (change.name !== name || change.version <= one.version) return;
    assert.equal(change.version, one.version + 1, `a gap: ${show(change)} after ${one.version}`);
    assert.ok(!one.ids.has(change.id), `twice: ${show(change)}`);
    one.ids.add(change.id);
    one.version = change.version;
    apply(one.value, change);
  };
  let isOpening = false;
  const early = [];
  socket.on("doc:changed", (change) => (isOpening ? early.push(change) : guarded(() => take(change))));
  const open = () => {
    isOpening = true;
    const since = one.epoch === undefined ? undefined : { version: one.version, epoch: one.epoch };
    socket.timeout(5_000).emit("doc:open", { name, since }, (failure, opened) => {
      if (failure || opened.error) {
        early.length = 0;
        if (socket.connected) setTimeout(open, 200);
        return;
      }
      guarded(() => {
        one.epoch ??= opened.epoch;
        assert.equal(opened.epoch, one.epoch, "the epoch stays");
        if (opened.changes) {
          opened.changes.forEach(take);
        } else if (opened.version > one.version) {
          one.fromValue++;
          one.begin = opened.version;
          one.value = structuredClone(opened.value);
          one.version = opened.version;
        }
        isOpening = false;
        early.splice(0).forEach(take);
      });
    });
  };
  // Recovered is what was open; an opening that was not answered is asked again.
  socket.on("connect", () => (!socket.recovered || isOpening || one.epoch === undefined) && open());
  return one;
}

const acked = new Map(DOCUMENTS.map((name) => [name, new Map()]));
/** The acknowledged ids that are in the lists. */
const pushed = new Map(DOCUMENTS.map((name) => [name, []]));
let acks = 0;
let duplicates = 0;
let isOver = false;
let failed;
function guarded(what) {
  try {
    what();
  } catch (e) {
    failed ??= e;
  }
}

async function writer(n) {
  const socket = connect(n);
  for (let number = 0; !isOver; number++) {
    const name = DOCUMENTS[random(DOCUMENTS.length)];
    const id = `${n}-${number}`;
    const change = random(2)
      ? { merge: { members: { [`m${random(10)}`]: id } } }
      : { patch: [{ op: "add", path: "/list/-", value: id }] };
    for (let isAcked = false; !isAcked; ) {
      const answer = await socket.timeout(3_000).emitWithAck("doc:change", { name, base: 1, id, ...change }).catch(() => undefined);
      if (answer?.version) {
        isAcked = true;
        acks++;
        duplicates += answer.duplicate ? 1 : 0;
        const before = [...acked.get(name).values()].includes(answer.version);
        assert.ok(!before, `two changes have version ${answer.version}`);
        acked.get(name).set(id, answer.version);
        if (change.patch) pushed.get(name).push(id);
      } else if (answer && !["log-unavailable", "overloaded", "rate-limited"].includes(answer.error.code)) {
        assert.fail(`${id}: ${show(answer)}`);
      } else {
        await pause(20);
      }
    }
    await pause(20);
  }
  socket.disconnect();
}

const first = connect(0);
for (const name of DOCUMENTS) {
  const begun = await first.emitWithAck("doc:change", { name, id: "begin", merge: { list: [], members: {} } });
  assert.equal(begun.version, 1, show(begun));
}
const readers = DOCUMENTS.flatMap((name) => [0, 1, 2].map((n) => reader(n, name)));
const writers = Array.from({ length: WRITERS }, (_, n) => writer(n).catch((e) => (failed ??= e)));

for (let round = 1; round <= Number(roundsText) && !failed; round++) {
  await pause(random(LOAD_MILLIS));
  const restarted = new Promise((resolve) => restarts.push(resolve));
  console.log("KILL");
  await restarted;
  const before = acks;
  await until(`writers are at work again after kill ${round}`, () => failed || acks > before + WRITERS);
}
isOver = true;
await Promise.all(writers);
if (failed) {
  console.log(`FAILED ${failed.stack}`);
  process.exit(1);
}
for (const name of DOCUMENTS) {
  const last = await first.emitWithAck("doc:open", { name });
  const list = last.value.list;
  assert.equal(new Set(list).size, list.length, "nothing is in the list twice");
  const its = readers.filter((one) => one.name === name);
  for (const one of its) {
    await until(`a reader has version ${last.version}`, () => failed || one.version === last.version, () => `: ${one.version}`);
    assert.deepEqual(one.value, last.value);
  }
  const versions = acked.get(name);
  for (const one of its) {
    for (const [id, version] of versions) {
      // What came before it had to be given the whole value is in that.
      assert.ok(one.ids.has(id) || version <= one.begin, `acknowledged and not heard: ${id}, version ${version}`);
    }
  }
  for (const id of pushed.get(name)) {
    assert.ok(list.includes(id), `acknowledged and not in the list: ${id}`);
  }
  assert.ok(last.version >= versions.size + 1);
  console.log(`${name}: version ${last.version}, ${versions.size} acknowledged, ${its.map((one) => one.fromValue)} values`);
}
assert.equal(failed, undefined, failed?.stack);
console.log(`${duplicates} repeats`);
console.log("PASSED");
process.exit(0);
