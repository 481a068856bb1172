// Shared documents by all roads (dev.herald.DocumentIT): stock clients, the feed, and HTTP.
//
//     node documents.mjs <baseUrl> [<baseUrl of another node>]
//
// Prints PASSED at the end; or says what failed and exits with 1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, show, step, until } from "./guest.mjs";
import { feed, guestCookie, listen } from "./roads.mjs";

const [baseUrl, ...others] = baseUrlAndMore();
const nodes = [baseUrl, ...others.map((url) => url.replace(/\/$/, ""))];

/** A guest, each at the next node. */
async function arrive(options) {
  nodes.push(nodes.shift());
  const one = guest(io, `${nodes[0]}/`, options);
  await one.arrive();
  return one;
}

const named = (word) => `${word}-${randomUUID()}`;

function assertRefused(answer, code, more = {}) {
  assert.equal(answer?.error?.code, code, show(answer));
  assert.ok(answer.error.message.length > 5, show(answer));
  for (const [name, value] of Object.entries(more)) {
    assert.deepEqual(answer.error[name], value, show(answer));
  }
}

/** The changes that a guest has heard of a document, in their order. */
const changes = (one, name) => one.heardOf("doc:changed").map(([change]) => change).filter((change) => change.name === name);

await step("a document is opened, changed, and told to everyone who has it open", async () => {
  const name = named("cart");
  const [ann, bob] = [await arrive(), await arrive({ transports: ["polling"] })];
  const opened = await ann.ask("doc:open", { name });
  assert.deepEqual({ ...opened, epoch: "" }, { name, version: 0, epoch: "", value: {} });
  const first = await ann.ask("doc:change", { name, base: 0, id: "a1", merge: { "名前": "سلمى 😀 <script>", items: [] } });
  assert.deepEqual(first, { version: 1, epoch: opened.epoch, duplicate: false });
  assert.deepEqual(await bob.ask("doc:open", { name }), {
    name,
    version: 1,
    epoch: opened.epoch,
    value: { "名前": "سلمى 😀 <script>", items: [] },
  });
  const patch = [{ op: "add", path: "/items/-", value: { $bytes: "AA==", n: 1.5 } }];
  assert.equal((await bob.ask("doc:change", { name, base: 1, id: "b1", patch })).version, 2);
  for (const one of [ann, bob]) {
    const [change, ...more] = await one.hear("doc:changed", { name, version: 2 });
    assert.deepEqual(change.patch, patch);
    assert.equal(change.id, "b1");
    assert.equal(change.epoch, opened.epoch);
    assert.match(change.at, /^20..-..-..T.*Z$/);
    assert.ok(change.by.id.startsWith("guest-"), show(change));
    assert.ok(more.length > 0, "a stock client gets where it is, for its recovery");
  }
  assert.deepEqual(changes(ann, name).map((change) => change.version), [1, 2]);
  assert.deepEqual(changes(bob, name).map((change) => change.version), [2]);
});

await step("what looks like bytes or arguments stays what it is", async () => {
  const name = named("marks");
  const [ann, bob] = [await arrive(), await arrive()];
  await bob.ask("doc:open", { name });
  const value = { only: { $bytes: "AA==" }, all: { $args: [1, 2] } };
  await ann.ask("doc:change", { name, id: "a1", merge: value });
  assert.deepEqual((await bob.hear("doc:changed", { name }))[0].merge, value);
  assert.deepEqual((await ann.ask("doc:open", { name })).value, value);
  assertRefused(await ann.ask("doc:change", { name, id: "a2", merge: { raw: Buffer.from("x") } }), "malformed");
});

await step("what is wrong is refused, and changes nothing", async () => {
  const name = named("wrong");
  const ann = await arrive();
  const epoch = (await ann.ask("doc:open", { name })).epoch;
  await ann.ask("doc:change", { name, id: "1", merge: { list: [1, 2], n: 1 } });
  const ask = (change) => ann.ask("doc:change", { name, id: randomUUID(), ...change });
  const there = { version: 1, epoch, value: { list: [1, 2], n: 1 } };
  const test = [{ op: "test", path: "/n", value: 2 }, { op: "remove", path: "/n" }];
  assertRefused(await ask({ base: 1, patch: test }), "invalid", { index: 0, ...there });
  assertRefused(await ask({ base: 0, patch: test }), "conflict", { index: 0, ...there });
  assertRefused(await ask({ base: 0, patch: [{ op: "remove", path: "/list/0" }] }), "conflict", there);
  assertRefused(await ask({ base: 1, patch: [{ op: "add", path: "/list/-/x", value: 1 }] }), "invalid", { index: 0, ...there });
  assertRefused(await ask({ patch: [{ op: "add", path: "/x", value: 1 }, { op: "nonsense" }] }), "invalid", { index: 1 });
  assertRefused(await ask({ patch: "add" }), "invalid");
  assertRefused(await ask({}), "invalid");
  assertRefused(await ask({ merge: {}, patch: [] }), "invalid");
  assertRefused(await ask({ base: "1", merge: {} }), "invalid");
  assertRefused(await ann.ask("doc:change", { name, id: "x".repeat(65), merge: {} }), "id-invalid");
  for (const wrong of ["", "a b", "名前", "x".repeat(125), 5, null]) {
    assert.ok((await ann.ask("doc:open", { name: wrong })).error, show(wrong));
  }
  assertRefused(await ann.ask("doc:open", { name, since: 5 }), "since-invalid");
  assertRefused(await ann.ask("message", "hello", { channel: `doc:${name}` }), "channel-forbidden");
  let large = "x".repeat(400_000);
  assert.equal((await ask({ merge: { a: large } })).version, 2);
  assert.equal((await ask({ merge: { b: large } })).version, 3);
  assertRefused(await ask({ merge: { c: large } }), "too-large");
  assert.equal((await ann.ask("doc:open", { name })).version, 3);
});

