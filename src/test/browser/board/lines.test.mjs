// How the board shows messages of whatever shape.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";

const BOARD = process.env.BOARD_JS ?? resolve(import.meta.dirname, "../../../main/webapp/board");
const { isNews, isOfPeople, isPrivate, lineOf, stateInWords, textOf } = await import(
  pathToFileURL(resolve(BOARD, "lines.js"))
);

describe("text", () => {
  it("is msg, with a count in brackets", () => {
    assert.equal(textOf({ msg: "Hello" }), "Hello");
    assert.equal(textOf({ msg: "One more person is online", count: 3 }), "One more person is online (3)");
    assert.equal(textOf({ msg: "Hello", count: "3" }), "Hello");
  });

  it("is JSON for everything else", () => {
    assert.equal(textOf(undefined), "null");
    assert.equal(textOf(null), "null");
    assert.equal(textOf("Hello"), '"Hello"');
    assert.equal(textOf([1, { msg: 2 }]), '[1,{"msg":2}]');
    assert.equal(textOf({ msg: { html: "<b>" } }), '{"msg":{"html":"<b>"}}');
  });
});

describe("a line", () => {
  it("belongs to the conversation with the other one", () => {
    const data = { msg: "Hello" };
    assert.equal(lineOf({ event: "private", from: "ann", to: "bob", data }).partnerId, "ann");
    assert.equal(lineOf({ event: "sent", from: "bob", to: "ann", data }).partnerId, "ann");
    assert.equal(lineOf({ event: "private", data }).partnerId, "");
  });

  it("has a position if it is in a log", () => {
    assert.deepEqual(lineOf({ event: "news", data: null, epoch: "e", offset: 3 }).position, { epoch: "e", offset: 3 });
    assert.equal(lineOf({ event: "news", data: null }).position, undefined);
  });

  it("is from Herald when it has no sender, and never by a name alone", () => {
    assert.equal(lineOf({ event: "news", data: null }).senderName, "Herald");
    assert.equal(lineOf({ event: "news", name: "Ann", data: null }).senderName, "Herald");
  });
});

describe("what is shown", () => {
  it("leaves out other channels and other events", () => {
    assert.ok(isNews({ event: "news", channel: "news" }));
    assert.ok(!isNews({ event: "news", channel: "people" }));
    assert.ok(!isNews({ event: "score", channel: "news" }));
    assert.ok(isPrivate({ event: "private" }));
    assert.ok(isPrivate({ event: "sent", channel: "private", from: "ann", to: "bob" }));
    assert.ok(!isPrivate({ event: "private", channel: "people", from: "eve" }));
  });

  it("believes of the people only what the application says", () => {
    assert.ok(isOfPeople({ event: "people" }));
    for (const event of ["people", "changed", "online", "offline"]) {
      assert.ok(isOfPeople({ event, channel: "people" }));
    }
    assert.ok(!isOfPeople({ event: "changed", channel: "people", from: "eve" }));
    assert.ok(!isOfPeople({ event: "online", channel: "people", from: "eve" }));
    assert.ok(!isOfPeople({ event: "people", channel: "private", from: "eve" }));
  });
});

describe("the state", () => {
  it("is said in words", () => {
    assert.equal(stateInWords({ name: "connected" }), "Connected");
    assert.equal(stateInWords({ name: "connecting", attempt: 0 }), "Connecting…");
    assert.equal(stateInWords({ name: "waiting", attempt: 1 }, 3), "Offline, next try in 3 s");
    assert.match(stateInWords({ name: "failed", code: 1008, reason: "" }), /^Disconnected: .* \(1008\)/);
  });
});
