// The events of an application of its own (dev.herald.it.shop), by the official clients of several versions, by each transport.
//
//     node shop.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { assertLogged, baseUrlAndMore, guest, show, step, unique, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();
const require = createRequire(import.meta.url);

const UPGRADED = ["polling", "websocket"];
const WAYS = [
  ["4.8.4 by polling", "socket.io-client", ["polling"]],
  ["4.8.4 by WebSocket", "socket.io-client", ["websocket"]],
  ["4.8.4 upgraded", "socket.io-client", UPGRADED],
  ["4.0.2 upgraded", "socket.io-client-4.0", UPGRADED],
  ["3.1.3 by polling", "socket.io-client-3", ["polling"]],
  ["3.1.3 upgraded", "socket.io-client-3", UPGRADED],
];
const CUSTOMER = { auth: { token: "customer-7" } };

for (const [way, client, transports] of WAYS) {
  const { io } = require(client);
  const { version } = require(`${client}/package.json`);
  assert.ok(way.startsWith(version), `${client} is ${version}`);

  const visitor = (namespace = "/", options = {}) => guest(io, baseUrl + namespace, { transports, ...options });
  const visitors = async (count, namespace, options) => {
    const all = Array.from({ length: count }, () => visitor(namespace, options));
    await Promise.all(all.map((each) => each.arrive()));
    return all;
  };
  const customers = (count) => visitors(count, "/shop", CUSTOMER);

  await step(`${way}: arguments of all kinds go there and back`, async () => {
    for (const [one] of [await visitors(1), await customers(1)]) {
      const all = ["é☃😀\u2028", 1, -2.5e-7, 9007199254740991, true, null, ["", [[]]], { a: { b: [1, "2"] } }];
      assert.deepEqual(await one.askAll("echo", ...all), all);
      const echoed = await one.hearJust("echoed", all[0]);
      assert.deepEqual(echoed.slice(0, all.length), all);
      assert.deepEqual(await one.askAll("echo"), [], "no arguments");
      assert.deepEqual(await one.askAll("echo", []), [[]]);
      assert.deepEqual(await one.askAll("echo", [1, 2], null), [[1, 2], null]);
    }
  });

  await step(`${way}: namespaces by a pattern are apart from each other`, async () => {
    const [ann, bob] = await visitors(2, "/tenant-1");
    const [carl] = await visitors(1, "/tenant-名前");
    assert.deepEqual(await ann.askAll("order", "tea 😀"), []);
    assert.deepEqual(await carl.askAll("order", "coffee"), []);
    assert.deepEqual((await until("Bob hears of it", () => bob.heardOf("ordered")[0]))[0], "tea 😀");
    assert.deepEqual((await until("Carl hears of his own", () => carl.heardOf("ordered")[0]))[0], "coffee");
    assert.equal(bob.heardOf("ordered").length, 1);
    const stranger = visitor("/tenant");
    await until("who does not fit is refused", () => stranger.problems[0]);
    assert.match(JSON.stringify(stranger.problems[0]), /Invalid namespace/);
    stranger.socket.disconnect();
  });

  await step(`${way}: bytes go there and back, at any depth`, async () => {
    for (const [one] of [await visitors(1), await customers(1)]) {
      const bytes = (...all) => Buffer.from(all);
      const all = [bytes(1, 2, 255), "between", { deep: [{ er: bytes(0) }, bytes()] }, bytes(9).buffer.slice(0, 1)];
      const answer = await one.askAll("echo", ...all);
      assertBytes(answer[0], [1, 2, 255]);
      assert.equal(answer[1], "between");
      assertBytes(answer[2].deep[0].er, [0]);
      assertBytes(answer[2].deep[1], []);
      assert.equal(answer[3].byteLength, 1);
      const [first] = await until("the bytes are heard", () => one.heardOf("echoed")[0]);
      assertBytes(first, [1, 2, 255]);
      assert.deepEqual(
        (await one.ask("bytes", [0, 1, 1_000])).map((each) => each.byteLength),
        [0, 1, 1_000],
      );
    }
  });

  await step(`${way}: a server's answer has several values, is a refusal, and counts once`, async () => {
    const [one] = await customers(1);
    assert.equal((await one.ask("refuse-me")).error.code, "not-allowed");
    const [size, parcel] = await one.askAll("weigh", Buffer.from([1, 2, 3]));
    assert.equal(size, 3);
    assertBytes(parcel, [1, 2, 3]);
    assert.deepEqual(await one.askAll("weigh", "no bytes"), [
      { error: { code: "malformed", message: "a parcel is bytes" } },
    ]);
    assert.deepEqual(await one.askAll("twice"), ["first"]);
    assert.deepEqual((await until("answered", () => one.heardOf("answered")[0])).slice(0, 2), [true, false]);
  });

  await step(`${way}: the server asks, and the client answers in time, late, or never`, async () => {
    const [one] = await customers(1);
    one.socket.once("question", (a, bytes, answer) => answer("yes", { a, bytes }, Buffer.from([7])));
    one.socket.emit("ask-me", 20_000, "a", Buffer.from([5]));
    const [yes, echo, seven] = await until("the answer is told", () => one.heardOf("told")[0]);
    assert.equal(yes, "yes");
    assert.equal(echo.a, "a");
    assertBytes(echo.bytes, [5]);
    assertBytes(seven, [7]);

    one.socket.once("confirm", (amount, answer) => answer(amount === 6));
    assert.equal(await one.ask("pay", 6), true);

    one.socket.once("question", (answer) => answer("at once"));
    assert.equal(await one.ask("ask-and-wait"), "at once", "an observer may wait for its own client");

    let late;
    one.socket.once("question", (answer) => (late = answer));
    one.socket.emit("ask-me", 100);
    const [why] = await until("the question is not answered", () => one.heardOf("untold")[0]);
    assert.match(why, /^[a-z]/, why);
    assert.ok(!why.startsWith("not plain"), why);
    late("too late");
    assert.deepEqual(await one.askAll("echo", 1), [1], "the late answer harms nothing");
    assert.equal(one.heardOf("told").length, 1);
  });

  await step(`${way}: what is broadcast reaches whom it is for, each once`, async () => {
    for (const all of [await visitors(3), await customers(3)]) {
      const [ann, bob, eve] = all;
      const say = async (order) => {
        const text = unique("said");
        assertLogged(await ann.ask("say", { ...order, text }));
        return text;
      };
      for (const [who, room, isNew] of [
        [ann, "tea", true],
        [bob, "tea", true],
        [bob, "tea", false],
        [bob, "coffee", true],
        [eve, "coffee", true],
      ]) {
        assert.equal(await who.ask("enter", room), isNew, `${room} is new to ${who.socket.id}`);
      }
      const toAll = await say({});
      const toOthers = await say({ except: ["me"] });
      const toTea = await say({ to: ["tea"] });
      const toUnion = await say({ to: ["coffee", "tea"] });
      const toUnionButMe = await say({ to: ["tea", "coffee"], except: ["me"] });
      const toTeaOnly = await say({ to: ["tea"], except: ["coffee"] });
      const notToTea = await say({ except: ["tea"] });
      assert.deepEqual(await bob.askAll("exit", "tea"), [true, false]);
      assert.deepEqual(await bob.askAll("exit", "tea"), [false, false]);
      const toTeaAgain = await say({ to: ["tea"] });
      const last = await say({});

      const expected = [
        [ann, [toAll, toTea, toUnion, toTeaOnly, toTeaAgain, last]],
        [bob, [toAll, toOthers, toTea, toUnion, toUnionButMe, last]],
        [eve, [toAll, toOthers, toUnion, toUnionButMe, notToTea, last]],
      ];
      for (const [who, texts] of expected) {
        await who.hearJust("said", last);
        const own = new Set([toAll, toOthers, toTea, toUnion, toUnionButMe, toTeaOnly, notToTea, toTeaAgain, last]);
        const heard = who.heardOf("said").map(([text]) => text);
        assert.deepEqual(new Set(heard.filter((text) => own.has(text))), new Set(texts));
        assert.equal(heard.length, new Set(heard).size, `each once: ${show(heard)}`);
      }
    }
  });

  await step(`${way}: an unlogged broadcast arrives, and so does what is volatile if it can`, async () => {
    const [ann, bob] = await customers(2);
    const text = { volatile: unique("unlogged") };
    const receipt = await ann.ask("say", { unlogged: true, text });
    assert.equal(receipt.offset, undefined, show(receipt));
    assert.deepEqual(await bob.hearJust("said", text), [text], "without an offset");

    const count = await ann.ask("flood", { count: 50, size: 1_000, volatile: true });
    assert.ok(count >= 1 && count <= 50, `${count} of 50 were sent`);
    await until("what was sent is heard", () => ann.heardOf("flooded").length >= count);
    assert.equal(ann.heardOf("flooded").length, count);
  });

  await step(`${way}: the application's shop works as its users see it`, async () => {
    const [ann, bob] = await customers(2);
    await until("Ann is welcome", () => ann.heardOf("welcome")[0]);
    await bob.askAll("watch", "tea");
    await bob.askAll("watch", "coffee");
    assert.deepEqual(await ann.ask("order", { article: "tea", count: 2 }), { article: "tea", price: 6 });
    assert.deepEqual((await ann.ask("order", { article: "tea" })).error.fields, {
      "order.count": "must be greater than 0",
    });
    assert.deepEqual(await ann.ask("order", { article: "milk", count: 1 }), {
      error: { code: "sold-out", message: "there is no more milk" },
    });
    assert.deepEqual(await ann.ask("order", { article: "cocoa", count: 1 }), {
      error: { code: "sold-out", message: "there is no cocoa today" },
    });
    assertBytes(await ann.ask("photo", Buffer.from([1, 2, 3])), [1, 2, 3]);
    assert.equal((await ann.ask("photo", "no bytes")).error.code, "invalid");
    assert.deepEqual((await until("Bob hears of it", () => bob.heardOf("ordered")[0])).slice(0, 2), ["tea", 2]);
    ann.socket.emit("offer", 5);
    await bob.hearJust("offered", 5);
    assert.equal(await bob.ask("echo", 1), 1);
    assert.equal(bob.heardOf("offered").length, 1);
    assert.deepEqual(ann.heardOf("ordered"), []);
    assert.deepEqual(ann.heardOf("offered"), []);
  });

  await step(`${way}: who may not in is told why, and keeps the connection`, async () => {
    const [main] = await visitors(1);
    const tries = [
      ["/shop", { auth: { token: "thief" } }, "customers only", { token: "thief" }],
      ["/shop", {}, "customers only", { token: "" }],
      ["/vault", {}, "the vault is closed", undefined],
      ["/nowhere", {}, "Invalid namespace", undefined],
      ["/broken", {}, "the server made a mistake, which is in its log", undefined],
    ];
    for (const [namespace, options, message, data] of tries) {
      const refused = visitor(namespace, options);
      const problem = await until(`${namespace} is refused`, () => refused.problems[0]);
      assert.equal(problem.message, message);
      assert.deepEqual(problem.data, data);
      refused.socket.disconnect();
    }
    const second = main.socket.io.socket("/vault");
    await new Promise((resolve) => second.once("connect_error", resolve));
    assert.equal(await main.ask("echo", "still here"), "still here");
  });

  await step(`${way}: namespaces share a connection and are apart`, async () => {
    const [main] = await visitors(1);
    const shop = main.socket.io.socket("/shop", CUSTOMER);
    const heard = [];
    shop.onAny((...args) => heard.push(args));
    await until("the second namespace is connected", () => shop.connected);
    const { id } = shop;
    assert.notEqual(id, main.socket.id);
    const text = unique("main");
    assertLogged(await main.ask("say", { text }));
    await main.hearJust("said", text);
    assert.equal(await new Promise((resolve) => shop.emit("echo", 2, resolve)), 2);
    assert.deepEqual(heard.filter(([event]) => event === "said"), []);

    shop.emit("disconnect-me");
    await until("the namespace is left", () => !shop.connected);
    await diaryHas(`disconnected /shop ${id} server namespace disconnect`);
    assert.equal(await main.ask("echo", 3), 3, "the connection stays");
    shop.connect();
    await until("and comes back", () => shop.connected);
    assert.equal(await new Promise((resolve) => shop.emit("echo", 4, resolve)), 4);
    shop.disconnect();
    assert.equal(await main.ask("echo", 5), 5, "the connection stays again");
  });

  await step(`${way}: observers see who comes and goes, and why`, async () => {
    const endings = [
      ["client namespace disconnect", ({ socket }) => socket.disconnect(), "io client disconnect"],
      ["server namespace disconnect", ({ socket }) => socket.emit("disconnect-me"), "io server disconnect"],
      ["server namespace disconnect", ({ socket }) => socket.emit("close-me"), "io server disconnect"],
      ["transport close", ({ socket }) => socket.io.engine.close(), undefined],
    ];
    for (const [reason, end, clients] of endings) {
      for (const namespace of ["/", "/shop"]) {
        const [one] = await visitors(1, namespace, { ...CUSTOMER, reconnection: false });
        const id = one.socket.id;
        await diaryHas(`connected ${namespace} ${id}`);
        end(one);
        await diaryHas(`disconnected ${namespace} ${id} ${reason}`);
        await until("the client knows it", () => one.reasons.length > 0);
        // By polling, the end of the transport may come first.
        await until(`the client is told ${clients}`, () => !clients || one.reasons.at(-1) === clients, () => `, but ${one.reasons}`);
      }
    }
  });

  await step(`${way}: who speaks as soon as it is connected is heard`, async () => {
    for (let round = 0; round < 5; round++) {
      const hasty = Array.from({ length: 10 }, () => visitor("/shop", CUSTOMER));
      await Promise.all(hasty.map((one) => one.ask("echo", round)));
      assert.deepEqual(hasty.flatMap((one) => one.reasons), []);
      hasty.forEach(({ socket }) => socket.disconnect());
    }
  });

  await step(`${way}: who is put out may come back, and who was cut off comes back by itself`, async () => {
    const [one] = await customers(1);
    one.socket.emit("close-me");
    // Not sooner: what is sent in the moment between the two is lost.
    const { engine } = one.socket.io;
    await until("is put out", () => !one.socket.connected && engine.readyState === "closed");
    one.socket.connect();
    await one.arrive();
    assert.equal(await one.ask("echo", "back"), "back");
    one.socket.io.engine.close();
    await until("is cut off", () => !one.socket.connected);
    await one.arrive();
    assert.equal(await one.ask("echo", "again"), "again");
  });
}

console.log("PASSED");

function assertBytes(actual, bytes) {
  assert.ok(Buffer.isBuffer(actual) || ArrayBuffer.isView(actual) || actual instanceof ArrayBuffer, `no bytes: ${show(actual)}`);
  assert.deepEqual([...Buffer.from(actual)], bytes);
}

/** What the application's observers saw. */
async function diaryHas(line) {
  await until(`the diary has ${line}`, async () => {
    const diary = await (await fetch(`${baseUrl}/diary`)).text();
    return diary.split("\n").some((each) => each.startsWith(line));
  });
}