await step("a repeat is made once, and a closed document is quiet", async () => {
  const name = named("repeat");
  const ann = await arrive();
  await ann.ask("doc:open", { name });
  await ann.ask("doc:change", { name, id: "1", merge: { list: [], text: "long ".repeat(200) } });
  const push = { name, base: 1, id: "2", patch: [{ op: "add", path: "/list/-", value: 1 }] };
  const first = await ann.ask("doc:change", push);
  assert.deepEqual(await ann.ask("doc:change", push), { ...first, duplicate: true });
  assert.deepEqual((await ann.ask("doc:open", { name })).value.list, [1]);
  assert.equal((await ann.ask("doc:close", { name })).channel, `doc:${name}`);
  ann.forget();
  await ann.ask("doc:change", { name, id: "3", merge: { more: 1 } });
  assert.deepEqual(await ann.ask("doc:open", { name, since: first }).then(({ version, changes: missed }) => [version, missed?.[0].merge]), [
    3,
    { more: 1 },
  ]);
  assert.deepEqual(changes(ann, name), []);
});

await step("a client that was cut off gets the changes that it missed", async () => {
  const name = named("cut");
  const [ann, bob] = [await arrive(), await arrive()];
  await bob.ask("doc:open", { name });
  await ann.ask("doc:change", { name, id: "1", merge: { n: 1 } });
  await bob.hear("doc:changed", { version: 1 });
  bob.socket.io.engine.close();
  await until("bob is away", () => !bob.socket.connected);
  for (let n = 2; n <= 5; n++) {
    await ann.ask("doc:change", { name, id: `${n}`, merge: { n } });
  }
  await bob.hear("doc:changed", { version: 5 });
  assert.equal(bob.socket.recovered, true);
  assert.deepEqual(changes(bob, name).map((change) => change.version), [1, 2, 3, 4, 5]);
});

await step("who does what in a document is told, and ends with the connection", async () => {
  const name = named("people");
  const [ann, bob] = [await arrive(), await arrive()];
  assertRefused(await ann.ask("doc:presence", { name, state: {} }), "not-joined");
  await ann.ask("doc:open", { name });
  await bob.ask("doc:open", { name });
  await ann.ask("doc:presence", { name, state: { at: "/名前" } });
  await bob.ask("doc:presence", { name, state: 7 });
  const states = (one) => (one.heardOf("doc:people").at(-1)?.[0].people ?? []).map((person) => person.state).sort((a) => (a === 7 ? 1 : -1));
  for (const one of [ann, bob]) {
    await until("both are told", () => show(states(one)) === show([{ at: "/名前" }, 7]), () => show(states(one)));
  }
  const { people } = await ann.ask("doc:people", { name });
  assert.deepEqual(people.map((person) => person.connection).sort(), [ann.socket.id, bob.socket.id].sort());
  assertRefused(await ann.ask("doc:presence", { name, state: "x".repeat(5_000) }), "invalid");
  await ann.ask("doc:presence", { name, state: null });
  await until("ann does nothing any more", () => show(states(bob)) === show([7]), () => show(states(bob)));
  bob.socket.io.reconnection(false);
  bob.socket.disconnect();
  await until("bob is gone", () => show(states(ann)) === show([]), () => show(states(ann)));
});

await step("the feed has the same", async () => {
  const name = named("feed");
  const ann = await arrive();
  const road = await feed(baseUrl);
  const opened = await road.ask({ event: "doc:open", name });
  assert.equal(opened.event, "doc:opened", show(opened));
  assert.deepEqual(opened.value, {});
  await ann.ask("doc:open", { name });
  const changed = await road.ask({ event: "doc:change", name, base: 0, merge: { "名前": "😀" } });
  assert.deepEqual([changed.event, changed.version, changed.duplicate], ["ack", 1, false], show(changed));
  assert.deepEqual((await ann.hear("doc:changed", { name, version: 1 }))[0].merge, { "名前": "😀" });
  const heard = await until("the feed hears it", () => road.heard?.find((one) => one.event === "doc:changed"));
  assert.equal(heard.channel, `doc:${name}`);
  assert.deepEqual([heard.data.version, heard.data.merge], [1, { "名前": "😀" }]);
  const refused = await road.ask({ event: "doc:change", name, base: 0, patch: [{ op: "remove", path: "/x" }] });
  assert.deepEqual([refused.event, refused.code, refused.index, refused.version, refused.value], ["error", "conflict", 0, 1, { "名前": "😀" }]);
});

