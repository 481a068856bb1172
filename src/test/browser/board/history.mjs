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
const LINES = "#log .line";

const browser = await launch();

async function scenario() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: "light" });
  const complaints = [];
  const writer = await (await browser.newContext()).newPage();
  await writer.goto(baseUrl);
  await connected(writer);
  await say(writer, "said", SAID);

  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  await page.goto(baseUrl);
  await connected(page);
  await page.getByText(`said ${SAID}`, { exact: true }).waitFor();
  await page.locator("#log").focus();

  // To the beginning, page by page: what is in the document is without a hole and a double each time.
  await page.locator("#log").hover();
  while (!(await said(page)).includes(1)) {
    const first = (await said(page))[0];
    await page.mouse.wheel(0, -100_000);
    await page.waitForFunction((before) => {
      const texts = [...document.querySelectorAll("#log .line .text")].map(({ textContent }) => textContent);
      return Number(texts.find((text) => text.startsWith("said "))?.slice(5)) < before;
    }, first);
    const now = await said(page);
    assert.deepEqual(now, numbers(now[0], now.at(-1)));
  }
  // What the board said of those who came is older still.
  const beginning = page.getByText("No older messages");
  for (let n = 0; n < 20 && !(await beginning.isVisible()); n++) {
    await page.mouse.wheel(0, -100_000);
    await beginning.waitFor({ timeout: 1_000 }).catch(() => {});
  }
  await beginning.waitFor();
  await page.screenshot({ path: join(outDir, "history-begin.png") });

  // What comes meanwhile does not move what is read.
  await page.evaluate(() => document.querySelector("#log").scrollTo(0, 300));
  const place = await placeOf(page, "said 20");
  await say(writer, "meanwhile", 3);
  await page.getByRole("button", { name: "Jump to latest (3)" }).waitFor();
  assert.equal(await placeOf(page, "said 20"), place);
  await page.getByRole("button", { name: "Jump to latest (3)" }).click();
  await page.getByText("meanwhile 3", { exact: true }).waitFor();
  await page.locator("#latest").waitFor({ state: "hidden" });
  await page.screenshot({ path: join(outDir, "history-end.png") });
  assert.ok((await page.locator("#log .row").count()) <= 320);
  assert.deepEqual(complaints, []);
}

/** Where a message is in the window, in whole pixels. */
function placeOf(page, text) {
  return page.evaluate((wanted) => {
    const line = [...document.querySelectorAll("#log .text")].find(({ textContent }) => textContent === wanted);
    return Math.round(line.getBoundingClientRect().top);
  }, text);
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
    await page.screenshot({ path: join(outDir, `history-failed-page-${n}.png`) }).catch(() => {});
  }
} finally {
  await browser.close();
}
