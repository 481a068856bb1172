// Two guests write while the network is cut, and while the server is killed: each message is there once, and in order.
//
//     node broken.mjs <baseUrl> <outDir> <pid of the server>
//
// Prints KILL and waits for a line STARTED while the server is killed and started anew; prints PASSED at the end, or says what failed
// and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { FailingProxy } from "../socketio/proxy.mjs";
import { Board, Guest } from "./guests.mjs";

const [baseUrl, outDir, pid] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
const run = randomUUID().slice(0, 4);
const CUT = 5_000;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function scenario() {
  await stage("both write while the network is cut for 5 s, and nothing is missing or double", async () => {
    const proxy = await FailingProxy.to(new URL(baseUrl), () => 0);
    const ann = await board.visit(`Ann-${run}`, { address: proxy.url });
    const bob = await board.visit(`Bob-${run}`);
    board.serverIsAway = true;
    const cut = proxy.outage(CUT, false);
    await ann.page.locator("#state[data-state=waiting]").waitFor();
    for (const n of [1, 2, 3]) {
      await ann.send(`Ann offline ${run} ${n}`);
      await bob.send(`Bob meanwhile ${run} ${n}`);
    }
    await ann.page.getByText("3 messages wait and will be sent").first().waitFor();
    assert.equal(await ann.page.locator("#log .pending").count(), 3);
    await ann.page.locator("#people.stale").waitFor();
    await board.picture(ann, "cut");
    await cut;
    const back = performance.now();
    await ann.connected();
    const took = Math.round(performance.now() - back);
    console.log(`back ${took} ms after the network`);
    assert.ok(took < 4_000, `back within 4 s, not ${took} ms`);
    board.serverIsAway = false;
    await ann.page.locator("#state-more", { hasText: /^Caught up \d+ messages, nothing is missing$/ }).waitFor();
    await board.picture(ann, "cut-caught-up");
    await bob.line(`Ann offline ${run} 3`).waitFor();
    await ann.line(`Bob meanwhile ${run} 3`).waitFor();
    await ann.page.locator("#log .pending").first().waitFor({ state: "detached" });
    for (const guest of [ann, bob]) {
      const texts = (await guest.texts()).filter((text) => /offline|meanwhile/.test(text));
      for (const who of [`Ann offline ${run}`, `Bob meanwhile ${run}`]) {
        assert.deepEqual(texts.filter((text) => text.startsWith(who)), [1, 2, 3].map((n) => `${who} ${n}`), guest.name);
      }
    }
    await ann.page.context().close();
    await bob.page.context().close();
  });

  await stage("the server is killed with three messages pending, one of them in its log, and each is there once", async () => {
    const page = await board.page();
    let areAnswersLost = false;
    await page.routeWebSocket(/socket\.io\/\?/, (client) => {
      const server = client.connectToServer();
      // 43 is an answer to what the page has sent.
      server.onMessage((message) => (areAnswersLost && String(message).startsWith("43") ? null : client.send(message)));
    });
    const ann = new Guest(page);
    await page.goto(baseUrl);
    await ann.connected();
    const bob = await board.visit(`Bobby-${run}`);
    areAnswersLost = true;
    await ann.send(`pending 1 ${run}`);
    await bob.line(`pending 1 ${run}`).waitFor();
    process.kill(Number(pid), "SIGSTOP");
    board.serverIsAway = true;
    await ann.send(`pending 2 ${run}`);
    await ann.send(`pending 3 ${run}`);
    await page.waitForFunction(() => Object.keys(localStorage).filter((key) => key.includes("outbox:")).length === 3);
    console.log("KILL");
    areAnswersLost = false;
    await page.locator("#state[data-state=waiting]").waitFor();
    await page.locator("#log .pending").nth(1).waitFor();
    await board.picture(ann, "killed");
    assert.equal((await lines.next()).value, "STARTED");
    await Promise.all([ann, bob].map((guest) => guest.connected(30_000)));
    board.serverIsAway = false;
    for (const guest of [ann, bob]) {
      await guest.line(`pending 3 ${run}`).waitFor();
    }
    await page.waitForFunction(() => Object.keys(localStorage).every((key) => !key.includes("outbox:")));
    const said = [1, 2, 3].map((n) => `pending ${n} ${run}`);
    for (const guest of [ann, bob]) {
      assert.deepEqual((await guest.texts()).filter((text) => text.startsWith("pending ")), said);
      await guest.page.reload();
      await guest.line(said[2]).waitFor();
      assert.deepEqual((await guest.texts()).filter((text) => text.startsWith("pending ")), said);
    }
  });
}

await board.run("broken", scenario);
