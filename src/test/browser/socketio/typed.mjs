// The typed handlers of an application (dev.herald.it.typed), by the official client, by each transport.
//
//     node typed.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { assertLogged, baseUrlAndMore, guest, show, step, unique, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();
const INT = "must be an integer from -2147483648 to 2147483647";

for (const transports of [["polling"], ["websocket"]]) {
  const visitor = async (namespace = "/") => {
    const one = guest(io, baseUrl + namespace, { transports });
    await one.arrive();
    return one;
  };
  const typed = (what, body) => step(`${transports}: ${what}`, async () => body(await visitor()));

  await typed("a record comes in, and a record is the answer", async (one) => {
    const order = { article: "Jürgen 名前 سلمى 😀", count: 2, day: "2026-02-28", more: [1] };
    const accepted = await one.ask("order", order, "ignored");
    assert.equal(typeof accepted.by, "string");
    assert.deepEqual(accepted, { article: order.article, price: 6, by: accepted.by, "delivered-on": "2026-02-28" });
  });

  await typed("texts of any length come in and go out", async (one) => {
    const long = "é".repeat(100_000);
    assert.equal((await one.ask("order", { article: long, count: 1 })).article, long);
    assert.equal(await one.ask("optional", long), long);
    assert.deepEqual(await one.ask("any", [long]), [long]);
  });

  await typed("constraints are checked, and fields are named", async (one) => {
    const fieldsOf = async (event, ...args) => {
      const { error } = await one.ask(event, ...args);
      assert.equal(error?.code, "invalid", show(error));
      assert.ok(error.message.length > 0 && error.message.length <= 300, error.message);
      return error.fields;
    };
    assert.deepEqual(await fieldsOf("order", { article: " ", count: 0 }), {
      "order.article": "must not be blank",
      "order.count": "must be greater than 0",
    });
    assert.deepEqual(await fieldsOf("basket", { orders: [] }), { "basket.orders": "must not be empty" });
    assert.deepEqual(
      await fieldsOf("basket", { orders: [{ article: "tea", count: 1 }, { article: "tea", count: -1 }] }),
      { "basket.orders[1].count": "must be greater than 0" },
    );
    assert.deepEqual(await fieldsOf("limits", "名前名前", 6), {
      word: "size must be between 0 and 3",
      number: "must be less than or equal to 5",
    });
    assert.equal(await one.ask("limits", "名前", 5), "名前5");
  });

  await typed("what does not fit is refused, and never cut down", async (one) => {
    const refusals = [
      ["order", [{ article: "tea", count: 4294967297 }], { "order.count": INT }],
      ["order", [{ article: "tea", count: 2.5 }], { "order.count": INT }],
      ["order", [{ article: 5, count: "2" }], { "order.article": "must be a text", "order.count": INT }],
      ["order", ["tea"], { order: "must be an object" }],
      ["order", [{ article: "tea", count: 1, day: "yesterday" }], { order: "cannot be read as NewOrder" }],
      ["primitives", [1], { l: "must not be null", d: "must not be null", b: "must not be null" }],
      ["bytes", ["no bytes"], { bytes: "must be binary data" }],
      ["collections", [["a", 1], {}, [1]], { "words[1]": "must be a text" }],
    ];
    for (const [event, args, fields] of refusals) {
      const { error } = await one.ask(event, ...args);
      assert.equal(error?.code, "invalid", show(error));
      assert.deepEqual(error.fields, fields);
    }
  });

  await typed("primitives, optionals, lists, maps, arrays and any JSON come in", async (one) => {
    assert.deepEqual(await one.ask("primitives", 1, 9007199254740991, 0.5, true, "سلمى", "a note"), [
      1, 9007199254740991, 0.5, true, "سلمى", "a note",
    ]);
    assert.deepEqual(await one.ask("primitives", 1, 2, 3, false, "😀"), [1, 2, 3, false, "😀", "none"]);
    assert.deepEqual(await one.ask("collections", ["a", "ü"], { a: 1, 名前: 2 }, [5, 6]), {
      words: ["a", "ü"],
      sum: 3,
      last: 6,
    });
    for (const any of [null, 1.5, "名前", [], [[1]], { a: { b: null } }]) {
      assert.deepEqual(await one.askAll("any", any), [any]);
    }
  });

  await typed("bytes come in and go out, alone and within records", async (one) => {
    assert.deepEqual([...(await one.ask("bytes", Buffer.from([1, 255])))], [1, 255, 0]);
    const photo = await one.ask("photo", { name: "سلمى", data: Buffer.from([7]) });
    assert.equal(photo.name, "سلمى!");
    assert.deepEqual([...photo.data], [7, 0]);
  });

  await typed("an optional, an array, nothing and several values are what a JavaScript developer expects", async (one) => {
    assert.deepEqual(await one.askAll("optional", ""), [null]);
    assert.deepEqual(await one.askAll("optional", "😀"), ["😀"]);
    assert.deepEqual(await one.askAll("array"), [[{ article: "tea", by: "سلمى", price: 1 }]]);
    assert.deepEqual(await one.askAll("nothing"), []);
    assert.deepEqual(await one.askAll("several"), [1, "名前"]);
  });

  await typed("a stage answers when it completes, and holds up nothing", async (one) => {
    let question;
    one.socket.once("question", (order, answer) => (question = { order, answer }));
    const asked = one.ask("ask-back");
    await until("the client is asked", () => question);
    assert.deepEqual(question.order, { article: "Jürgen", count: 2 });
    assert.equal(await one.ask("limits", "a", 1), "a1", "the next event is handled meanwhile");
    question.answer("名前");
    assert.equal(await asked, "you said 名前");
    assertLogged(await one.ask("publish", "😀"));
  });

  await typed("an exception is an answer with its code, or with none that tells anything", async (one) => {
    const errorOf = async (...event) => (await one.ask(...event)).error;
    assert.deepEqual(await errorOf("sold-out", { article: "名前", count: 1 }), {
      code: "sold-out",
      message: "there is no more 名前",
    });
    assert.deepEqual(await errorOf("stage-fails"), { code: "too-late", message: "it is too late for this" });
    assert.deepEqual(await errorOf("broken"), {
      code: "server-error",
      message: "the server made a mistake, which is in its log",
    });
    assert.equal(await one.ask("limits", "a", 1), "a1", "the connection goes on");
  });

  await typed("a handler's transaction commits, or is rolled back by its exception", async (one) => {
    const [committed, rolledBack] = [unique("committed"), unique("rolled back")];
    assert.equal((await one.ask("roll-back", rolledBack)).error.code, "changed-my-mind");
    assert.equal(await one.ask("commit", committed), true, "there is a transaction");
    await one.hear("news", { msg: committed });
    assert.deepEqual(one.heardOf("news").filter(([data]) => data.msg === rolledBack), []);
  });

  await typed("beans of each scope have handlers, inherited ones too", async (one) => {
    const before = await one.ask("destroyed");
    assert.deepEqual([await one.ask("clerk"), await one.ask("clerk")], [1, 1], "each call has a bean of its own");
    assert.ok((await one.ask("destroyed")) >= before + 2, "which is destroyed after it");
    assert.equal(await one.ask("inherited"), "inherited by the auditor");
    assert.equal(await one.ask("replaced"), "the new one");
    assert.equal(await one.ask("converted", "名前"), "名前…");
  });

  await typed("an enterprise bean has handlers, with its roles and its wrapped exceptions", async (one) => {
    assert.equal(await one.ask("enterprise", "سلمى"), "سلمى at the desk");
    assert.equal((await one.ask("enterprise", "fail")).error.code, "not-here");
    assert.deepEqual((await one.ask("enterprise", "")).error.fields, { text: "must not be blank" });
    assert.equal((await one.ask("for-managers")).error.code, "forbidden");
  });

  await typed("a namespace has its own handlers, and those of all", async (main) => {
    const till = await visitor("/till");
    assert.equal(await till.ask("in-the-till"), "till");
    assert.equal(await till.ask("where"), "/till");
    assert.equal(await main.ask("where"), "/");
    await assert.rejects(main.socket.timeout(500).emitWithAck("in-the-till"), "it is no event of the main namespace");
  });

  await typed("who asks for no answer gets none, and the order is kept", async (one) => {
    one.socket.emit("broken");
    one.socket.emit("order", "wrong");
    const answers = [];
    for (let n = 0; n < 100; n++) {
      one.socket.emit("any", n, (answer) => answers.push(answer));
    }
    await until("all are answered", () => answers.length === 100);
    assert.deepEqual(answers, Array.from({ length: 100 }, (_, n) => n));
  });
}

console.log("PASSED");
