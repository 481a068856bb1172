// axe-core looks at the pages in all their states: in light, in dark, and 360 px wide.
//
//     node axe.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Board, NARROW, WIDE, cutOff, keepSockets } from "./guests.mjs";
import { violations } from "./violations.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
const run = randomUUID().slice(0, 4);
/** On a narrow page the places are a view of their own, beside which there is no main content. */
const ALLOWED = /^places, \w+-360: landmark-one-main/;
const LOOKS = [
  { name: "light", colorScheme: "light", viewport: WIDE },
  { name: "dark", colorScheme: "dark", viewport: WIDE },
  { name: "light-360", colorScheme: "light", viewport: NARROW },
  { name: "dark-360", colorScheme: "dark", viewport: NARROW },
];

/** What axe has found so far. */
const found = [];

async function scenario() {
  const ann = await board.visit(`Ann-${run}`, { scripts: [keepSockets] });
  const bob = await board.visit(`Jürgen ${run}`);
  await ann.send("`code`, https://example.org/, and\n> a quote\nwith an answer");
  await ann.send("```\na block of code\n```");
  await ann.send(Array.from({ length: 30 }, (_, n) => `line ${n}`).join("\n"));
  await ann.send(`reacted to ${run}`);
  await ann.send(`wrong ${run}`);
  await bob.send(`hello @${ann.name} and @"${bob.name}"`);
  await bob.line(`reacted to ${run}`).hover();
  await bob.page.getByRole("button", { name: "React with 🎉" }).click();
  await ann.page.locator("#log .reaction").last().waitFor();
  await ann.line(`wrong ${run}`).hover();
  await ann.page.getByRole("button", { name: "Delete" }).click();
  await ann.page.getByRole("button", { name: "Delete for all?" }).click();
  await ann.page.locator("#log .text.deleted").last().waitFor();
  await ann.page.locator("#add-channel").click();
  await ann.page.locator("dialog input[type=search]").fill(`room-${run}`);
  await ann.page.locator("dialog .choice button", { hasText: `#room-${run}` }).click();
  await ann.page.locator("#title", { hasText: `room-${run}` }).waitFor();
  await bob.to(`@${ann.id}`);
  await bob.send("privately");
  await ann.entry(`@${bob.id}`).locator(".badge").waitFor();
  await ann.to("#news");

  await everywhere(ann, "news");
  await stage("a message's buttons", async () => {
    await ann.line(`reacted to ${run}`).hover();
    await ann.page.locator("#log .actions").waitFor();
    await look(ann, "actions");
  });
  await everywhere(ann, "changing a message, with a problem", async () => {
    await ann.text.fill("");
    await ann.text.press("ArrowUp");
    await ann.page.locator("#editing").waitFor();
    await ann.text.fill("x".repeat(10_020));
    await ann.text.press("Enter");
    await ann.page.locator("#composer .problem", { hasText: "Not sent" }).waitFor();
    // "Jump to latest" is there as well, where there is less room than messages.
    await ann.page.locator("#log").evaluate((log) => (log.scrollTop = 0));
  });
  await ann.text.press("Escape");
  await everywhere(ann, "names that are offered", async () => {
    await ann.text.fill("");
    await ann.text.pressSequentially("@jür");
    await ann.page.locator("#offers li").waitFor();
  });
  await ann.text.fill("");
  await everywhere(bob, "a private conversation");
  for (const [name, selector] of [["search", "#search"], ["jump", "#jump"]]) {
    await everywhere(ann, name, async () => {
      await ann.page.locator(selector).click();
      await ann.page.locator("dialog input[type=search]").fill(name === "search" ? "quote" : "");
      await ann.page.locator("dialog .choice button").first().waitFor();
    });
    await closeDialog(ann);
  }
  await ann.to(`#room-${run}`);
  await everywhere(ann, "an empty channel, and its topic", () => ann.page.locator("#change-topic").click());
  await closeDialog(ann);
  for (const [name, selector] of [["help", "#help"], ["channels", "#add-channel"]]) {
    await everywhere(ann, name, async () => {
      await ann.page.locator("#you details").evaluate((details) => (details.open = true));
      await ann.page.locator(selector).click();
      await ann.page.locator("dialog").waitFor();
    });
    await closeDialog(ann);
  }
  await everywhere(ann, "places", () => ann.page.evaluate(() => (document.body.dataset.tab = "side")));
  await ann.page.evaluate(() => (document.body.dataset.tab = "conversation"));
  await everywhere(ann, "no connection", async () => {
    board.serverIsAway = true;
    await ann.page.context().setOffline(true);
    await cutOff(ann.page);
    await ann.page.locator("#state[data-state=waiting]").waitFor({ state: "attached" });
    await ann.send("waits");
  });
  await ann.page.context().setOffline(false);
  board.serverIsAway = false;

  await stage("the page as the server renders it", async () => {
    const page = await board.page({ javaScriptEnabled: false });
    await page.goto(baseUrl);
    assert.ok((await page.locator("#log .line").count()) > 0);
    const source = await page.content();
    await page.context().close();
    const other = await board.page({ bypassCSP: true });
    await other.route("**/board/*.js", (route) => route.abort());
    board.serverIsAway = true;
    await other.goto(baseUrl);
    board.serverIsAway = false;
    assert.ok(source.includes("noscript"));
    await look({ page: other }, "without its script");
    await other.context().close();
  });
  assert.equal(found.join("\n"), "");
}

/** A state, in all looks. */
async function everywhere(guest, name, reach = async () => {}) {
  await stage(name, async () => {
    await reach();
    for (const { name: how, colorScheme, viewport } of LOOKS) {
      await guest.page.setViewportSize(viewport);
      await guest.page.emulateMedia({ colorScheme });
      await guest.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      await look(guest, `${name}, ${how}`);
    }
    await guest.page.setViewportSize(WIDE);
    await guest.page.emulateMedia({ colorScheme: "light" });
  });
}

/** Notes what axe finds. */
async function look({ page }, what) {
  found.push(...(await violations(page)).map((violation) => `${what}: ${violation}`).filter((violation) => !ALLOWED.test(violation)));
}

async function closeDialog({ page }) {
  await page.locator("dialog .close").click();
  await page.locator("dialog").waitFor({ state: "detached" });
}

await board.run("axe", scenario);