await step("HTTP reads, changes, and refuses", async () => {
  const name = named("http");
  const ann = await arrive();
  await ann.ask("doc:open", { name });
  const url = `${baseUrl}/api/documents/${name}`;
  const cookie = await guestCookie(baseUrl);
  const stream = await listen(baseUrl, `channel=doc:${name}`);
  await stream.hear("joined");
  const patch = (body, headers, type = "application/merge-patch+json") =>
    fetch(url, { method: "PATCH", headers: { "Content-Type": type, Cookie: cookie, ...headers }, body: JSON.stringify(body) });
  const made = await patch({ "名前": "سلمى 😀", list: [] }, { "Idempotency-Key": "k1" });
  assert.equal(made.status, 200);
  assert.deepEqual([(await made.json()).version, made.headers.get("etag")[0]], [1, '"']);
  assert.deepEqual((await ann.hear("doc:changed", { name, version: 1 }))[0].id, "k1");
  assert.equal((await stream.hear("doc:changed", { channel: `doc:${name}` })).data.version, 1);
  stream.close();
  const again = await patch({ "名前": "سلمى 😀", list: [] }, { "Idempotency-Key": "k1" });
  assert.equal((await again.json()).duplicate, true);
  const got = await fetch(url);
  const etag = got.headers.get("etag");
  assert.deepEqual((await got.json()).value, { "名前": "سلمى 😀", list: [] });
  assert.equal(made.headers.get("etag"), etag);
  const same = await fetch(url, { headers: { "If-None-Match": etag } });
  assert.deepEqual([same.status, await same.text()], [304, ""]);
  assert.equal((await fetch(url, { method: "HEAD" })).status, 200);
  const ops = [{ op: "add", path: "/list/-", value: 1 }];
  const second = await patch(ops, { "If-Match": etag }, "application/json-patch+json");
  assert.equal(second.status, 200);
  const late = await patch(ops, { "If-Match": etag }, "application/json-patch+json");
  assert.equal(late.status, 412);
  const problem = await late.json();
  assert.deepEqual([problem.code, problem.version, problem.value.list], ["conflict", 2, [1]], show(problem));
  for (const wrong of ["x", `W/${etag}`, '"1"', `${etag}, ${etag}`]) {
    assert.equal((await patch({}, { "If-Match": wrong })).status, 412, wrong);
  }
  assert.equal((await patch({}, { "If-Match": "*" })).status, 200);
  const invalid = await patch([{ op: "remove", path: "/x" }], {}, "application/json-patch+json");
  assert.deepEqual([invalid.status, (await invalid.json()).index], [422, 0]);
  assert.equal((await patch({}, {}, "application/json")).status, 415);
  assert.equal((await patch({}, {}, "text/plain")).status, 415);
  assert.equal((await fetch(url, { method: "PUT" })).status, 405);
  assert.equal((await fetch(`${baseUrl}/api/documents/a%20b`)).status, 404);
  assert.equal((await fetch(`${baseUrl}/api/documents/`)).status, 404);
  const broken = await fetch(url, { method: "PATCH", headers: { "Content-Type": "application/merge-patch+json" }, body: "{" });
  assert.equal(broken.status, 400);
});

await step("many change one document side by side, and all end with the same value", async () => {
  const name = named("many");
  const guests = [];
  for (let n = 0; n < 5; n++) {
    guests.push(await arrive(n % 2 ? { transports: ["polling"] } : {}));
    await guests[n].ask("doc:open", { name });
  }
  await guests[0].ask("doc:change", { name, id: "0", merge: { list: [], members: {} } });
  const acked = [];
  await Promise.all(
    guests.map(async (one, who) => {
      for (let n = 0; n < 40; n++) {
        const id = `${who}-${n}`;
        const change =
          n % 2 ? { merge: { members: { [`m${n % 7}`]: id } } } : { patch: [{ op: "add", path: "/list/-", value: id }] };
        const answer = await one.ask("doc:change", { name, base: 1, id, ...change });
        assert.equal(answer.error, undefined, show(answer));
        acked.push(id);
      }
    }),
  );
  const last = (await guests[0].ask("doc:open", { name })).value;
  assert.equal(last.list.length, 100);
  assert.equal(new Set(last.list).size, 100);
  for (const one of guests.slice(1)) {
    await one.hear("doc:changed", { name, version: 201 });
    const heard = changes(one, name);
    assert.deepEqual(heard.map((change) => change.version), Array.from({ length: 201 }, (_, n) => n + 1));
    const value = { list: [], members: {} };
    for (const change of heard.slice(1)) {
      if (change.patch) value.list.push(change.patch[0].value);
      else Object.assign(value.members, change.merge.members);
    }
    assert.deepEqual(value, last);
  }
});

console.log("PASSED");
process.exit(0);
