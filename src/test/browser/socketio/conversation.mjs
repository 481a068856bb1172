// Guests talk to each other by the stock Socket.IO client, by each transport.
//
//     node conversation.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { io } from "socket.io-client";
import { assertLogged, baseUrlAndMore, guest, show, step, unique, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();

/** How long a client that was cut off stays away, in milliseconds: long enough for the others to say something meanwhile. */
const ABSENCE = 1_000;
const WAYS = {
  "polling only": ["polling"],
  "WebSocket only": ["websocket"],
  "upgraded from polling": ["polling", "websocket"],
};

for (const [way, transports] of Object.entries(WAYS)) {
  await step(`${way}: each guest has a connection of its own`, async () => {
    const [ann, bob] = await guests(2, transports);

    assert.notEqual(ann.socket.id, bob.socket.id);
    assert.ok(!ann.socket.recovered, "there is nothing to recover yet");
  });

  await step(`${way}: news is acknowledged and reaches everyone, with what the server knows of it`, async () => {
    const [ann, bob] = await guests(2, transports);
    const data = { msg: unique("Hello") };

    const ack = await ann.ask("news", data);
    assertLogged(ack);
    const [received, meta, offset] = await bob.hear("news", data);
    assert.deepEqual(received, data);
    assert.equal(meta.channel, "news");
    assert.equal(meta.offset, ack.offset);
    assert.equal(meta.epoch, ack.epoch);
    assert.match(meta.from, /^guest-/);
    assert.equal(typeof meta.name, "string");
    assert.ok(Date.parse(meta.at) > 0, `at is ${meta.at}`);
    assert.equal(typeof offset, "string", "the last argument is what the client comes back with");
  });

  await step(`${way}: data that cannot be kept is answered, and the next message served, with retries as well`, async () => {
    const [ann] = await guests(1, transports);
    const stubborn = guest(io, baseUrl, { transports, retries: 2, ackTimeout: 10_000 });
    await stubborn.arrive();
    for (const one of [ann, stubborn]) {
      const id = one.socket.id;
      const refused = await one.socket.emitWithAck("news", "an emoji cut in two: \ud83d");
      assert.equal(refused.error?.code, "malformed", show(refused));

      const marks = { $args: [unique("literal"), { $bytes: "AQID" }] };
      assertLogged(await one.socket.emitWithAck("news", marks));
      const [heard] = await ann.hear("news", marks);
      assert.deepEqual(heard, marks, "what looks like Herald's own marks is data");
      assert.equal(one.socket.id, id, "it was not cut off");
    }
  });

  await step(`${way}: what nobody handles is not acknowledged`, async () => {
    const [ann] = await guests(1, transports);

    await assert.rejects(ann.socket.timeout(500).emitWithAck("nobody-handles-this"));
    assert.ok(ann.socket.connected);
  });

  await step(`${way}: what is published in a channel reaches all who joined it, the sender included`, async () => {
    const [ann, bob, eve] = await guests(3, transports);
    for (const guest of [ann, bob]) {
      const joined = await guest.ask("join", { channel: "orders" });
      assert.equal(joined.channel, "orders", show(joined));
    }

    const ack = await ann.ask("placed", { number: 7 }, { channel: "orders" });
    assertLogged(ack);
    for (const guest of [ann, bob]) {
      const [data, meta] = await guest.hear("placed", { number: 7 });
      assert.deepEqual(data, { number: 7 });
      assert.equal(meta.channel, "orders");
      assert.equal(meta.offset, ack.offset);
    }
    await sayNews(ann, eve);
    assert.deepEqual(eve.heardOf("placed"), [], "who has not joined hears nothing");
  });

  await step(`${way}: a private message reaches one person`, async () => {
    const [ann, bob, eve] = await guests(3, transports);
    const annsId = (await sayNews(ann, bob)).from;
    const bobsId = (await sayNews(bob, ann)).from;
    assert.notEqual(annsId, bobsId);
    const msg = unique("for you");

    assertLogged(await ann.ask("private", { to: bobsId, msg }));
    const [, meta] = await bob.hear("private", { msg });
    assert.equal(meta.from, annsId);
    await sayNews(ann, eve);
    const heardBy = (guest) => guest.heardOf("private").filter(([data]) => data.msg === msg); // and not the board's welcome
    assert.deepEqual(heardBy(eve), [], "nobody else hears it");
    assert.deepEqual(heardBy(ann), [], "not even its sender");
  });

  await step(`${way}: what is refused is answered, and the connection lives`, async () => {
    const [ann, bob] = await guests(2, transports);
    const channel = "not a channel's name!";

    for (const request of [
      ["join", { channel }],
      ["placed", { number: 8 }, { channel }],
    ]) {
      const answer = await ann.ask(...request);
      assert.equal(answer.error?.code, "channel-invalid", `${request[0]}: ${show(answer)}`);
      assert.equal(typeof answer.error.message, "string");
    }
    await sayNews(ann, bob);
  });

  await step(`${way}: text arrives as it was sent, however odd or long`, async () => {
    const [ann, bob] = await guests(2, transports);
    await bob.ask("join", { channel: "texts" });

    for (const text of ["é☃😀👩‍🚀", "a line separator \u2028 <b>", "\u001e\n\t\"\\", "x".repeat(900_000)]) {
      const ack = await ann.ask("text", { text }, { channel: "texts" });
      assertLogged(ack);
      const [data] = await bob.hear("text", { text });
      // Not assert.deepEqual, which would print it all.
      assert.ok(isDeepStrictEqual(data, { text }), `not ${show(text)}`);
    }
  });

  await step(`${way}: who was cut off gets what was missed, each once and in order`, async () => {
    const [ann, bob] = await guests(2, transports);
    const story = unique("story");
    const tell = (chapter) => bob.ask("news", { msg: `${story} ${chapter}` });
    const hearChapter = (chapter) => ann.hear("news", { msg: `${story} ${chapter}` });
    await tell(0);
    await hearChapter(0); // has the offset that Ann comes back with
    const id = ann.socket.id;

    ann.socket.io.engine.close();
    await until("Ann is cut off", () => !ann.socket.connected);
    for (const chapter of [1, 2, 3, 4, 5]) {
      assertLogged(await tell(chapter));
    }
    await ann.arrive();
    assert.equal(ann.socket.recovered, true, "recovered");
    assert.equal(ann.socket.id, id, "the id is the same");

    await tell(6);
    await hearChapter(6);
    const chapters = ann
      .heardOf("news")
      .map(([data]) => data.msg)
      .filter((msg) => msg?.startsWith(story));
    assert.deepEqual(
      chapters,
      [0, 1, 2, 3, 4, 5, 6].map((chapter) => `${story} ${chapter}`),
    );
  });
}

console.log("PASSED");

/** Connects so many guests, who leave when the step ends. */
async function guests(count, transports) {
  const arriving = Array.from({ length: count }, () => guest(io, baseUrl, { transports, reconnectionDelay: ABSENCE }));
  await Promise.all(arriving.map((each) => each.arrive()));
  return arriving;
}

/** Says something unheard of to everyone, and waits until a guest has heard it; returns its metadata. */
async function sayNews(speaker, listener) {
  const data = { msg: unique("news") };
  assertLogged(await speaker.ask("news", data));
  const [, meta] = await listener.hear("news", data);
  return meta;
}
