// A guest comes back to the board, and finds what was written privately meanwhile as new, until it was seen.
//
//     node devices.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../chromium.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
assert.ok(baseUrl && outDir, "usage: node devices.mjs <baseUrl> <outDir>");
mkdirSync(outDir, { recursive: true });

const TEXTS = "#log .line .text";

const browser = await launch();

async function scenario() {
  const [anns, bobs] = [await browser.newContext(), await browser.newContext()];
  const complaints = [];
  const ann = await anns.newPage();
  await ann.goto(baseUrl);
  await connected(ann);
  let bob = await open(bobs, complaints);
  const bobId = await bob.evaluate(() => document.body.dataset.self);
  await bob.close();

  await tell(ann, bobId, "while you were away", 2);
  for (let n = 0; n < 2; n++) {
    bob = await open(bobs, complaints);
    await unread(bob, 2);
    await bob.screenshot({ path: join(outDir, "devices-new.png") });
    if (n === 0) {
      await bob.close();
    }
  }
  const annId = await ann.evaluate(() => document.body.dataset.self);
  await bob.locator(`#talks [data-conversation="@${annId}"]`).click();
  await bob.waitForFunction(() => !document.title.startsWith("("));
  assert.deepEqual(await bob.locator(TEXTS).allTextContents(), ["while you were away 1", "while you were away 2"]);
  await bob.close();

  await tell(ann, bobId, "away again", 1);
  bob = await open(bobs, complaints);
  await unread(bob, 1);
  assert.deepEqual(complaints, []);
}

/** Waits for so many unread messages, in the title and at the conversation. */
async function unread(page, count) {
  await page.waitForFunction((wanted) => document.title.startsWith(`(${wanted})`), count);
  await page.locator("#talks .badge", { hasText: String(count) }).waitFor();
}

/** A page that is connected. */
async function open(context, complaints) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  await page.goto(baseUrl);
  await connected(page);
  return page;
}

function connected(page) {
  return page.getByRole("status").filter({ hasText: /^Connected$/ }).waitFor({ state: "attached" });
}

/** Writes privately, by a connection of its own, and waits until all is in the log. */
function tell(page, to, word, count) {
  return page.evaluate(
    ([person, text, last]) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/feed`);
        socket.onopen = () => {
          for (let n = 1; n <= last; n++) {
            socket.send(JSON.stringify({ event: "private", to: person, data: { msg: `${text} ${n}` }, id: `${text}-${n}` }));
          }
        };
        socket.onmessage = ({ data }) => {
          const { event, id } = JSON.parse(data);
          if (event === "ack" && id === `${text}-${last}`) {
            socket.close();
            resolve();
          }
        };
      }),
    [to, word, count],
  );
}

try {
  await scenario();
  console.log("PASSED");
} catch (failure) {
  console.log("FAILED", failure);
  process.exitCode = 1;
} finally {
  await browser.close();
}
