// The description of an application's events (dev.herald.it.typed) is AsyncAPI 3.0, and true: what the handlers take, refuse and answer
// is what its schemas say.
//
//     node asyncapi.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import specs from "@asyncapi/specs";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, show, step } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();
// What is in the specifications' schemas and in ours is no business of Ajv's opinions on good style.
const ajv = addFormats(new Ajv({ strict: false, allErrors: true, formats: { binary: true } }));
const response = await fetch(`${baseUrl}/api/asyncapi`);
const description = await response.json();

/** What a reference of the description refers to. */
const pointed = ({ $ref }) => $ref.split("/").slice(1).reduce((value, name) => value[name], description);

const operations = Object.values(description.operations).map((operation) => ({
  action: operation.action,
  address: pointed(operation.channel).address,
  message: pointed(operation.messages[0]),
  replies: (operation.reply?.messages ?? []).map(pointed),
}));
const operationOf = (event) => operations.find(({ message }) => message.name === event);

/** Socket.IO's bytes, for which JSON Schema has texts. */
const asJson = (value) => JSON.parse(JSON.stringify(value, (_, one) => (one?.type === "Buffer" ? "bytes" : one)));

/** Whether arguments are those of a message. */
function fits({ payload }, args) {
  if (payload === undefined) {
    return args.length === 0;
  }
  const isList = Array.isArray(payload.items);
  if (!isList && args.length !== 1) {
    return false;
  }
  return ajv.validate({ ...payload, components: description.components }, asJson(isList ? args : args[0]));
}

async function visitor(namespace = "/") {
  const one = guest(io, baseUrl + namespace, { transports: ["websocket"] });
  await one.arrive();
  return one;
}

await step("the description is AsyncAPI 3.0 by its official schema", async () => {
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type"), /^application\/json/);
  assert.equal(description.asyncapi, "3.0.0");
  const isValid = ajv.compile(specs.schemasWithoutId["3.0.0"]);
  assert.ok(isValid(description), show(isValid.errors));
  const url = new URL(baseUrl);
  assert.deepEqual(
    { ...description.servers.socketio, description: "" },
    { host: url.host, pathname: "/socket.io/", protocol: "ws", description: "" },
  );
});

await step("each event of the application is there, and no other", () => {
  const named = operations.map(({ action, address, message }) => `${action} ${message.name} ${address}`).sort();
  const received = [
    ...["any", "array", "ask-back", "basket", "broken", "bytes", "clerk", "collections", "commit", "converted"],
    ...["destroyed", "enterprise", "for-managers", "gossip", "inherited", "limits", "nothing", "only-clerks", "optional", "order"],
    ...["photo", "primitives", "publish", "replaced", "roll-back", "sell", "several", "sold-out", "stage-fails", "who-am-i"],
  ].map((event) => `receive ${event} /`);
  const others = ["receive in-the-till /till", "receive where {namespace}", "send sold tills.{till}"];
  assert.deepEqual(named, [...received, ...others].sort());
});

await step("what fits a message is taken, and the answer fits its reply", async () => {
  const one = await visitor();
  const order = { article: "Jürgen 名前 سلمى 😀", count: 2, day: "2026-02-28" };
  const taken = [
    ["order", order],
    ["order", { article: "tea", count: 1 }],
    ["basket", { orders: [order] }],
    ["limits", "abc", 5],
    ["primitives", 1, 9007199254740991, 0.5, true, "سلمى", "a note"],
    ["primitives", 1, 2, 3, false, "😀"],
    ["collections", ["a", "ü"], { a: 1, 名前: 2 }, [5, 6]],
    ...[null, 1.5, "名前", [], { a: { b: null } }].map((any) => ["any", any]),
    ["bytes", Buffer.from([1, 255])],
    ["photo", { name: "سلمى", data: Buffer.from([7]) }],
    ["optional", ""],
    ["optional", "😀"],
    ["array"],
    ["nothing"],
    ["several"],
    ["publish", "😀"],
    ["clerk"],
    ["commit", "text"],
    ["converted", "名前"],
    ["enterprise", "سلمى"],
    ["where"],
  ];
  for (const [event, ...args] of taken) {
    const operation = operationOf(event);
    const sent = show([event, ...args]);
    assert.ok(fits(operation.message, args), `${sent} fits: ${show(ajv.errors)}`);
    const answer = await one.askAll(event, ...args);
    if (event !== "several") {
      // A handler that acknowledges by itself may have several arguments: of these the description says nothing.
      assert.ok(fits(operation.replies[0], answer), `${show(answer)} fits the reply to ${sent}: ${show(ajv.errors)}`);
      assert.ok(!fits(operation.replies[1], answer), `${show(answer)} is no error`);
    }
  }
});

await step("what does not fit is refused, and the refusal fits its reply", async () => {
  const one = await visitor();
  const refused = [
    ["order", { article: " ", count: 1 }],
    ["order", { article: "tea", count: 0 }],
    ["order", { article: "tea", count: 4294967297 }],
    ["order", { article: "tea", count: 2.5 }],
    ["order", { article: 5, count: 1 }],
    ["order", { article: "tea", count: 1, day: "yesterday" }],
    ["order", "tea"],
    ["basket", { orders: [] }],
    ["basket", { orders: [{ article: "tea", count: -1 }] }],
    ["limits", "abcd", 1],
    ["limits", "abc", 6],
    ["primitives", 1],
    ["bytes", 5],
    ["collections", ["a", 1], {}, [1]],
    ["collections", ["a"], {}, [null]],
    ["enterprise", ""],
  ];
  for (const [event, ...args] of refused) {
    const operation = operationOf(event);
    const sent = show([event, ...args]);
    assert.ok(!fits(operation.message, args), `${sent} does not fit`);
    const answer = await one.askAll(event, ...args);
    assert.equal(answer[0].error?.code, "invalid", `${sent}: ${show(answer)}`);
    assert.ok(fits(operation.replies[1], answer), `${show(answer)} fits: ${show(ajv.errors)}`);
  }
  const answer = await one.askAll("for-managers");
  assert.equal(answer[0].error.code, "forbidden");
  assert.ok(fits(operationOf("for-managers").replies[1], answer));
});

await step("what the application pushes fits its message, in the channel of its address", async () => {
  const one = await visitor();
  const { address, message } = operationOf("sold");
  await one.ask("join", { channel: address.replace("{till}", "t7") });
  await one.ask("sell", "t7");
  const [sold, meta] = await one.hear("sold", { till: "t7" });
  assert.ok(fits(message, [sold]), `${show(sold)}: ${show(ajv.errors)}`);
  assert.deepEqual(sold.articles, ["名前", null]);
  assert.equal(meta.channel, "tills.t7");
});

console.log("PASSED");
