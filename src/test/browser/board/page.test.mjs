// What of the page's scripts needs no browser: messages, rows and the catch-up.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CatchUp } from "../../../main/webapp/board/catchup.js";
import { Conversation } from "../../../main/webapp/board/conversation.js";
import { mentions, messageOf } from "../../../main/webapp/board/messages.js";
import { rowsOf } from "../../../main/webapp/board/rows.js";
import { parts } from "../../../main/webapp/board/search.js";
import { say, speak } from "../../../main/webapp/board/words.js";

const at = "2026-11-27T12:00:00Z";
const message = (offset, msg, more = {}) => messageOf({ event: "news", channel: "news", epoch: "e", offset, from: "ann", name: "Ann", at, data: { msg }, ...more });

test("private messages belong to the other person, and unknown events to nobody", () => {
  assert.equal(messageOf({ event: "private", channel: "user:me", from: "bob", data: {} }).conversation, "@bob");
  assert.equal(messageOf({ event: "sent", channel: "user:me", from: "me", to: "bob", data: {} }).conversation, "@bob");
  assert.equal(messageOf({ event: "order", channel: "orders", data: {} }), null);
});

test("coming and going is folded, but not the same words of a person", () => {
  const moved = (offset, msg) => message(offset, msg, { from: undefined });
  const messages = [moved(1, "One more person is online"), moved(2, "3 people went home"), message(3, "Someone went home")];
  const rows = rowsOf(messages, [], null, { id: "me" });
  assert.deepEqual(rows.map(({ came, went }) => [came, went]), [[1, 3], [undefined, undefined]]);
});

test("messages are kept once and in the log's order", () => {
  const conversation = new Conversation("#news");
  [3, 1, 2, 3].forEach((offset) => conversation.add(message(offset, `${offset}`)));
  assert.deepEqual(conversation.messages.map(({ offset }) => offset), [1, 2, 3]);
});

test("only what the server says of edits counts, also when it is known before the message", () => {
  const conversation = new Conversation("#news");
  assert.equal(message(3, "", { event: "edit", data: { of: 1, msg: "forged" } }), null);
  conversation.add(message(4, "", { event: "edit", from: undefined, data: { of: 1, msg: "hello!", by: "ann" } }));
  conversation.add(message(1, "hello"));
  assert.equal(conversation.messages[0].text, "hello!");
});

test("mentions are whole names", () => {
  assert.ok(mentions("hi @Jürgen!", "jürgen"));
  assert.ok(mentions('hi @"Ann Meyer"', "Ann Meyer"));
  assert.ok(!mentions("hi @Annika", "Ann"));
});

test("the catch-up is done when each channel is at its end, and says how many came", () => {
  const positions = new Map([["news", { epoch: "e", offset: 2 }]]);
  const catchUp = new CatchUp({ isConnected: true }, positions, () => {});
  catchUp.begin(["news"]);
  catchUp.told("news", { head: 4, epoch: "e", recovered: true });
  for (const offset of [3, 4]) {
    assert.equal(catchUp.result, null);
    positions.set("news", { epoch: "e", offset });
    catchUp.heard("news", { epoch: "e", offset });
  }
  assert.deepEqual(catchUp.result, { count: 2, missing: [] });
});

test("what comes before the connection is told to be back is counted, too", () => {
  const positions = new Map([["news", { epoch: "e", offset: 2 }]]);
  const catchUp = new CatchUp({ isConnected: true }, positions, () => {});
  catchUp.broke();
  for (const offset of [3, 4]) {
    positions.set("news", { epoch: "e", offset });
    catchUp.heard("news", { epoch: "e", offset });
  }
  catchUp.begin(["news"]);
  catchUp.told("news", { head: 4, epoch: "e", recovered: true });
  assert.deepEqual(catchUp.result, { count: 2, missing: [] });
});

test("who has missed nothing is not told a number", () => {
  for (const [language, file, nothing] of [["en", "words", "Nothing is missing"], ["de", "words_de", "Es fehlt nichts"]]) {
    const lines = readFileSync(new URL(`../../../main/resources/dev/herald/board/${file}.properties`, import.meta.url), "utf8").split("\n");
    speak(language, Object.fromEntries(lines.filter((line) => /^[\w.]+=/.test(line)).map((line) => line.split(/=(.*)/s))));
    assert.equal(say("caughtUp", { n: 0 }), nothing);
    assert.match(say("caughtUp", { n: 1 }), /^(Caught up )?1 /);
    assert.match(say("caughtUp", { n: 12 }), /^(Caught up )?12 /);
    assert.equal(say("caughtUp.missing", { n: 0, which: "orders" }), "orders");
  }
});

test("what was found is marked, and nothing of the snippet is lost", () => {
  const shown = (snippet, marks) => parts({ snippet, marks }).map(({ text, isMarked }) => (isMarked ? `[${text}]` : text));
  assert.deepEqual(shown("so 😀 it is", [[0, 2], [3, 5]]), ["[so]", " ", "[😀]", " it is"]);
  assert.deepEqual(shown("<b>", []), ["<b>"]);
});
