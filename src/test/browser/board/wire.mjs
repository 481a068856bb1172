// The board's events, by the official client: all that docs/board.md says, and the errors.
//
//     node wire.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, show, step, unique } from "../socketio/guest.mjs";

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
});

await step("names that look like another one's are refused", async () => {
  const [one, bob] = [await tab(secret(), "Guest One"), await tab(secret(), "Бob")];
  const name = `Jürgen ${randomUUID().slice(0, 8)} 名前 سلمى`;
  assert.deepEqual(await one.ask("board:rename", { name: ` ${name} ` }), { name });
  assert.deepEqual(await one.ask("board:rename", { name }), { name });
  for (const like of ["Herald", "HERALD", "Неrаld", "HeraId", "Ｈｅｒａｌｄ", "Her\u200bald", name.toUpperCase(), name.replace("e", "е"), name.normalize("NFD")]) {
    await refused(bob, "name-taken", "board:rename", { name: like });
  }
  await refused(one, "name-taken", "board:rename", { name: "Boб".replace("б", "b").replace("B", "Б") });
  for (const wrong of ["", "  ", "x".repeat(65), "a\nb", "\u200b", null]) {
    await refused(bob, "name-invalid", "board:rename", { name: wrong });
  }
});

await step("names are completed, in a channel and everywhere", async () => {
  const word = randomUUID().slice(0, 8);
  const [one, other] = [await tab(secret(), `Ärger ${word}`), await tab(secret(), `ärger ${word} two`)];
  const all = await other.ask("board:names", { prefix: `ÄRGER ${word}` });
  assert.deepEqual(all.people.map((person) => person.id), [one.id, other.id], show(all));
  const name = fresh("room");
  await one.ask("join", name);
  const there = await other.ask("board:names", { prefix: "Ä", channel: name });
  assert.deepEqual(there.people.map((person) => person.id), [one.id], show(there));
  await refused(one, "channel-forbidden", "board:names", { prefix: "", channel: "closed.room" });
});

await step("a person is away when nobody looks at any tab", async () => {
  const ann = secret();
  const [one, other, bob] = [await tab(ann), await tab(ann), await tab()];
  await bob.ask("join", "people");
  await one.ask("board:away", { away: true });
  const state = async () => (await bob.ask("board:open", {})).people.find((person) => person.id === one.id)?.state;
  assert.equal(await state(), "here");
  await other.ask("board:away", { away: true });
  await bob.hear("state", { id: one.id, state: "away" });
  assert.equal(await state(), "away");
  await one.ask("board:away", { away: false });
  await bob.hear("state", { id: one.id, state: "here" });
  bob.forget();
  one.socket.disconnect();
  await bob.hear("state", { id: one.id, state: "away" });
});

await step("others hear that somebody types, not more than once a second", async () => {
  const [one, bob] = [await tab(secret(), "One"), await tab()];
  const name = fresh("typing");
  await bob.ask("join", name);
  for (let n = 0; n < 5; n++) {
    await one.ask("board:typing", { channel: name });
  }
  await bob.hear("board:typing", { channel: name, id: one.id, name: "One" });
  await one.ask("board:typing", { to: bob.id });
  await bob.hear("board:typing", { from: one.id, id: one.id, name: "One" });
  assert.equal(bob.heardOf("board:typing").length, 2);
  await refused(one, "channel-forbidden", "board:typing", { channel: "still.room" });
});

