// A client whose connection keeps a value of the application's (dev.herald.it.identity), while the server is killed and started again.
//
//     node kept.mjs <baseUrl>
//
// Says KEPT when the value is there, and waits for the server's end; when it is back, checks the value, and prints PASSED.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, pause, show, step, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();

await step("what is kept with a connection survives a restart", async () => {
  const one = guest(io, baseUrl + "/", { auth: { token: "good.ann.clerk.600" } });
  await one.arrive();
  const id = one.socket.id;
  await one.ask("keep", "basket", "tea for 名前 😀");
  console.log("KEPT");
  await until("the server is gone", () => one.reasons.length > 0);
  for (let n = 0; n < 1_200 && !one.socket.connected; n++) {
    await pause(100);
  }
  assert.ok(one.socket.connected, show(one.problems.slice(-1)));
  assert.equal(one.socket.recovered, true);
  assert.equal(one.socket.id, id);
  const who = await one.ask("who");
  assert.equal(who.kept.basket, "tea for 名前 😀");
  assert.equal(who.kept.tenant, "tenant of ann");
  assert.equal(who.id, "ann");
});

console.log("PASSED");
