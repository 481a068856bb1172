// Who may do what (dev.herald.it.policy), on every road: by the official client, by the feed, by HTTP and Server-Sent Events.
//
//     node policy.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { assertLogged, baseUrlAndMore, guest, show, step, unique, until } from "./guest.mjs";
import { feed, listen, request, ROADS } from "./roads.mjs";

const [baseUrl] = baseUrlAndMore();
const ACTIONS = ["join", "publish", "history", "presence"];
/** How HTTP says it. */
const STATUS = { "server-error": 500, overloaded: 503 };

let count = 0;
const tokenOf = (who, role = "visitor") => `good.${who}.${role}.600`;
const person = () => `person-${++count}`;
const named = (word) => unique(word).replaceAll(" ", "-");

/** A right is taken away; the connections that are there are asked for anew when `revoke` says so. */
async function takeAway(who, channel, { action = "", revoke = true } = {}) {
  const query = new URLSearchParams({ person: who, channel, action, ...(revoke ? { revoke: "yes" } : {}) });
  assert.equal((await request(baseUrl, `porter?${query}`, { method: "POST" })).status, 200);
}

/** Somebody for whom nothing is closed. */
async function boss() {
  return ROADS["Socket.IO by WebSocket"](baseUrl, tokenOf("the boss", "boss"));
}

function assertRefused(answer, code, message, what) {
  assert.equal(answer.code, code, `${what}: ${show(answer)}`);
  assert.ok(typeof answer.message === "string" && answer.message.length > 0, `${what}: ${show(answer)}`);
  assert.equal(message ?? answer.message, answer.message, what);
  if (answer.status) {
    assert.equal(answer.status, STATUS[code] ?? 403, what);
  }
}

const assertDone = (answer, what) => assert.ok(answer.code === undefined && answer.status === undefined, `${what}: ${show(answer)}`);

/** Does on one road whatever the road has. */
async function all(road, channel, since) {
  const answers = {};
  for (const action of ACTIONS.filter((one) => road[one])) {
    answers[action] = action === "publish" ? await road.publish(channel, "a text") : await road[action](channel);
  }
  if (since) {
    answers.resume = await road.resume(channel, since);
  }
  return answers;
}

