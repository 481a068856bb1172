// Stock clients behind a load balancer that sends none of their requests to the node that has their session.
//
//     node forward.mjs talk <id>=<port> <id>=<port>
//     node forward.mjs "by polling" <id>=<port> <id>=<port>
//     node forward.mjs upgraded <id>=<port> <id>=<port>
//
// The last two print LOSE and the id of the node that has their client's session, and go on when they are sent a line: then that node
// must not live any more. All print PASSED at the end, or say what failed and exit with 1.
import assert from "node:assert/strict";
import { once } from "node:events";
import { io } from "socket.io-client";
import { Balancer } from "./balancer.mjs";
import { guest, step, unique, until } from "./guest.mjs";

const [mode, ...nodes] = process.argv.slice(2);
const balancer = await Balancer.to(nodes.map((node) => ({ id: node.split("=")[0], port: Number(node.split("=")[1]) })));
const WAYS = {
  "by polling": ["polling"],
  upgraded: ["polling", "websocket"],
  "by WebSocket": ["websocket"],
};
const MESSAGES = 1_000;

const arrived = async (transports, options) => {
  const one = guest(io, balancer.url, { transports, ...options });
  await one.arrive();
  return one;
};

async function talk() {
  for (const [way, transports] of Object.entries(WAYS)) {
    await step(`${way}: text comes back as it is`, async () => {
      const ann = await arrived(transports);
      for (const text of ["Jürgen", "名前 سلمى 😀", "\u2028 <b>", "x".repeat(900_000), "é😀".repeat(120_000)]) {
        assert.equal(await ann.ask("echo", text), text);
      }
    });

    await step(`${way}: bytes come back as they are`, async () => {
      const ann = await arrived(transports);
      for (const size of [1, 70_000, 700_000]) {
        const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, i) => i % 256));
        assert.ok(bytes.equals(await ann.ask("echo", bytes)), `${size} bytes`);
      }
    });

    await step(`${way}: ${MESSAGES} messages keep their order both ways`, async () => {
      const ann = await arrived(transports);
      const channel = unique("room").replaceAll(" ", "-");
      await ann.ask("join", channel);
      const answers = [];
      for (let n = 0; n < MESSAGES; n++) {
        ann.socket.emit("said", n, { channel }, ({ offset }) => answers.push(offset));
      }
      await until("all are acknowledged", () => answers.length === MESSAGES, () => `; ${answers.length} are; disconnected: ${ann.reasons}`);
      await until("all are heard", () => ann.heardOf("said").length === MESSAGES, () => `; ${ann.heardOf("said").length} are`);
      assert.deepEqual(answers, [...answers.keys()].map((n) => n + 1));
      assert.deepEqual(ann.heardOf("said").map(([n]) => n), [...answers.keys()]);
      assert.deepEqual(ann.reasons, []);
    });
  }

  await step("what the first request said stays", async () => {
    const ann = await arrived(["polling"], { extraHeaders: { "x-mark": "first" } });
    assert.equal(await ann.ask("whence"), "first");
  });

  await step("one that ends its connection is gone for the others at once", async () => {
    const [ann, bob] = [await arrived(["polling"]), await arrived(["polling"])];
    bob.socket.disconnect();
    assert.equal(await ann.ask("echo", "still here"), "still here");
  });

  assert.ok(balancer.misled.requests > 50, `${balancer.misled.requests} requests went to the wrong node`);
  assert.ok(balancer.misled.upgrades >= 3, `${balancer.misled.upgrades} upgrades went to the wrong node`);
}

async function lose(transports) {
  const ann = await arrived(transports);
  const node = ann.socket.io.engine.id.slice(27);
  console.log(`LOSE ${node}`);
  await once(process.stdin, "data");
  balancer.lose(node);
  await until("the loss is noticed", () => ann.reasons.length > 0);
  await ann.arrive();
  assert.equal(await ann.ask("echo", "here again"), "here again");
}

await (mode === "talk" ? talk() : lose(WAYS[mode]));
console.log("PASSED");
process.exit(0);