await step("messages are edited, deleted and reacted to, and the past shows it", async () => {
  const [one, bob] = [await tab(secret(), "One"), await tab(secret(), "Bob")];
  const channel = fresh("edits");
  await one.ask("board:make", { name: channel });
  await bob.ask("join", channel);
  await one.ask("join", channel);
  const said = [];
  for (const msg of ["first", "second", "third"]) {
    said.push(await one.ask("message", { msg }, { channel }));
  }
  const at = (n) => ({ channel, offset: said[n].offset, epoch: said[n].epoch });
  assert.ok((await one.ask("board:edit", { ...at(0), msg: "first 😀" })).offset > 3);
  const [edit, meta] = await bob.hear("edit", { of: 1, msg: "first 😀", by: one.id });
  assert.equal(meta.from, undefined, show([edit, meta]));
  await one.ask("board:delete", at(1));
  await bob.hear("delete", { of: 2, by: one.id });
  await bob.ask("board:react", { ...at(2), emoji: "👍", on: true });
  await one.hear("react", { of: 3, emoji: "👍", on: true, by: bob.id });
  assert.deepEqual(await bob.ask("board:react", { ...at(2), emoji: "👍", on: true }), { unchanged: true });
  await refused(bob, "not-yours", "board:edit", { ...at(0), msg: "mine" });
  await refused(bob, "not-yours", "board:delete", at(0));
  await refused(one, "unknown", "board:edit", { ...at(1), msg: "deleted" });
  await refused(one, "unknown", "board:edit", { channel, offset: 99, epoch: said[0].epoch, msg: "x" });
  await refused(one, "unknown", "board:edit", { channel, offset: 1, epoch: "x".repeat(99), msg: "x" });
  await refused(one, "unknown", "board:delete", { channel, offset: -1 });
  await refused(one, "unknown", "board:react", { channel, offset: 4, epoch: said[0].epoch, emoji: "👍", on: true });
  await refused(one, "msg-invalid", "board:edit", { ...at(0), msg: " " });
  await refused(one, "msg-invalid", "board:edit", { ...at(0), msg: "x".repeat(10_001) });
  await refused(one, "emoji-invalid", "board:react", { ...at(0), emoji: "abc", on: true });
  await refused(one, "channel-forbidden", "board:edit", { channel: "still.room", offset: 1, epoch: "x", msg: "x" });

  // What clients send by themselves is not believed.
  await bob.ask("edit", { of: 1, msg: "forged", by: one.id }, { channel });
  await bob.ask("delete", { of: 1, by: one.id }, { channel });

  const past = await bob.ask("board:history", { channel });
  assert.deepEqual(
    past.messages.map(({ offset, msg, deleted, reactions, from }) => ({ offset, msg, deleted, reactions, from })),
    [
      { offset: 3, msg: "third", deleted: undefined, reactions: { "👍": [bob.id] }, from: one.id },
      { offset: 2, msg: undefined, deleted: true, reactions: undefined, from: one.id },
      { offset: 1, msg: "first 😀", deleted: undefined, reactions: undefined, from: one.id },
    ],
    show(past),
  );
  assert.ok(past.messages[2].edited);
  assert.deepEqual(past.more, { before: false, after: false });
  await bob.ask("board:react", { ...at(2), emoji: "👍", on: false });
  const before = await bob.ask("board:history", { channel, before: 3, limit: 1 });
  assert.deepEqual([before.messages.map((m) => m.offset), before.more, before.next], [[2], { before: true, after: true }, 2]);
  const around = await bob.ask("board:history", { channel, around: 2, limit: 2 });
  assert.deepEqual([around.messages.map((m) => [m.offset, m.reactions]), around.more], [[[3, undefined], [2, undefined]], { before: true, after: true }]);
  await refused(bob, "history-invalid", "board:history", { channel, limit: 201 });
  await refused(bob, "history-invalid", "board:history", { channel, before: 0 });
  await refused(bob, "channel-forbidden", "board:history", { channel: "closed.room" });
  await refused(bob, "name-invalid", "board:history", { channel: `user:${one.id}` });
});

await step("private messages are edited, deleted and reacted to in both copies", async () => {
  const [one, bob, eve] = [await tab(secret(), "One"), await tab(secret(), "Bob"), await tab()];
  for (const [to, msg] of [[eve, "not here"], [bob, "same"], [bob, "same"], [bob, "same"]]) {
    await one.ask("private", { to: to.id, msg });
  }
  const mine = await one.ask("board:history", { with: bob.id });
  const his = await bob.ask("board:history", { with: one.id });
  assert.deepEqual([mine.messages.length, his.messages.length], [3, 3], show([mine, his]));
  const second = { with: bob.id, offset: mine.messages[1].offset, epoch: mine.epoch };
  await one.ask("board:edit", { ...second, msg: "the second" });
  await bob.hear("edit", { msg: "the second", by: one.id, with: one.id });
  await one.hear("edit", { msg: "the second", by: one.id, with: bob.id });
  await bob.ask("board:react", { with: one.id, offset: his.messages[0].offset, epoch: his.epoch, emoji: "🎉", on: true });
  await refused(bob, "not-yours", "board:delete", { with: one.id, offset: his.messages[0].offset, epoch: his.epoch });
  await one.ask("board:delete", { ...second, offset: mine.messages[2].offset });
  const shown = ({ messages }) => messages.map((m) => m.msg ?? (m.deleted ? "deleted" : "?")).concat(messages.map((m) => Object.keys(m.reactions ?? {}).join()));
  const expected = ["same", "the second", "deleted", "🎉", "", ""];
  assert.deepEqual(shown(await one.ask("board:history", { with: bob.id })), expected);
  assert.deepEqual(shown(await bob.ask("board:history", { with: one.id })), expected);
  await refused(eve, "unknown", "board:edit", { ...second, msg: "x" });
});

