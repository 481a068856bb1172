// A guest reads in a real browser what was said before the page was opened.
//
//     node history.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../chromium.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
assert.ok(baseUrl && outDir, "usage: node history.mjs <baseUrl> <outDir>");
mkdirSync(outDir, { recursive: true });

const SAID = 130;
const LINES = "#news .line";
const HINT = "#news .older [role=status]";

const browser = await launch();

async function scenario() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: "light" });
  const complaints = [];
  const writer = await context.newPage();
  await writer.goto(baseUrl);
  await connected(writer);
  await say(writer, "said", SAID);

  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  await page.goto(baseUrl);
  await connected(page);
  assert.deepEqual(await said(page), numbers(81, SAID), "at first");
  assert.equal(await page.locator(LINES).count(), 50, "at first");

  await page.locator("#news .log").focus();
  await keepsPlace(page, "said 81", () => page.keyboard.press("Home"), 100);
  assert.deepEqual(await said(page), numbers(31, SAID), "after scrolling up once");
  await page.screenshot({ path: join(outDir, "history-once.png"), fullPage: true });

  await say(writer, "meanwhile", 3);
  await page.getByText("meanwhile 3", { exact: true }).waitFor({ state: "attached" });
  await page.locator("#news .log").hover();
  await keepsPlace(page, "said 31", () => page.mouse.wheel(0, -100_000), 104);
  assert.deepEqual(await said(page), numbers(1, SAID), "after scrolling up twice");
  assert.deepEqual(await said(page, "meanwhile"), numbers(1, 3));
  assert.equal(await page.locator(HINT).textContent(), "No older messages");
  await page.mouse.wheel(0, -100_000);
  await page.waitForFunction(() => document.querySelector("#news .log").scrollTop === 0);
  await page.screenshot({ path: join(outDir, "history-begin.png"), fullPage: true });

  await page.locator("#news .log").focus();
  await page.keyboard.press("End");
  await say(writer, "again", 1);
  await page.getByText("again 1", { exact: true }).waitFor();
  assert.deepEqual(await said(page), numbers(1, SAID), "in the end");

  await page.reload();
  await connected(page);
  await page.evaluate(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (text) {
      send.call(this, text.includes('"history"') ? text.replace('"news"', '"not a channel"') : text);
    };
    window.mend = () => (WebSocket.prototype.send = send);
  });
  await page.locator("#news .log").focus();
  await page.keyboard.press("Home");
  await page.getByText("Older messages could not be loaded").waitFor();
  await page.screenshot({ path: join(outDir, "history-failed.png"), fullPage: true });
  await page.evaluate(() => window.mend());
  await page.locator("#news").getByRole("button", { name: "Load older messages" }).click();
  await page.waitForFunction((lines) => document.querySelectorAll(lines).length === 100, LINES);
  assert.deepEqual(complaints, []);
}

function connected(page) {
  return page.getByRole("status").filter({ hasText: /^Connected$/ }).waitFor({ state: "attached" });
}

/** Publishes as many news, by a connection of its own, and waits until all are in the log. */
function say(page, word, count) {
  return page.evaluate(
    ([text, last]) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/feed`);
        let next = 0;
        const sayNext = () => {
          next++;
          socket.send(JSON.stringify({ event: "news", data: { msg: `${text} ${next}` }, id: `${text}-${next}` }));
        };
        socket.onopen = sayNext;
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data).event === "ack") {
            if (next === last) {
              socket.close();
              resolve();
            } else {
              sayNext();
            }
          }
        };
      }),
    [word, count],
  );
}

/** The numbers of what is on the page, in its order. */
async function said(page, word = "said") {
  const texts = await page.locator(`${LINES} .text`).allTextContents();
  return texts.filter((text) => text.startsWith(`${word} `)).map((text) => Number(text.slice(word.length + 1)));
}

/** Scrolls, and waits for so many lines: a line that the reader sees then is where it was. */
async function keepsPlace(page, text, scroll, lines) {
  const top = () =>
    page.evaluate((wanted) => {
      const line = [...document.querySelectorAll("#news .line")].find((one) => one.querySelector(".text").textContent === wanted);
      return line.getBoundingClientRect().top;
    }, text);
  await scroll();
  await page.waitForFunction(([selector, count]) => document.querySelectorAll(selector).length >= count, [LINES, lines]);
  const inView = await page.evaluate(() => {
    const { top: from, bottom: to } = document.querySelector("#news .log").getBoundingClientRect();
    return { from, to };
  });
  const place = await top();
  assert.ok(place >= inView.from && place < inView.to, `${text} is in view: ${place} of ${inView.from} to ${inView.to}`);
}

function numbers(first, last) {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

try {
  await scenario();
  console.log("PASSED");
} catch (failure) {
  console.error("FAILED:", failure.stack ?? failure);
  process.exitCode = 1;
  for (const [n, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    await page.screenshot({ path: join(outDir, `history-failed-page-${n}.png`), fullPage: true }).catch(() => {});
  }
} finally {
  await browser.close();
}
