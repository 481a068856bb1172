// The pages of two tutorials on Socket.IO in a real browser. Only their addresses are changed: the server's, and in one the
// client's.
//
//     node tutorials.mjs <baseUrl> <directory of the pages>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../chromium.mjs";
import { baseUrlAndMore, PATIENCE, step, until } from "./guest.mjs";

const [baseUrl, directory] = baseUrlAndMore();
assert.ok(directory, "usage: node tutorials.mjs <baseUrl> <directory of the pages>");

const browser = await launch();
try {
  await step("data.html: what one page sends as data reaches the other, and the observers", async () => {
    const [first, second] = [await visit("data.html"), await visit("data.html", false)];
    await first.page.waitForFunction("socket.connected", undefined, { timeout: PATIENCE });
    await first.page.evaluate(() => {
      globalThis.heard = [];
      socket.on("data", (data) => globalThis.heard.push(data));
    });
    await second.open();
    const heard = () => first.page.evaluate(() => globalThis.heard);
    await until("the first page hears the second", async () => (await heard()).length > 0);
    assert.deepEqual(await heard(), ["Hello from the client"]);
    await diaryHas('received / data "Hello from the client"', 2);
    await leave(first, second);
  });

  await step("board.html: everyone hears who comes and goes, and the newcomer is welcome", async () => {
    const first = await visit("board.html");
    await first.line(/^Private: Welcome you are the 1 person here$/);
    await first.line(/^News: One more person is online \(1\)$/);
    const second = await visit("board.html");
    await second.line(/^Private: Welcome you are the 2 person here$/);
    await second.line(/^News: One more person is online \(2\)$/);
    await first.line(/^News: One more person is online \(2\)$/);
    await diaryHas('received / private {"msg":"Thank you for your message"}', 2);

    await leave(second);
    await first.line(/^News: Someone went home \(1\)$/);
    assert.equal((await first.lines()).filter((line) => line.startsWith("Private")).length, 1, "nobody else's welcome");
    await leave(first);
  });
  console.log("PASSED");
} finally {
  await browser.close();
}

/** A visitor of his own with a page, as if the server had it. */
async function visit(name, isOpened = true) {
  const page = await (await browser.newContext()).newPage();
  const complaints = [];
  page.on("pageerror", (e) => complaints.push(e.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  const html = readFileSync(join(directory, name), "utf8")
    .replace("http://localhost:3000", baseUrl)
    .replace(/https:\/\/cdnjs\.cloudflare\.com\/.*\/socket\.io\.js/, "/socket.io/socket.io.js");
  await page.route(`${baseUrl}/${name}`, (route) => route.fulfill({ contentType: "text/html", body: html }));
  const visitor = {
    page,
    complaints,
    open: () => page.goto(`${baseUrl}/${name}`),
    lines: () => page.locator("#messages li").allTextContents(),
    line: (text) => page.locator("#messages li").filter({ hasText: text }).first().waitFor({ timeout: PATIENCE }),
  };
  if (isOpened) {
    await visitor.open();
  }
  return visitor;
}

/** Closes the pages. A page that still polls could not tell the server, which would wait for a pong. */
async function leave(...visitors) {
  for (const { page, complaints } of visitors) {
    await page.waitForFunction("socket.io.engine.transport.name === 'websocket'", undefined, { timeout: PATIENCE });
    assert.deepEqual(complaints, []);
    await page.context().close();
  }
  await until("all have left", async () => {
    const diary = await readDiary();
    const count = (word) => diary.filter((line) => line.startsWith(`${word} / `)).length;
    return count("connected") - count("disconnected") === browser.contexts().length;
  });
}

async function readDiary() {
  return (await (await fetch(`${baseUrl}/diary`)).text()).split("\n");
}

/** What the server's observers saw. */
async function diaryHas(line, times) {
  await until(`the diary has ${times} of ${line}`, async () => (await readDiary()).filter((one) => one === line).length === times);
}
