// The board's events, by the official client: all that docs/board.md says, and the errors.
//
//     node wire.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, show, step, unique, until } from "../socketio/guest.mjs";

const [baseUrl] = baseUrlAndMore();
const secret = () => `${randomUUID()}`;

/** A tab of somebody who has this secret, and maybe a name. */
async function tab(of = secret(), name = null) {
  const cookie = `herald-guest=${of}` + (name === null ? "" : `; herald-name=${encodeURIComponent(name)}`);
  const one = guest(io, baseUrl, { extraHeaders: { cookie }, transports: ["websocket"] });
  await one.arrive();
  one.id = (await one.ask("board:open", {})).self.id;
  return one;
}

async function refused(one, code, event, data) {
  const answer = await one.ask(event, data);
  assert.equal(answer?.error?.code, code, `${event} ${show(data)}: ${show(answer)}`);
  assert.ok(answer.error.message.length > 5, show(answer));
}

const fresh = (word) => `${word}-${randomUUID().slice(0, 8)}`;
const byName = (opened, name) => opened.channels.find((channel) => channel.name === name);

await step("a page begins with who one is, the channels, the talks and the people", async () => {
  const one = await tab(secret(), "Jürgen 😀");
  const opened = await one.ask("board:open", {});
  assert.deepEqual(opened.self, { id: one.id, name: "Jürgen 😀", guest: true });
  const [news] = opened.channels;
  assert.equal(news.name, "news");
  assert.equal(news.unread, 0);
  assert.equal(news.read, news.head);
  assert.deepEqual(opened.talks, []);
  assert.ok(opened.people.some((person) => person.id === one.id && person.state === "here"), show(opened.people));
  assert.equal(opened.count, opened.people.length);
  assert.ok(opened.limits.text >= 1000);
});

await step("a channel is made, found, entered and left, on all tabs of a person", async () => {
  const ann = secret();
  const [one, other, bob] = [await tab(ann), await tab(ann), await tab()];
  const name = fresh("orders");
  const made = await one.ask("board:make", { name, topic: "名前 سلمى" });
  assert.equal(made.topic, "名前 سلمى", show(made));
  assert.equal(made.people, 1);
  assert.equal((await other.hear("board:channel", { name }))[0].topic, "名前 سلمى");
  await refused(bob, "exists", "board:make", { name });
  await refused(bob, "exists", "board:make", { name: "news" });
  for (const wrong of ["", "two words", "user:bob", "ns:x", "private", "x".repeat(129), null]) {
    await refused(bob, "name-invalid", "board:make", { name: wrong });
  }
  await refused(bob, "topic-invalid", "board:make", { name: fresh("x"), topic: "x".repeat(251) });
  await refused(bob, "topic-invalid", "board:make", { name: fresh("x"), topic: "two\nlines" });
  await refused(bob, "invalid", "board:make");

  const found = await bob.ask("board:browse", { query: name.toUpperCase() });
  assert.deepEqual(found, { channels: [{ name, topic: "名前 سلمى", people: 1, member: false }], more: false });
  assert.deepEqual((await bob.ask("board:browse", { query: "no such channel" })).channels, []);
  assert.ok((await bob.ask("board:browse")).channels.length > 0);

  assert.equal((await bob.ask("board:enter", { channel: name })).people, 2);
  await refused(bob, "unknown", "board:enter", { channel: fresh("none") });
  await refused(bob, "channel-forbidden", "board:enter", { channel: "closed.room" });
  assert.ok(byName(await bob.ask("board:open", {}), name));

  assert.equal((await bob.ask("board:topic", { channel: name, topic: "tea" })).topic, "tea");
  await one.ask("join", name);
  await bob.ask("board:topic", { channel: name, topic: "coffee" });
  await one.hear("board:topic", { channel: name, topic: "coffee", by: bob.id });

  assert.equal((await one.ask("board:mute", { channel: name, muted: true })).muted, true);
  await other.hear("board:channel", { name, muted: true });
  assert.deepEqual(await one.ask("board:exit", { channel: name }), { channel: name });
  await other.hear("board:gone", { channel: name });
  await refused(one, "not-a-member", "board:mute", { channel: name, muted: true });
  await refused(one, "not-a-member", "board:topic", { channel: name, topic: "x" });
  await refused(one, "always-there", "board:exit", { channel: "news" });
  assert.equal(byName(await one.ask("board:open", {}), name), undefined);
});

await step("what is unread is counted for each person, until it is read on any tab", async () => {
  const ann = secret();
  const [one, other, bob] = [await tab(ann, "Ann Ö"), await tab(ann, "Ann Ö"), await tab()];
  const name = fresh("tea");
  await bob.ask("board:make", { name });
  await bob.ask("message", { msg: "before Ann came" }, { channel: name });
  assert.equal((await one.ask("board:enter", { channel: name })).unread, 0);
  for (const msg of ["hello", "@ann ö?", '@"ANN Ö" and @anna', "@Ann Öl is somebody else"]) {
    await bob.ask("message", { msg }, { channel: name });
  }
  await one.ask("message", { msg: "my own does not count" }, { channel: name });
  const seen = byName(await one.ask("board:open", {}), name);
  assert.deepEqual([seen.unread, seen.mentions, seen.head, seen.read], [4, 2, 6, 1], show(seen));

  const read = await one.ask("board:read", { channel: name, offset: 3, epoch: seen.epoch });
  assert.deepEqual(read, { channel: name, offset: 3, epoch: seen.epoch, unread: 2, mentions: 1 });
  await other.hear("board:read", { channel: name, offset: 3, unread: 2 });
  assert.equal((await one.ask("board:read", { channel: name, offset: 1, epoch: seen.epoch })).offset, 3);
  await refused(one, "unknown", "board:read", { channel: name, offset: 7, epoch: seen.epoch });
  await refused(one, "unknown", "board:read", { channel: name, offset: 3, epoch: "another" });
  await refused(one, "channel-forbidden", "board:read", { channel: "closed.room", offset: 0, epoch: "x" });
  assert.equal((await one.ask("board:read", { channel: name, offset: 6, epoch: seen.epoch })).unread, 0);
});

await step("private messages to who is away are unread, by partner", async () => {
  const salma = secret();
  const ann = await tab(salma);
  ann.socket.disconnect();
  const [bob, eve] = [await tab(secret(), "Bob"), await tab()];
  const text = unique("to Ann");
  for (const [who, msg] of [[bob, text], [eve, "one"], [bob, "two"]]) {
    await who.ask("private", { to: ann.id, msg });
  }
  const back = await tab(salma);
  const { talks } = await back.ask("board:open", {});
  assert.deepEqual(
    talks.map((talk) => [talk.with.id, talk.unread, talk.head]),
    [[bob.id, 2, 3], [eve.id, 1, 2]],
    show(talks),
  );
  assert.equal(talks[0].with.name, "Bob");
  assert.equal(talks[0].with.state, "here");
  const read = await back.ask("board:read", { with: bob.id, offset: 3, epoch: talks[0].epoch });
  assert.deepEqual(read, { with: bob.id, offset: 3, epoch: talks[0].epoch, unread: 0, mentions: 0 });
  await back.ask("private", { to: eve.id, msg: "answer" });
  const now = (await back.ask("board:open", {})).talks;
  assert.deepEqual(now.map((talk) => [talk.with.id, talk.unread, talk.read]), [[eve.id, 1, 0], [bob.id, 0, 3]], show(now));
  assert.ok(until);
});

console.log("PASSED");
