// An operator looks at the monitor, and disconnects a guest; then axe-core looks at it.
//
//     node monitor.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import net from "node:net";
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
  // What the charts write beside their axes.
  await page.addInitScript(() => {
    window.written = [];
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function write(text, ...more) {
      window.written.push(text);
      return fillText.call(this, text, ...more);
    };
  });
  const begun = Date.now();
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
    await page.waitForFunction(() => [...document.querySelectorAll("#now div")].some((one) => /^Messages out \/s[1-9]/.test(one.textContent)));
    await page.locator("#charts figure canvas").nth(4).waitFor();
    assert.match(await page.locator("#charts [role=img]").first().getAttribute("aria-label"), /^Messages a second: in [\d.]+, out [\d.]+$/);
    const times = (await page.evaluate(() => window.written)).filter((text) => /^\d\d:\d\d:\d\d$/.test(text));
    assert.ok(times.length > 0);
    const clock = (at) => new Date(at).toTimeString().slice(0, 8);
    const known = new Set(Array.from({ length: Math.ceil((Date.now() - begun) / 1_000) + 70 }, (_, n) => clock(begun - 65_000 + n * 1_000)));
    assert.deepEqual(times.filter((time) => !known.has(time)), [], "times beside the charts are of now");
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

  await stage("a connection that breaks, or just goes silent, is told, and how old the figures are", async () => {
    board.serverIsAway = true;
    const proxy = await frailProxy();
    const far = await board.page({ locale: "en-US" });
    await far.goto(new URL("monitor.xhtml", proxy.url).href);
    for (const harm of [proxy.cut, proxy.silence]) {
      await far.locator("#state:not(.problem)", { hasText: "Live" }).waitFor();
      harm();
      await far.locator("#state.problem", { hasText: /does not answer; the figures are of \d+:\d\d:\d\d/ }).waitFor();
      assert.match(await far.locator("#now").innerText(), /Connections\s+\d/, "the old figures stay");
      proxy.mend();
    }
    await far.locator("#state:not(.problem)", { hasText: "Live" }).waitFor();
    await far.context().close();
    board.serverIsAway = false;
  });

  await stage("a hidden page holds no stream, and comes back when it is shown, as soon as there is room", async () => {
    board.serverIsAway = true;
    await turn(page, "hidden");
    const others = [];
    // The page's place is free a moment later.
    while (others.length < MAX_WATCHERS) {
      const other = new AbortController();
      const answer = await fetch(new URL("monitor/live", baseUrl), { signal: other.signal });
      if (answer.status === 200) {
        others.push(other);
        answer.text().catch(() => "aborted, at the end");
      } else {
        assert.equal(answer.status, 503);
        await answer.text();
      }
    }
    const late = await fetch(new URL("monitor/live", baseUrl));
    assert.equal(late.status, 503);
    assert.equal(late.headers.get("Retry-After"), "10");
    assert.match(await late.text(), /^20 browsers look at the monitor/);

    await turn(page, "visible");
    await page.locator("#state.problem", { hasText: "Too many look at the monitor; the next try is in 10 s" }).waitFor();
    others.forEach((other) => other.abort());
    await page.locator("#state:not(.problem)", { hasText: "Live" }).waitFor();
    board.serverIsAway = false;
  });
}

/** A way to the server that can break, go silent, and be mended. */
async function frailProxy() {
  const { hostname, port } = new URL(baseUrl);
  const pairs = new Set();
  let isBroken = false;
  const server = net.createServer((near) => {
    if (isBroken) {
      near.destroy();
      return;
    }
    const far = net.connect(Number(port), hostname);
    pairs.add([near, far]);
    [near, far].forEach((one) => one.on("error", () => {}));
    near.on("close", () => far.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    cut: () => {
      isBroken = true;
      pairs.forEach((pair) => pair.forEach((one) => one.destroy()));
      pairs.clear();
    },
    silence: () => {
      isBroken = true;
      pairs.forEach(([near, far]) => far.unpipe(near));
    },
    mend: () => {
      isBroken = false;
    },
  };
}

/** As many as the server has room for. */
const MAX_WATCHERS = 20;

/** The browser says that the tab is shown, or not. */
function turn(page, state) {
  return page.evaluate((visibility) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => visibility === "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
}

/** A figure, as programs are given it. */
async function counter(name) {
  const text = await (await fetch(new URL("metrics", baseUrl))).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

await board.run("monitor", scenario);