for (const [name, open] of Object.entries(ROADS)) {
  const at = (what, body) => step(`${name}: ${what}`, body);
  const since = { epoch: "any", offset: 0 };

  await at("the rules of the configuration refuse those without the role", async () => {
    const channel = named("staff.room");
    for (const token of [null, tokenOf(person())]) {
      const answers = await all(await open(baseUrl, token), channel, since);
      for (const [action, answer] of Object.entries(answers)) {
        assertRefused(answer, "channel-forbidden", undefined, action);
        assert.ok(answer.message.includes(channel), answer.message);
      }
    }
    const clerk = await all(await open(baseUrl, tokenOf(person(), "clerk")), channel, since);
    assertRefused(clerk.publish, "channel-forbidden", `you may not write to channel ${channel}`, "a clerk writes");
    delete clerk.publish;
    Object.entries(clerk).forEach(([action, answer]) => assertDone(answer, action));
    const answers = await all(await open(baseUrl, tokenOf(person(), "boss")), channel, since);
    Object.entries(answers).forEach(([action, answer]) => assertDone(answer, action));
  });

  await at("the application's policy refuses with its own code and sentence, each right by itself", async () => {
    for (const denied of ["JOIN", "PUBLISH", "HISTORY", "PRESENCE"]) {
      const [who, channel] = [person(), named("gate.room")];
      await takeAway(who, channel, { action: denied, revoke: false });
      const answers = await all(await open(baseUrl, tokenOf(who)), channel, since);
      for (const [action, answer] of Object.entries(answers)) {
        if ((action === "resume" ? "JOIN" : action.toUpperCase()) === denied) {
          assertRefused(answer, "taken-away", `名前: ${denied} was taken away from you, Jürgen 😀`, action);
        } else {
          assertDone(answer, `${action} without ${denied}`);
        }
      }
    }
  });

  await at("to write to a person may be refused, too", async () => {
    const [who, to] = [person(), person()];
    await takeAway(who, `user:${to}`, { action: "PUBLISH", revoke: false });
    const road = await open(baseUrl, tokenOf(who));
    assertRefused(await road.tell(to, { msg: "psst" }), "taken-away", undefined, "private");
    assertDone(await road.tell(person(), { msg: "hello" }), "private to another");
  });

  await at("what is closed to everybody stays closed", async () => {
    const road = await open(baseUrl, tokenOf(person(), "boss"));
    for (const channel of ["user:somebody", "closed.room"]) {
      for (const [action, answer] of Object.entries(await all(road, channel, since))) {
        assertRefused(answer, "channel-forbidden", undefined, `${action} ${channel}`);
      }
    }
  });

  await at("a refusal may come late, and is one", async () => {
    const answers = await all(await open(baseUrl, tokenOf(person())), named("late.room"), since);
    for (const [action, answer] of Object.entries(answers)) {
      assertRefused(answer, "too-late", "سلمى has thought about it", action);
    }
  });

  await at("a policy that throws fails the request alone", async () => {
    const road = await open(baseUrl, tokenOf(person()));
    for (const [action, answer] of Object.entries(await all(road, named("broken.room"), since))) {
      assertRefused(answer, "server-error", "the server made a mistake, which is in its log", action);
    }
    assertDone(await road.publish("open", "goes on"), "the next request");
  });

  await at("a right that is taken away takes effect on what is open", async () => {
    const [who, other, channel] = [person(), person(), named("gate.live")];
    const [one, bystander, speaker] = [await open(baseUrl, tokenOf(who)), await open(baseUrl, tokenOf(other)), await boss()];
    assertDone(await one.join(channel), "join");
    assertDone(await bystander.join(channel), "join");
    assertDone(await one.publish(channel, "mine"), "publish");
    await until("the message is there", () => one.said(channel).includes("mine") && bystander.said(channel).includes("mine"));

    await takeAway(who, channel);
    assertRefused(await one.left(channel), "taken-away", "名前: JOIN was taken away from you, Jürgen 😀", "left");
    assertLogged(await speaker.publish(channel, "not for all"));
    await until("the bystander has it", () => bystander.said(channel).includes("not for all"));
    for (const [action, answer] of Object.entries(await all(one, channel, since))) {
      assertRefused(answer, "taken-away", undefined, action);
    }
    assert.deepEqual(one.said(channel), ["mine"]);
    assertDone(await one.publish(named("gate.other"), "elsewhere"), "another channel");
    [one, bystander].forEach((road) => road.close());
  });
}

await step("a policy that does not answer holds up its own requests, and nobody else", async () => {
  const roads = Object.values(ROADS);
  const waiting = await Promise.all(roads.map((open) => open(baseUrl, tokenOf(person()))));
  const answers = waiting.map((road) => road.publish(named("silent.room"), "?"));
  const behind = waiting.slice(0, 3).map((road) => road.publish("open", "after it"));
  let over = 0;
  answers.forEach((answer) => answer.then(() => over++));

  const others = await Promise.all(roads.map((open) => open(baseUrl, tokenOf(person()))));
  const channel = named("gate.busy");
  for (const road of others) {
    Object.entries(await all(road, channel)).forEach(([action, answer]) => assertDone(answer, action));
  }
  assert.equal(over, 0, "the silent ones still wait");
  for (const answer of await Promise.all(answers)) {
    assertRefused(answer, "overloaded", undefined, "silence");
  }
  (await Promise.all(behind)).forEach((answer) => assertDone(answer, "what was behind"));
});

