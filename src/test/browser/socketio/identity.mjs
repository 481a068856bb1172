// Who is who in an application with tokens and sessions (dev.herald.it.identity), by the official client and by plain WebSocket.
//
//     node identity.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { guest, pause, show, step, until } from "./guest.mjs";
import { baseUrl, feed, good, post, signIn, visitor } from "./identities.mjs";

await step("handlers know who sends, and its handshake", async () => {
  const one = await visitor({
    query: { room: "名前 ü" },
    auth: { said: "سلمى" },
    extraHeaders: { Cookie: "other=1", "User-Agent": "a test" },
  });
  const who = await one.ask("who");
  assert.match(who.id, /^guest-/);
  assert.deepEqual(
    { ...who, id: "" },
    {
      id: "",
      clerk: false,
      kept: { came: "/socket.io/", greeted: "yes" },
      room: "名前 ü",
      agent: "a test",
      secrets: false,
      address: "127.0.0.1",
      secure: false,
      said: "سلمى",
    },
  );
});

await step("roles refuse in handlers and observers", async () => {
  const somebody = await visitor();
  const clerk = await visitor({ auth: { token: good("ann") } });
  const boss = await visitor({ auth: { token: good("bob", { role: "boss" }) } });
  for (const [one, event, answer] of [
    [somebody, "for-clerks", undefined],
    [somebody, "for-bosses", undefined],
    [clerk, "for-clerks", "for clerks"],
    [clerk, "for-bosses", undefined],
    [clerk, "for-nobody", undefined],
    [boss, "for-clerks", undefined],
    [boss, "for-bosses", "for bosses"],
    [boss, "for-nobody", undefined],
  ]) {
    const given = await one.ask(event);
    assert.equal(typeof given === "string" ? given : given.error?.code, answer ?? "forbidden", `${event}: ${show(given)}`);
  }
});

await step("the container's roles hold, too", async () => {
  const session = await signIn("carl");
  const carl = await visitor({ extraHeaders: { Cookie: session } });
  assert.equal((await carl.ask("who")).id, "carl");
  assert.equal(await carl.ask("for-clerks"), "for clerks");
  assert.equal((await carl.ask("for-bosses")).error.code, "forbidden");
});

await step("the rules of the configuration give channels to roles, whoever has said so", async () => {
  const byContainer = { extraHeaders: { Cookie: await signIn("clara") } };
  const byToken = { auth: { token: good("ann") } };
  const boss = await visitor({ auth: { token: good("bob", { role: "boss" }) } });
  const stranger = await visitor();
  for (const clerk of [await visitor(byContainer), await visitor(byToken)]) {
    assert.equal((await clerk.ask("join", "staff.room")).channel, "staff.room");
    assert.deepEqual((await clerk.ask("said", 1, { channel: "staff.room" })).error, {
      code: "channel-forbidden",
      message: "you may not write to channel staff.room",
    });
    const text = `to all clerks ${Math.random()}`;
    assert.ok((await boss.ask("said", text, { channel: "staff.room" })).offset > 0);
    await clerk.hearJust("said", text);
  }
  assert.equal((await stranger.ask("join", "staff.room")).error.code, "channel-forbidden");
  assert.equal((await stranger.ask("history", "staff.room")).error.code, "channel-forbidden");
  assert.equal((await fetch(`${baseUrl}/api/channels/staff.room/messages`)).status, 403);
  assert.equal((await fetch(`${baseUrl}/api/channels/staff.room/messages`, { headers: byContainer.extraHeaders })).status, 200);
  assert.deepEqual(stranger.heardOf("said"), []);
});

await step("a token counts in auth, in a header and in a subprotocol", async () => {
  const byAuth = await visitor({ auth: { token: good("سلمى") } });
  const byHeader = await visitor({ extraHeaders: { Authorization: `Bearer ${good("ann")}` } });
  const byProtocol = await visitor({ transports: ["websocket"], protocols: ["herald", `bearer.${good("ann")}`] });
  assert.equal(byProtocol.socket.io.engine.transport.ws.protocol, "herald");
  for (const [one, id] of [[byAuth, "سلمى"], [byHeader, "ann"], [byProtocol, "ann"]]) {
    const who = await one.ask("who");
    assert.equal(who.id, id);
    assert.equal(who.kept.tenant, `tenant of ${id}`);
    assert.equal(who.clerk, true);
    assert.equal(who.secrets, false);
  }
  const pageOfFeed = feed("", ["herald", `bearer.${good("ann")}`]);
  assert.deepEqual((await pageOfFeed.hear("connected")).person, { id: "ann", name: "ann 名前" });
  assert.equal(pageOfFeed.socket.protocol, "herald");
  const programOfFeed = feed("", [], { headers: { Authorization: `Bearer ${good("ann")}` } });
  assert.equal((await programOfFeed.hear("connected")).person.id, "ann");
  pageOfFeed.socket.close();
  programOfFeed.socket.close();
});

