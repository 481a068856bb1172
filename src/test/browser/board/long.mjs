// A guest reads a channel of 10,000 messages, and pastes 100 KB.
//
//     node long.mjs <baseUrl> <outDir>
//
// Prints the longest tasks of the page and PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";
import { Board } from "./guests.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
const run = randomUUID().slice(0, 4);
const COUNT = 10_000;

async function scenario() {
  const channel = `long-${run}`;
  await publish(channel);

  await stage(`${COUNT} messages of history are read from the last to the first`, async () => {
    const ann = await board.visit(`Ann-${run}`);
    await watchTasks(ann.page);
    await ann.page.goto(`${baseUrl}?channel=${channel}`);
    await ann.line(`word ${COUNT}`).waitFor();
    console.log(`opened; tasks over 50 ms: ${JSON.stringify(await tasks(ann.page))}`);
    const start = performance.now();
    let pages = 0;
    for (; !(await said(ann)).includes(1); pages++) {
      const first = (await said(ann))[0];
      await ann.page.evaluate(() => (document.querySelector("#log").scrollTop = 0));
      await ann.page.waitForFunction((before) => {
        const texts = [...document.querySelectorAll("#log .line .text")].map(({ textContent }) => textContent);
        return Number(texts.find((text) => text.startsWith("word "))?.slice(5)) < before;
      }, first);
    }
    const now = await said(ann);
    assert.deepEqual(now, Array.from({ length: now.length }, (_, n) => n + 1), "without a hole and a double");
    assert.ok((await ann.page.locator("#log .row").count()) <= 320, "only some hundred rows are in the document");
    console.log(`${pages} pages in ${Math.round(performance.now() - start)} ms; tasks over 50 ms: ${JSON.stringify(await tasks(ann.page))}`);
    for (const n of [1, 2, 3]) {
      await ann.send(`at the end ${n}`);
      await ann.line(`at the end ${n}`).waitFor();
    }
    await ann.to("#news");
    await ann.to(`#${channel}`);
    await ann.line("at the end 3").waitFor();
    console.log(`with ${COUNT} messages, writing and switching; tasks over 50 ms: ${JSON.stringify(await tasks(ann.page))}`);
    await ann.page.context().close();
  });

  await stage("100 KB that are pasted are told to be too long, are kept, and can be made short", async () => {
    const ann = await board.visit(`Anna-${run}`);
    await watchTasks(ann.page);
    await ann.page.reload();
    await ann.connected();
    await ann.text.evaluate((field) => {
      field.focus();
      const pasted = Array.from({ length: 2_000 }, (_, n) => `line ${n} of what is pasted 名前 and more\n`).join("").repeat(2).slice(0, 100_000);
      field.setRangeText(pasted, 0, 0, "end");
      field.dispatchEvent(new InputEvent("input", { inputType: "insertFromPaste", bubbles: true }));
    });
    await ann.page.locator("#counter.over").waitFor();
    await ann.page.getByRole("button", { name: "Send", exact: true }).click();
    await ann.page.locator("#composer .problem", { hasText: "Not sent" }).waitFor();
    const length = (await ann.text.inputValue()).length;
    assert.ok(length > 90_000, `${length} characters`);
    await ann.page.reload();
    await ann.connected();
    assert.equal((await ann.text.inputValue()).length, length, "kept over a reload");
    const most = await ann.page.locator("#counter").textContent();
    assert.match(most, /^[\d,]+ characters too many$/);
    await ann.text.evaluate((field) => {
      field.value = field.value.slice(0, 10_000).trimEnd();
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
    await ann.page.locator("#counter.over").waitFor({ state: "detached" });
    await ann.page.getByRole("button", { name: "Send", exact: true }).click();
    await ann.page.locator("#log .line .text", { hasText: "line 0 of what is pasted" }).last().waitFor();
    await ann.page.locator("#log .pending").waitFor({ state: "detached" });
    console.log(`100 KB; tasks over 50 ms: ${JSON.stringify(await tasks(ann.page))}`);
    await ann.page.context().close();
  });
}

/** The numbers of what is in the document, in its order. */
async function said(guest) {
  return (await guest.texts()).filter((text) => text.startsWith("word ")).map((text) => Number(text.slice(5)));
}

function watchTasks(page) {
  return page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({ type: "longtask", buffered: true });
  });
}

/** How long the long tasks took since this was asked last, in ms, the longest first. */
function tasks(page) {
  return page.evaluate(() => window.longTasks.splice(0).sort((a, b) => b - a).slice(0, 10));
}

async function publish(channel) {
  const socket = io(baseUrl, { forceNew: true, transports: ["websocket"] });
  for (let first = 1; first <= COUNT; first += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, n) => socket.emitWithAck("message", { msg: `word ${first + n}` }, { channel })));
  }
  socket.disconnect();
}

await board.run("long", scenario);
