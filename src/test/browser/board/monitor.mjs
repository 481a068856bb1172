// An operator looks at the monitor, and disconnects a guest; then axe-core looks at it.
//
//     node monitor.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";
import { Board, NARROW, WIDE } from "./guests.mjs";
import { violations } from "./violations.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
const run = randomUUID().slice(0, 4);

async function scenario() {
  const ann = await board.visit(`Ann-${run}`);
  const bob = await board.visit(`<b>Bob</b> ${run}`);
  // uPlot asks for the formats of the browser's language, and does not take each that an operating system names.
  const page = await board.page({ locale: "en-US" });
  const tile = (name) => page.locator("#now div", { hasText: name }).locator("dd");

  await stage("figures and connections are shown, and go on by themselves", async () => {
    await page.goto(new URL("monitor.xhtml", baseUrl).href);
    await page.locator("#state", { hasText: "Live" }).waitFor();
    await page.locator(`#connections tr`, { hasText: bob.name }).waitFor();
    const row = page.locator("#connections tr", { hasText: ann.name });
    assert.match(await row.locator("td").nth(2).textContent(), /^websocket$/);
    assert.match(await row.locator("td").nth(3).textContent(), /news, people/);
    assert.ok(Number(await tile("Connections").first().textContent()) >= 2);
    assert.equal(await tile("Log").textContent(), "answers");
    const before = await counter("herald_messages_in_total");
    for (let n = 0; n < 20; n++) {
      await ann.send(`message ${n} ${run}`);
    }
    await bob.line(`message 19 ${run}`).waitFor();
    assert.ok((await counter("herald_messages_in_total")) >= before + 20);
    assert.ok((await counter('herald_ack_latency_seconds{quantile="0.5"}')) > 0);
    assert.ok((await counter('herald_delivery_latency_seconds{quantile="0.99"}')) > 0);
    await page.waitForFunction(() => [...document.querySelectorAll("#now div")].some((one) => one.textContent.startsWith("Messages out /s") && !one.textContent.endsWith("s0")));
    await page.locator("#charts figure canvas").nth(4).waitFor();
    assert.match(await page.locator("#charts [role=img]").first().getAttribute("aria-label"), /^Messages a second: in [\d.]+, out [\d.]+$/);
    await board.picture({ page }, "monitor");
  });

  await stage("a refusal is counted by its code", async () => {
    const before = await counter('herald_refusals_total{code="history-invalid"}');
    const socket = io(baseUrl, { forceNew: true, transports: ["websocket"] });
    const { error } = await socket.emitWithAck("history", { channel: "news", limit: -1 });
    socket.disconnect();
    assert.equal(error.code, "history-invalid");
    assert.equal(await counter('herald_refusals_total{code="history-invalid"}'), before + 1);
  });

  await stage("who is disconnected is told, and gone from the table", async () => {
    const row = page.locator("#connections tr", { hasText: bob.name });
    await row.getByRole("button", { name: "Disconnect" }).click();
    await row.getByRole("button", { name: "Disconnect now?" }).click();
    await bob.page.locator("#state[data-state=ended]").waitFor();
    await row.waitFor({ state: "detached" });
    await bob.page.getByRole("button", { name: "Retry now" }).click();
    await bob.connected();
    await row.waitFor();
  });

  await stage("who reads German gets the page in German", async () => {
    const german = await board.page({ locale: "de-DE" });
    await german.goto(new URL("monitor.xhtml", baseUrl).href);
    await german.locator("#state", { hasText: "Live, alle 2 Sekunden" }).waitFor();
    assert.equal(await german.locator("html").getAttribute("lang"), "de");
    await german.locator("#now div", { hasText: "Nachrichten ein/s" }).waitFor();
    await german.locator("#connections tr", { hasText: ann.name }).getByRole("button", { name: "Trennen" }).waitFor();
    assert.match(await german.locator("#charts [role=img]").first().getAttribute("aria-label"), /^Nachrichten je Sekunde: ein /);
    assert.doesNotMatch(await german.locator("body").innerText(), /tile\.|chart\.|list\.|column\.|\bConnections\b/);
    await board.picture({ page: german }, "monitor-german");
    await german.context().close();
  });

  await stage("axe-core finds nothing", async () => {
    const found = [];
    for (const colorScheme of ["light", "dark"]) {
      for (const viewport of [WIDE, NARROW]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        found.push(...(await violations(page)).map((violation) => `${colorScheme}, ${viewport.width}: ${violation}`));
        const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(content <= room, `the page is ${content} px wide, and there are ${room}`);
      }
    }
    await board.picture({ page }, "monitor-phone");
    assert.equal(found.join("\n"), "");
  });

  await stage("a server that does not answer is told", async () => {
    board.serverIsAway = true;
    await page.route("**/monitor/now", (route) => route.abort());
    await page.locator("#state.problem", { hasText: "does not answer" }).waitFor();
    await page.unroute("**/monitor/now");
    await page.locator("#state", { hasText: "Live" }).waitFor();
    board.serverIsAway = false;
  });
}

/** A figure, as the page is given it. */
async function counter(name) {
  const { figures } = await (await fetch(new URL("monitor/now", baseUrl))).json();
  return figures[name] ?? 0;
}

await board.run("monitor", scenario);