await step("a token that is not valid is refused, and the client does not hammer", async () => {
  const one = guest(io, baseUrl + "/", { auth: { token: "bad" }, reconnectionDelay: 50, reconnectionDelayMax: 50 });
  await until("an error", () => one.problems.length > 0);
  assert.equal(one.problems[0].message, "unauthorized");
  assert.equal(one.problems[0].data.code, "unauthorized");
  await pause(1_000);
  assert.equal(one.problems.length, 1, show(one.problems));
  assert.equal(one.socket.active, false);

  const other = feed("", ["herald", "bearer.bad"]);
  await until("401", () => other.status === 401, () => show(other));
});

await step("attempts at all entrances can be refused", async () => {
  const one = guest(io, baseUrl + "/", { query: { refuse: "yes" } });
  await until("an error", () => one.problems.length > 0);
  assert.deepEqual([one.problems[0].message, one.problems[0].data], ["you wished it", "名前"]);

  const other = feed("?refuse=yes");
  const error = await other.hear("error");
  assert.deepEqual(error, { event: "error", code: "refused", message: "you wished it", data: "名前" });
  await until("1008", () => other.closed === 1008, () => show(other.closed));
});

await step("when a token expires its connections end within 5 s, and a new one prevents that", async () => {
  const short = () => good("ann", { seconds: 3 });
  const began = Date.now();
  const ends = await visitor({ auth: { token: short() }, reconnectionDelay: 50 });
  const polling = await visitor({ transports: ["polling"], auth: { token: short() }, reconnectionDelay: 50 });
  const goesOn = await visitor({ auth: { token: short() } });
  const ofFeed = feed("", ["herald", `bearer.${short()}`]);
  await ofFeed.hear("connected");
  const feedGoesOn = feed("", ["herald", `bearer.${short()}`]);
  await feedGoesOn.hear("connected");
  const events = await fetch(`${baseUrl}/api/events?channel=room`, { headers: { Authorization: `Bearer ${short()}` } });
  assert.equal(events.status, 200);
  let listened = false;
  events.text().finally(() => (listened = true)).catch(() => {});

  const { until: end } = await goesOn.ask("authenticate", { token: good("ann") });
  assert.ok(Date.parse(end) > Date.now() + 500_000, end);
  assert.equal((await goesOn.ask("authenticate", { token: "bad" })).error.code, "unauthorized");
  assert.equal((await goesOn.ask("authenticate", good("bob"))).error.code, "unauthorized");

  feedGoesOn.socket.send(JSON.stringify({ event: "authenticate", id: "t1", token: good("ann") }));
  const taken = await feedGoesOn.hear("ack");
  assert.equal(taken.id, "t1");
  assert.ok(Date.parse(taken.until) > Date.now() + 500_000, show(taken));

  for (const one of [ends, polling]) {
    await one.hear("error", { code: "unauthorized" });
    await until("the end", () => one.reasons.length === 1);
    assert.deepEqual(one.reasons, ["io server disconnect"]);
  }
  await until("4401", () => ofFeed.closed === 4401, () => show(ofFeed.closed));
  assert.equal(ofFeed.heard.at(-1).code, "unauthorized");
  await until("the end of the events", () => listened);
  assert.ok(Date.now() - began < 3_000 + 5_000, `${Date.now() - began} ms`);
  await pause(1_000);
  for (const one of [ends, polling]) {
    assert.equal(one.socket.connected, false);
    assert.equal(one.reasons.length, 1);
  }
  assert.equal((await goesOn.ask("who")).id, "ann");
  feedGoesOn.socket.send(JSON.stringify({ event: "ping" }));
  await feedGoesOn.hear("pong");
  assert.equal(feedGoesOn.closed, undefined);
  feedGoesOn.socket.close();
});

