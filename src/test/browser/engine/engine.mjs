// The official Engine.IO client against an echo server on Herald's engine.
//
//     node engine.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { Socket } from "engine.io-client";

const [baseUrl] = process.argv.slice(2);
assert.ok(baseUrl, "usage: node engine.mjs <baseUrl>");
const PATIENCE = 30_000;
const WAYS = {
  "polling only": { transports: ["polling"] },
  "WebSocket only": { transports: ["websocket"] },
  "upgraded from polling": { transports: ["polling", "websocket"] },
};

const watchdog = setTimeout(() => fail("nothing happens any more"), 4 * PATIENCE);

for (const [way, options] of Object.entries(WAYS)) {
  await step(`${way}: text comes back as it is`, async () => {
    const client = await connect(options);
    for (const text of ["hello", "é☃😀", "x".repeat(900_000), "\u2028 <b>"]) {
      client.socket.send(text);
      assert.equal(await client.next(), text);
    }
    client.socket.close();
  });

  await step(`${way}: bytes come back as they are`, async () => {
    const client = await connect(options);
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256);
    client.socket.send(bytes);
    assert.deepEqual(new Uint8Array(await client.next()), bytes);
    client.socket.close();
  });

  await step(`${way}: 2,000 messages keep their order both ways`, async () => {
    const client = await connect(options);
    for (let n = 0; n < 2_000; n++) {
      client.socket.send(`m${n}`);
    }
    for (let n = 0; n < 2_000; n++) {
      assert.equal(await client.next(), `m${n}`);
    }
    client.socket.close();
  });

  await step(`${way}: the heartbeat keeps a silent connection`, async () => {
    const client = await connect(options);
    await until(client, "heartbeat", 4);
    client.socket.send("still here");
    assert.equal(await client.next(), "still here");
    client.socket.close();
  });

  await step(`${way}: the server can end it`, async () => {
    const client = await connect(options);
    client.socket.send("close");
    assert.equal(await client.next(), "closing");
    await until(client, "close", 1);
  });

  await step(`${way}: the server notices when the client ends it`, async () => {
    const client = await connect(options);
    client.socket.send("who");
    const id = await client.next();
    client.socket.close();
    const watcher = await connect(WAYS["WebSocket only"]);
    do {
      watcher.socket.send(`gone? ${id}`);
    } while ((await watcher.next()) === "no");
    watcher.socket.close();
  });
}

await step("upgraded: nothing is lost or doubled while messages flow", async () => {
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const client = await connect(WAYS["upgraded from polling"], { waitForUpgrade: false });
      client.socket.send("flood 500");
      for (let n = 0; n < 100; n++) {
        client.socket.send(`m${n}`);
      }
      const flood = [];
      const echoes = [];
      while (flood.length < 500 || echoes.length < 100) {
        const message = await client.next();
        (message.startsWith("f") ? flood : echoes).push(message);
      }
      assert.deepEqual(flood, Array.from({ length: 500 }, (_, n) => `f${n}`));
      assert.deepEqual(echoes, Array.from({ length: 100 }, (_, n) => `m${n}`));
      client.socket.close();
    }),
  );
});

clearTimeout(watchdog);
console.log("PASSED");

/** Opens a connection and gathers what it hears. */
async function connect(options, { waitForUpgrade = true } = {}) {
  const socket = new Socket(baseUrl, { ...options, path: "/engine.io/" });
  socket.binaryType = "arraybuffer";
  const client = { socket, heard: [], waiting: [], counts: {} };
  client.next = () =>
    client.heard.length > 0 ? client.heard.shift() : new Promise((resolve) => client.waiting.push(resolve));
  socket.on("message", (data) => {
    const waiting = client.waiting.shift();
    waiting ? waiting(data) : client.heard.push(data);
  });
  for (const event of ["open", "upgrade", "heartbeat", "close"]) {
    socket.on(event, () => (client.counts[event] = (client.counts[event] ?? 0) + 1));
  }
  await until(client, "open", 1);
  if (waitForUpgrade && options.transports.length > 1) {
    await until(client, "upgrade", 1);
  }
  return client;
}

/** Waits until an event has come so many times. */
async function until(client, event, times) {
  while ((client.counts[event] ?? 0) < times) {
    await new Promise((resolve) => client.socket.once(event, resolve));
  }
}

async function step(what, body) {
  try {
    await body();
    console.log(`ok  ${what}`);
  } catch (e) {
    fail(`${what}: ${e.stack}`);
  }
}

function fail(why) {
  console.log(`FAILED  ${why}`);
  process.exit(1);
}
