// Guests use the board in real browsers: the connection's beginning, names, permalinks, channels, mentions, read positions, and
// browsers that lack something.
//
//     node places.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";
import { Board, withoutWebSocket } from "./guests.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
const fresh = (word) => `${word}-${randomUUID().slice(0, 8)}`;
const run = randomUUID().slice(0, 4);
const unlike = (name) => `${name}-${run}`;

async function scenario() {
  // The server keeps the names of who has just gone: other scripts' guests have had theirs.
  const ann = await board.visit(unlike("Ann"));
  const bob = await board.visit(unlike("Bob"));

  await stage("before the first connection nothing is said of one that broke", async () => {
    board.serverIsAway = true;
    const page = await board.page({ scripts: [withoutWebSocket] });
    await page.route(/socket\.io\/\?/, (route) => route.abort());
    await page.goto(baseUrl);
    await page.locator("body[data-ready]").waitFor({ state: "attached" });
    await page.locator("#state-shown", { hasText: /^The server does not answer, trying since / }).waitFor();
    assert.equal(await page.locator("#count").textContent(), "2 people online");
    assert.equal(await page.locator("#people li", { hasText: ann.name }).count(), 1, "who was there when the page was made");
    assert.equal(await page.locator("#stale:visible").textContent(), "as of when this page was loaded");
    await page.unrouteAll();
    board.serverIsAway = false;
    await page.context().close();
  });

  await stage("a name that is changed is told, and not as coming and going", async () => {
    const newsBefore = await newsOfServer();
    await ann.person(bob.id).filter({ hasText: bob.name }).waitFor();
    const other = await board.tab(bob);
    const names = ["Bobby", "Robert"].map(unlike);
    for (const name of names) {
      await bob.rename(name);
      await ann.person(bob.id).filter({ hasText: name }).waitFor();
      await bob.send(`I am ${name}`);
      await ann.line(`I am ${name}`).waitFor();
      await ann.page.locator("#log .line.head", { hasText: `I am ${name}` }).locator(".name", { hasText: name }).waitFor();
    }
    await other.page.locator("#you .name", { hasText: names[1] }).waitFor({ state: "attached" });
    await other.send("from the other tab");
    await ann.line("from the other tab").waitFor();
    const last = ann.page.locator("#log .line.head").last();
    assert.equal(await last.locator(".name").textContent(), names[1], "all tabs have the new name");
    await other.page.close();
    const newsAfter = await newsOfServer();
    assert.deepEqual(newsAfter.filter(({ offset }) => offset > newsBefore[0].offset).map(({ data }) => data.msg).reverse(), [...names.map((name) => `I am ${name}`), "from the other tab"]);
    assert.equal(await ann.page.locator("#count").textContent(), "2 people online");
    for (const name of names) {
      assert.equal(await bob.line(`I am ${name}`).count(), 1);
    }
  });

  await stage("a permalink shows its message, also by back and forward, and from another browser", async () => {
    const channel = fresh("links");
    await publish(channel, 150, (n) => `line ${n}`);
    const [early, late] = await Promise.all([5, 140].map((n) => offsetOf(channel, `line ${n}`)));
    await ann.page.goto(`${baseUrl}?channel=${channel}&message=${early}`);
    await found(ann, "line 5");
    await ann.to("#news");
    await ann.page.goBack();
    await found(ann, "line 5");
    await ann.page.evaluate(([name, offset]) => history.pushState(null, "", `./?channel=${name}&message=${offset}`), [channel, late]);
    await ann.page.goBack();
    await ann.page.goForward();
    await found(ann, "line 140");
    await ann.page.goBack();
    await found(ann, "line 5");

    await ann.line("line 7").hover();
    await ann.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await ann.page.getByRole("button", { name: "Link" }).click();
    await ann.page.getByRole("button", { name: "Copied" }).waitFor();
    const link = await ann.page.evaluate(() => navigator.clipboard.readText());
    const eve = await board.visit(unlike("Eve"), { address: link });
    await found(eve, "line 7");
    await eve.page.context().close();

    await ann.page.goto(`${baseUrl}?channel=${channel}&message=9999`);
    await ann.page.getByText("This message is not here").first().waitFor();
    await ann.page.goto(baseUrl);
    await ann.connected();
  });

  await stage("a search goes on with older messages as long as there are some", async () => {
    const channel = fresh("search");
    await publish(channel, 120, (n) => `a needle ${n}`);
    await ann.page.goto(`${baseUrl}?channel=${channel}`);
    await ann.line("a needle 120").waitFor();
    await ann.page.locator("#search").click();
    await ann.page.locator("dialog .scope input").check();
    await ann.page.locator("dialog input[type=search]").fill("needle");
    const hits = ann.page.locator("dialog .hit");
    await hits.nth(49).waitFor();
    assert.equal(await hits.count(), 50);
    await ann.page.getByRole("button", { name: "Search older messages" }).click();
    await hits.nth(99).waitFor();
    await ann.page.getByRole("button", { name: "Search older messages" }).click();
    await hits.nth(119).waitFor();
    await ann.page.getByRole("button", { name: "Search older messages" }).waitFor({ state: "hidden" });
    assert.deepEqual(await hits.locator("span").allTextContents(), Array.from({ length: 120 }, (_, n) => `a needle ${120 - n}`));
    await board.picture(ann, "search-older");
    await ann.page.keyboard.press("Escape");
    await ann.page.keyboard.press("Escape");
    await ann.page.goto(baseUrl);
    await ann.connected();
  });
}

/** The message that a link leads to: marked and in view. */
async function found({ page }, text) {
  await page.locator("#log .row.found", { hasText: new RegExp(`${text}$`) }).waitFor();
  const isInView = await page.evaluate(() => {
    const row = document.querySelector("#log .found").getBoundingClientRect();
    const log = document.querySelector("#log").getBoundingClientRect();
    return row.top >= log.top && row.bottom <= log.bottom;
  });
  assert.ok(isInView, `${text} is in view`);
}

/** The latest news in the log, the newest first. */
async function newsOfServer() {
  return (await messagesOf("news")).messages;
}

async function messagesOf(channel) {
  return (await fetch(new URL(`api/channels/${channel}/messages?limit=200`, baseUrl))).json();
}

async function offsetOf(channel, text) {
  return (await messagesOf(channel)).messages.find(({ data }) => data.msg === text).offset;
}

/** Publishes so many messages by a client that is no page. */
async function publish(channel, count, text) {
  const socket = io(baseUrl, { forceNew: true, transports: ["polling"], auth: {} });
  for (let first = 1; first <= count; first += 100) {
    const some = Array.from({ length: Math.min(100, count - first + 1) }, (_, n) => first + n);
    await Promise.all(some.map((n) => socket.emitWithAck("message", { msg: text(n) }, { channel })));
  }
  socket.disconnect();
}

await board.run("places", scenario);