await step("a logout ends the connections of the session within 5 s, and only those", async () => {
  const session = await signIn("dora");
  const another = await signIn("dora");
  const headers = { Cookie: session };
  const polling = await visitor({ transports: ["polling"], extraHeaders: headers });
  const socket = await visitor({ extraHeaders: headers, reconnectionDelay: 50 });
  const webSocket = await visitor({ transports: ["websocket"], extraHeaders: headers, reconnectionDelay: 50 });
  const ofFeed = feed("", [], { headers });
  const events = await fetch(`${baseUrl}/api/events?channel=room`, { headers });
  assert.equal(events.status, 200);
  let listened = false;
  events.text().finally(() => (listened = true)).catch(() => {});
  const stays = await visitor({ extraHeaders: { Cookie: another } });
  assert.equal((await ofFeed.hear("connected")).person.id, "dora");

  const began = Date.now();
  await post("/door/out", headers);

  for (const one of [polling, socket, webSocket]) {
    await one.hear("error", { code: "unauthorized" });
    await until("the end", () => one.reasons[0] === "io server disconnect", () => show(one.reasons));
  }
  await until("the end of the events", () => listened);
  await until("the end of the feed", () => [4401, 1008].includes(ofFeed.closed), () => show(ofFeed.closed));
  assert.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
  assert.equal((await stays.ask("who")).id, "dora");
  assert.equal(socket.socket.active, false);

  await fetch(`${baseUrl}/door/everywhere?user=dora`, { method: "POST" });
  await stays.hear("error", { code: "unauthorized" });
});

await step("a session that is not used for too long ends what was opened in it", async () => {
  const session = await signIn("fritz");
  const another = await signIn("fritz");
  const headers = { Cookie: session };
  const polling = await visitor({ transports: ["polling"], extraHeaders: headers });
  const socket = await visitor({ extraHeaders: headers });
  const ofFeed = feed("", [], { headers });
  assert.equal((await ofFeed.hear("connected")).person.id, "fritz");
  const stays = await visitor({ extraHeaders: { Cookie: another } });
  await post("/door/short", headers);
  const began = Date.now();

  await until("the end of the feed", () => [4401, 1008].includes(ofFeed.closed), () => show(ofFeed.closed));
  await socket.hear("error", { code: "unauthorized" });
  await until("the end", () => socket.reasons[0] === "io server disconnect", () => show(socket.reasons));
  await polling.hear("error", { code: "unauthorized" });
  assert.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`);
  assert.equal((await stays.ask("who")).id, "fritz");
});

await step("a guest who signs in leaves nothing to the next one at the same browser", async () => {
  const first = feed();
  let given;
  first.socket.on("upgrade", (response) => (given = response.headers["set-cookie"]));
  const me = (await first.hear("connected")).person;
  const cookie = given.find((one) => one.startsWith("herald-guest=")).split(";")[0];
  const tab = await visitor({ extraHeaders: { Cookie: cookie } });
  assert.equal((await tab.ask("who")).id, me.id);

  const session = await signIn("emil");
  const asEmil = feed("", [], { headers: { Cookie: `${cookie}; ${session}` } });
  let afterwards;
  asEmil.socket.on("upgrade", (response) => (afterwards = response.headers["set-cookie"]));
  assert.equal((await asEmil.hear("connected")).person.id, "emil");
  assert.match(show(afterwards), /herald-guest=; Path=\/; Max-Age=0/);
  await tab.hear("error", { code: "unauthorized" });
  await until("4401", () => first.closed === 4401, () => show(first.closed));

  await post("/door/out", { Cookie: session });
  await until("the end of the feed", () => [4401, 1008].includes(asEmil.closed), () => show(asEmil.closed));
  const next = feed();
  const somebodyElse = (await next.hear("connected")).person;
  assert.notEqual(somebodyElse.id, me.id);
  const writer = await visitor();
  await writer.ask("private", { to: me.id, msg: "a secret" });
  await writer.ask("private", { to: somebodyElse.id, msg: "for you" });
  await until("the own message", () => next.heard.some((message) => message.data?.msg === "for you"));
  assert.ok(!show(next.heard).includes("a secret"));
  next.socket.close();
});

console.log("PASSED");
