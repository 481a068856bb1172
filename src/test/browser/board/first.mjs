// A first visit: how much is transferred, when something is to be seen, and whether it stays where it is.
//
//     node first.mjs <baseUrl> <outDir>
//
// Prints the figures and PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Board, NARROW, WIDE } from "./guests.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const run = randomUUID().slice(0, 4);

/** The most bytes of a first visit, as they are transferred: the page, its files and the client. */
const MOST_BYTES = 120 * 1024;

/** What Chromium's authors call good; and for the first content a time that also slow machines keep to, in ms. */
const MOST_SHIFT = 0.1;
const LATEST_CONTENT = 5_000;

async function scenario() {
  const ann = await board.visit(`Ann-${run}`);
  for (let n = 0; n < 30; n++) {
    await ann.send(`something to read, number ${n}, which is long enough for a second line on a phone ${run}`);
  }
  await ann.line(`something to read, number 29, which is long enough for a second line on a phone ${run}`).waitFor();

  for (const [name, viewport] of Object.entries({ wide: WIDE, phone: NARROW })) {
    await board.stage(`a first visit, ${name}`, async () => {
      const page = await board.page({ viewport, scripts: [observe] });
      const sizes = await transfers(page);
      await page.goto(baseUrl);
      await page.locator("#state[data-state=connected]").waitFor({ state: "attached" });
      await page.locator("#log .line", { hasText: "number 29" }).waitFor();
      await page.waitForLoadState("networkidle");
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      const { content, shift, tasks } = await page.evaluate(() => window.measured);
      const shown = `${(bytes / 1024).toFixed(1)} KiB in ${sizes.size} answers, first content after ${Math.round(content)} ms, layout shift ${shift.toFixed(3)}, long tasks ${JSON.stringify(tasks)} ms`;
      console.log(`${name}: ${shown}`);
      assert.ok(sizes.size > 20, "the files are counted");
      assert.ok(bytes > 30_000 && bytes < MOST_BYTES, shown);
      assert.ok(content > 0 && content < LATEST_CONTENT, shown);
      assert.ok(shift < MOST_SHIFT, shown);
      await page.context().close();
    });
  }
}

/** How much each answer takes on the wire, with its headers. */
async function transfers(page) {
  const browser = await page.context().newCDPSession(page);
  const sizes = new Map();
  browser.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  await browser.send("Network.enable");
  return sizes;
}

/** To be run in a page before its own scripts. */
function observe() {
  const measured = { content: 0, shift: 0, tasks: [] };
  window.measured = measured;
  const on = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  on("paint", ({ name, startTime }) => name === "first-contentful-paint" && (measured.content = startTime));
  on("layout-shift", ({ value, hadRecentInput }) => hadRecentInput || (measured.shift += value));
  on("longtask", ({ duration }) => measured.tasks.push(Math.round(duration)));
}

await board.run("first", scenario);
