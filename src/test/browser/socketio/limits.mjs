// How much a client may send, and which clients may not at all.
//
//     node limits.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import { io } from "socket.io-client";
import { assertLogged, baseUrlAndMore, guest, step, unique, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();
const require = createRequire(import.meta.url);
const MAX_PAYLOAD = 1_000_000;
const OLDER = ["socket.io-client-4.0", "socket.io-client-3"];

for (const transport of ["polling", "websocket"]) {
  await step(`${transport}: a megabyte passes, as text and as bytes`, async () => {
    const [ann, bob] = await guests(transport);
    const channel = unique("large").replaceAll(" ", "-");
    await bob.ask("join", channel);
    for (const large of ["x".repeat(999_000), "é".repeat(499_500), Buffer.alloc(transport === "polling" ? 740_000 : 999_000, 7)]) {
      assertLogged(await ann.ask("large", large, { channel }));
      const [heard] = await until("it is heard", () => bob.heardOf("large").pop());
      assert.ok(isDeepStrictEqual(heard, large), "it is what was sent");
      bob.forget();
    }
  });

  await step(`${transport}: more than that costs its sender the connection, and nobody else anything`, async () => {
    const [ann, bob] = await guests(transport);
    let details;
    ann.socket.on("disconnect", (reason, more) => (details = more));
    ann.socket.emit("news", { msg: "x".repeat(MAX_PAYLOAD + 1) });
    await until("the sender is put out", () => ann.reasons.length > 0);
    if (transport === "websocket") {
      assert.equal(details.context.code ?? details.context._closeCode, 1009, JSON.stringify(Object.keys(details.context)));
    } else {
      assert.equal(details.description ?? details.context?.status, 413);
    }
    const data = { msg: unique("unharmed") };
    assertLogged(await bob.ask("news", data));
    await bob.hear("news", data);
    assert.deepEqual(bob.reasons, []);
    await ann.arrive();
    assertLogged(await ann.ask("news", { msg: "back" }));
    assert.ok(bob.heardOf("news").every(([{ msg }]) => msg === undefined || msg.length < 1_000));
  });
}

for (const client of OLDER) {
  await step(`${client} talks to the newest`, async () => {
    const [newest] = await guests("websocket");
    const older = guest(require(client).io, baseUrl);
    await older.arrive();
    for (const [speaker, listener] of [
      [older, newest],
      [newest, older],
    ]) {
      const data = { msg: unique("é☃😀") };
      const ack = await speaker.ask("news", data);
      assertLogged(ack);
      const [heard, meta] = await listener.hear("news", data);
      assert.deepEqual(heard, data);
      assert.equal(meta.offset, ack.offset);
      const msg = unique("for you");
      const to = meta.from;
      assertLogged(await listener.ask("private", { to, msg }));
      await speaker.hear("private", { msg });
      assert.deepEqual(listener.heardOf("private").filter(([each]) => each.msg === msg), []);
    }
  });
}

await step("a client of version 2 is refused", async () => {
  for (const transports of [["polling"], ["websocket"]]) {
    const socket = require("socket.io-client-2")(baseUrl, { transports, forceNew: true, reconnection: false });
    const problem = await new Promise((resolve, reject) => {
      socket.on("connect", () => reject(new Error("it is connected")));
      socket.on("connect_error", resolve);
    });
    assert.ok(transports[0] === "websocket" || problem.description === 400, `${problem} ${problem.description}`);
    socket.close();
  }
  const answer = await fetch(`${baseUrl}/socket.io/?EIO=3&transport=polling`);
  assert.equal(answer.status, 400);
  assert.deepEqual(await answer.json(), { code: 5, message: "Unsupported protocol version" });
});

console.log("PASSED");

async function guests(transport) {
  const two = [guest(io, baseUrl, { transports: [transport] }), guest(io, baseUrl, { transports: [transport] })];
  await Promise.all(two.map((each) => each.arrive()));
  return two;
}
