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

const TEXTS = "#private .line:not([hidden]) .text";

const browser = await launch();

async function scenario() {
  const [anns, bobs] = [await browser.newContext(), await browser.newContext()];
  const complaints = [];
  const ann = await anns.newPage();
  await ann.goto(baseUrl);
  await connected(ann);
  let bob = await open(bobs, complaints);
  const bobId = await bob.evaluate(() => document.body.dataset.self);
  const device = await bob.evaluate(() => localStorage.getItem("herald-device"));
  assert.match(device, /^[A-Za-z0-9_.:-]{1,64}$/);
  await bob.close();

  await tell(ann, bobId, "while you were away", 2);
  bob = await open(bobs, complaints);
  await bob.getByText("2 new private messages").waitFor();
  await bob.screenshot({ path: join(outDir, "devices-new.png"), fullPage: true });
  await bob.close();

  bob = await open(bobs, complaints);
  await bob.getByText("2 new private messages").waitFor();
  const seen = nextSeen(bob);
  const annId = await ann.evaluate(() => document.body.dataset.self);
  await bob.locator(`#people [data-person="${annId}"]`).click();
  assert.equal((await seen).offset, 2);
  assert.deepEqual(await bob.locator(TEXTS).allTextContents(), ["while you were away 1", "while you were away 2"]);
  await bob.locator("#unread", { hasText: "new private" }).waitFor({ state: "hidden" });
  await bob.close();

  await tell(ann, bobId, "away again", 1);
  bob = await open(bobs, complaints);
  await bob.getByText("1 new private message", { exact: true }).waitFor();
  assert.equal(await bob.evaluate(() => localStorage.getItem("herald-device")), device);
  assert.deepEqual(complaints, []);
}

/** A page that has said what it has seen; the feed answers in order. */
async function open(context, complaints) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  await page.addInitScript(() => {
    const { send } = WebSocket.prototype;
    window.said = [];
    WebSocket.prototype.send = function (text) {
      window.said.push(JSON.parse(text));
      send.call(this, text);
    };
  });
  await page.goto(baseUrl);
  await connected(page);
  return page;
}

/** What the page says next of what is seen, once the server has heard it. */
async function nextSeen(page) {
  const before = await page.evaluate(() => window.said.length);
  await page.waitForFunction((count) => window.said.slice(count).some(({ event }) => event === "seen"), before);
  return page.evaluate((count) => window.said.slice(count).findLast(({ event }) => event === "seen"), before);
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