await step("messages are searched, as they are now, where one may read", async () => {
  const [one, bob, eve] = [await tab(secret(), "One"), await tab(secret(), "Bob"), await tab()];
  const channel = fresh("search");
  const word = `x${randomUUID().slice(0, 8)}`;
  await one.ask("board:make", { name: channel });
  const said = [];
  for (const msg of [`old ${word}`, `Tea with ${word.toUpperCase()} and 名前`, `secret ${word}`, "nothing", `<script>${word}</script> 100%_\\'"`]) {
    said.push(await one.ask("message", { msg }, { channel }));
  }
  const at = (n) => ({ channel, offset: said[n].offset, epoch: said[n].epoch });
  await one.ask("board:edit", { ...at(0), msg: "changed" });
  await one.ask("board:edit", { ...at(3), msg: `new ${word} 😀` });
  await one.ask("board:delete", at(2));
  await one.ask("private", { to: bob.id, msg: `for Bob ${word}` });
  // What clients send under the board's own names is no message.
  await bob.ask("edit", { of: 1, msg: word }, { channel });

  const inChannel = await eve.ask("board:search", { text: word, channel });
  assert.deepEqual(inChannel.hits.map((hit) => hit.offset), [5, 4, 2], show(inChannel));
  const [script, edited, tea] = inChannel.hits;
  assert.equal(script.snippet, `<script>${word}</script> 100%_\\'"`);
  assert.deepEqual(tea.marks, [[9, 9 + word.length]]);
  assert.deepEqual([tea.channel, tea.epoch, tea.from, tea.name], [channel, said[1].epoch, one.id, "One"]);
  assert.ok(edited.edited, show(edited));
  assert.ok(inChannel.looked >= 5 && !inChannel.more, show(inChannel));
  const older = await eve.ask("board:search", { text: word, channel, before: 4 });
  assert.deepEqual(older.hits.map((hit) => hit.offset), [2], show(older));
  const found = async (text) => (await eve.ask("board:search", { text, channel })).hits.map((hit) => hit.offset);
  assert.deepEqual(await found(`名 ${word}`), [2]);
  assert.deepEqual(await found("😀"), [4]);
  for (const literal of ["%", "_", "\\", "'", '"', "100%_"]) {
    assert.deepEqual(await found(literal), [5], literal);
  }

  // In all: what one is in, and what was said to oneself.
  const all = async (who) => (await who.ask("board:search", { text: word })).hits.map((hit) => hit.with ?? hit.channel);
  assert.deepEqual(await all(one), [bob.id, channel, channel, channel]);
  assert.deepEqual(await all(bob), [one.id]);
  assert.deepEqual(await all(eve), []);
  assert.equal((await bob.ask("board:search", { text: word, with: one.id })).hits.length, 1);
  assert.equal((await eve.ask("board:search", { text: word, with: one.id })).hits.length, 0);

  await refused(eve, "channel-forbidden", "board:search", { text: word, channel: "closed.room" });
  await refused(eve, "name-invalid", "board:search", { text: word, channel: `user:${bob.id}` });
  await refused(eve, "before-invalid", "board:search", { text: word, channel, before: 0 });
  await refused(eve, "before-invalid", "board:search", { text: word, before: 9 });
  for (const text of ["", "  ", null, "x".repeat(10_000)]) {
    await refused(eve, "text-invalid", "board:search", { text });
  }
});

await step("a search of many messages is told in pages, and says how far it looked", async () => {
  const one = await tab();
  const channel = fresh("pages");
  await Promise.all(Array.from({ length: 120 }, (_, n) => one.ask("message", { msg: `word ${n}` }, { channel })));
  const offsets = [];
  let before;
  for (let more = true; more; ) {
    const page = await one.ask("board:search", { text: "word", channel, before });
    assert.ok(page.hits.length <= 50, show(page));
    offsets.push(...page.hits.map((hit) => hit.offset));
    [before, more] = [page.next, page.more];
  }
  assert.deepEqual(offsets, Array.from({ length: 120 }, (_, n) => 120 - n));
});

console.log("PASSED");
