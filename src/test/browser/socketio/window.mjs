// What the settings of dev.herald.SocketIoWindowIT change: one transport only, and little patience with who is away.
//
//     node window.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, step, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();

await step("polling is not offered", async () => {
  const answer = await fetch(`${baseUrl}/socket.io/?EIO=4&transport=polling`);
  assert.equal(answer.status, 400);
  assert.deepEqual(await answer.json(), { code: 0, message: "Transport unknown" });
});

await step("who comes back within the window recovers, and who comes later does not", async () => {
  for (const [absence, recovered] of [
    [100, true],
    [4_000, false],
  ]) {
    const [ann] = await arrived(absence);
    const { id } = ann.socket;
    await cut(ann);
    await ann.arrive();
    assert.equal(ann.socket.recovered ?? false, recovered, `after ${absence} ms`);
    assert.equal(ann.socket.id === id, recovered);
  }
});

await step("no more clients that are away are remembered than may be, the latest", async () => {
  const [ann, bob] = await arrived(500, 500);
  await cut(ann);
  await cut(bob);
  await Promise.all([ann.arrive(), bob.arrive()]);
  assert.ok(!ann.socket.recovered);
  assert.ok(bob.socket.recovered);
});

console.log("PASSED");

async function arrived(...absences) {
  const all = absences.map((absence) =>
    guest(io, baseUrl, { transports: ["websocket"], reconnectionDelay: absence, reconnectionDelayMax: absence }),
  );
  await Promise.all(all.map((one) => one.arrive()));
  return all;
}

async function cut({ socket }) {
  socket.io.engine.close();
  await until("is cut off", () => !socket.connected);
  // The server, too, knows of the one before it hears of the next.
  await new Promise((resolve) => setTimeout(resolve, 50));
}