for (const transports of [["polling"], ["websocket"]]) {
  const arrived = async (who, options = {}) => {
    const one = guest(io, baseUrl, { transports, ...options, auth: { token: tokenOf(who), ...options.auth } });
    await one.arrive();
    return one;
  };

  for (const [way, enter] of Object.entries({
    "that it has joined": (one, channel) => one.ask("join", channel),
    "that a bean has put it in": (one, channel) => one.askAll("bring-me", channel),
  })) {
    await step(`${transports}: who may not be in a channel any more ${way} does not recover into it`, async () => {
      const [who, channel, speaker] = [person(), named("gate.away"), await boss()];
      const one = await arrived(who);
      await enter(one, channel);
      assertLogged(await speaker.publish(channel, "before"));
      await one.hearJust("said", "before");
      const { id } = one.socket;
      one.socket.io.engine.close();
      await until("it is cut", () => !one.socket.connected);
      await takeAway(who, channel, { revoke: false });
      assertLogged(await speaker.publish(channel, "missed"));
      await one.arrive();
      assert.equal(one.socket.recovered, false, "recovered");
      assert.notEqual(one.socket.id, id);
      assertLogged(await speaker.publish(channel, "after"));
      assertLogged(await speaker.publish("news", "the end"));
      await until("what comes last", () => one.heardOf("said").some(([data]) => data === "the end"));
      assert.deepEqual(one.heardOf("said").map(([data]) => data), ["before", "the end"]);
      assertRefused((await one.ask("join", channel)).error, "taken-away", undefined, "join");
    });
  }

  await step(`${transports}: a bean puts into a channel whom it likes, until it is taken away`, async () => {
    const [who, channel, speaker] = [person(), named("staff.room"), await boss()];
    const one = await arrived(who);
    assert.equal((await one.ask("join", channel)).error.code, "channel-forbidden");
    await one.askAll("bring-me", channel);
    assertLogged(await speaker.publish(channel, "for guests of ours"));
    await one.hearJust("said", "for guests of ours");
    await takeAway(who, channel);
    await one.hear("left", { channel, code: "taken-away" });
  });

  await step(`${transports}: no device gets what was told its person when it may not read it`, async () => {
    const [who, speaker] = [person(), await boss()];
    (await arrived(who, { auth: { device: "phone" } })).socket.disconnect();
    assertLogged(await speaker.tell(who, { msg: "a secret" }));
    await takeAway(who, `user:${who}`, { action: "JOIN" });
    const phone = await arrived(who, { auth: { device: "phone" } });
    await phone.hear("left", { channel: `user:${who}`, code: "taken-away" });
    assertRefused((await phone.ask("seen", 1)).error, "taken-away", undefined, "seen");
    assertLogged(await speaker.tell(who, { msg: "another one" }));
    assertLogged(await speaker.publish("news", "the end"));
    await until("what comes last", () => phone.heardOf("said").some(([data]) => data === "the end"));
    assert.deepEqual(phone.heardOf("private"), []);
  });
}

await step("devices and news of the feed are refused, too", async () => {
  const [who, speaker] = [person(), await boss()];
  const headers = { Authorization: `Bearer ${tokenOf(who)}` };
  const first = await feed(baseUrl, headers, { query: "?device=phone" });
  await first.hear("joined", { channel: `user:${who}` });
  first.socket.close();
  await takeAway(who, `user:${who}`, { action: "JOIN" });
  await takeAway(who, "news", { action: "JOIN" });
  assertLogged(await speaker.tell(who, { msg: "a secret" }));
  const phone = await feed(baseUrl, headers, { query: "?device=phone" });
  for (const channel of ["news", `user:${who}`]) {
    const left = await phone.hear("left", { channel });
    assertRefused(left, "taken-away", "名前: JOIN was taken away from you, Jürgen 😀", channel);
  }
  assertRefused(await phone.ask({ event: "seen", offset: 1 }), "taken-away", undefined, "seen");
  assertLogged(await speaker.publish("news", "the end"));
  await phone.ask({ event: "said", channel: "open", data: "a message later" });
  assert.deepEqual(phone.heard.filter((m) => m.event === "private" || m.event === "said"), []);
  phone.socket.close();
});

await step("a stream is refused when one of its channels is, and is not resumed", async () => {
  const [who, free, taken] = [person(), named("gate.free"), named("gate.taken")];
  const headers = { Authorization: `Bearer ${tokenOf(who)}` };
  const ear = await listen(baseUrl, `channel=${free}&channel=${taken}`, headers);
  await ear.hear("joined", { channel: taken });
  await takeAway(who, taken);
  assert.deepEqual(await ear.hear("left"), {
    event: "left",
    channel: taken,
    code: "taken-away",
    message: "名前: JOIN was taken away from you, Jürgen 😀",
  });
  ear.close();
  const back = await listen(baseUrl, `channel=${free}&channel=${taken}`, { ...headers, "Last-Event-ID": ear.lastId });
  assert.equal(back.status, 403);
  assert.equal(back.json.code, "taken-away");
  const rest = await listen(baseUrl, `channel=${free}`, { ...headers, "Last-Event-ID": ear.lastId });
  await rest.hear("joined", { channel: free, recovered: true });
  rest.close();
});

console.log("PASSED");
process.exit(0);
