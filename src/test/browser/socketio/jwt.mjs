// Who is who by MicroProfile JWT (dev.herald.it.jwt): the container checks the header, the application's Authenticator all else.
//
//     node jwt.mjs <baseUrl> <token of a clerk Jürgen> <token of a boss> <one that ends soon> <one of another issuer's key> <one that has ended>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, show, step, until } from "./guest.mjs";
import { feed, request } from "./roads.mjs";

const [baseUrl, clerk, boss, soonOver, forged, over] = baseUrlAndMore();
const bearer = (token) => ({ Authorization: `Bearer ${token}` });
const transportsOf = { polling: ["polling"], websocket: ["websocket"], upgraded: ["polling", "websocket"] };

async function visitor(options) {
  const one = guest(io, baseUrl, options);
  await one.arrive();
  return one;
}

for (const [name, transports] of Object.entries(transportsOf)) {
  await step(`${name}: whom the container knows by a token in the header`, async () => {
    const one = await visitor({ transports, extraHeaders: bearer(clerk) });
    assert.deepEqual(await one.ask("who-am-i"), { id: "Jürgen", clerk: true, boss: false, caller: "Jürgen", callerIsClerk: true });
    assert.equal(await one.ask("only-clerks"), "for clerks");
    const other = await visitor({ transports, extraHeaders: bearer(boss) });
    assert.equal((await other.ask("only-clerks")).error.code, "forbidden");
  });

  await step(`${name}: whom the application knows by auth.token, as pages give it`, async () => {
    const one = await visitor({ transports, auth: { token: clerk } });
    assert.deepEqual(await one.ask("who-am-i"), { id: "Jürgen", clerk: true, boss: false, caller: "", callerIsClerk: false });
    assert.equal(await one.ask("only-clerks"), "for clerks");
  });

  await step(`${name}: tokens that are not valid let nobody in`, async () => {
    for (const token of [forged, over]) {
      const byHeader = guest(io, baseUrl, { transports, extraHeaders: bearer(token) });
      await until("a refusal", () => byHeader.problems.some(({ description }) => description.includes("401")), () => show(byHeader.problems));
      const byAuth = guest(io, baseUrl, { transports, auth: { token } });
      await until("a refusal", () => byAuth.problems.some(({ message }) => message === "unauthorized"), () => show(byAuth.problems));
      assert.equal(byHeader.socket.connected || byAuth.socket.connected, false);
    }
  });
}

await step("the feed and HTTP", async () => {
  const one = await feed(baseUrl, bearer(clerk));
  assert.equal((await one.hear("connected")).person.id, "Jürgen");
  one.socket.close();
  for (const token of [forged, over]) {
    const refused = await feed(baseUrl, bearer(token));
    assert.equal(refused.status, 401);
    assert.equal((await request(baseUrl, "api/presence/news", { headers: bearer(token) })).status, 401);
  }
  assert.equal((await request(baseUrl, "api/presence/news", { headers: bearer(clerk) })).status, 200);
});

await step("connections end with the container's token", async () => {
  const until4401 = await feed(baseUrl, bearer(soonOver));
  const guests = [];
  for (const transports of Object.values(transportsOf)) {
    guests.push(await visitor({ transports, extraHeaders: bearer(soonOver) }));
    guests.push(await visitor({ transports, auth: { token: soonOver } }));
  }
  for (const one of guests) {
    await one.hear("error", { code: "unauthorized" });
    await until("the end", () => one.reasons[0] === "io server disconnect", () => show(one.reasons));
  }
  await until4401.hear("error", { code: "unauthorized" });
});

console.log("PASSED");
process.exit(0);
