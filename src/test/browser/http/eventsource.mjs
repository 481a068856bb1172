// EventSource on a page in a real browser, whose network fails; the same by curl; and a server that is restarted.
//
//     node eventsource.mjs <baseUrl> <docs/http.md>
//
// The server keeps 20 messages of channels brief-*. Prints RESTART and waits for a line RESTARTED while the server is restarted; prints
// PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import { createInterface } from "node:readline";
import { launch } from "../chromium.mjs";
import { pause, show, step, until } from "../socketio/guest.mjs";
import { FailingProxy } from "../socketio/proxy.mjs";
import { randomOf } from "../socketio/random.mjs";

const [baseUrl, docs] = process.argv.slice(2);
assert.ok(baseUrl && docs, "usage: node eventsource.mjs <baseUrl> <docs/http.md>");
const KEPT = 20;
/** As in the field "retry" of the stream, in milliseconds, with some more. */
const RETRY_IS_OVER = 3_000;

const input = createInterface({ input: process.stdin });
const restarted = new Promise((resolve) => input.once("line", resolve));
const random = randomOf(7);
const proxy = await FailingProxy.to(new URL(baseUrl), random);
const browser = await launch();
// The server's pages let no text become code, which the last step needs.
const page = await (await browser.newContext({ bypassCSP: true })).newPage();

const unique = (word) => `${word}-${randomUUID()}`;
const numbers = (first, last) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

/** Publishes numbers, not by way of the proxy. */
async function publish(channel, first, last) {
  for (const n of numbers(first, last)) {
    const response = await fetch(`${baseUrl}api/channels/${channel}/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ event: "n", data: n }),
    });
    assert.equal(response.status, 201, await response.text());
  }
}

const people = async (channel) => (await (await fetch(`${baseUrl}api/presence/${channel}`)).json()).count;

/** Opens a page of the server's, by way of the proxy. */
const visit = () => page.goto(`${proxy.url}health/live`);

/** Listens on the page to a channel, and keeps what is heard. */
async function listen(channel) {
  await visit();
  await page.evaluate((address) => {
    globalThis.heard = [];
    globalThis.states = [];
    globalThis.source = new EventSource(address);
    for (const name of ["joined", "gap", "n"]) {
      source.addEventListener(name, ({ data }) => heard.push({ name, data: JSON.parse(data) }));
    }
    source.onerror = () => states.push(source.readyState);
  }, `/api/events?channel=${channel}`);
  await hears((heard) => heard.length === 1, "joined");
}

const heard = () => page.evaluate(() => globalThis.heard);
const numbersHeard = (all) => all.filter(({ name }) => name === "n").map(({ data }) => data.data);
const hears = (condition, what) => until(what, async () => condition(await heard()));

/** What the page's EventSource knows of itself: 0 when it tries again, 1 when it is open, 2 when it has given up. */
const state = () => page.evaluate(() => source.readyState);

try {
  await step("it is cut again and again, and hears all, each once and in order", async () => {
    const channel = unique("cut");
    await listen(channel);
    let last = 0;
    let isCutEnough = false;
    const publishing = (async () => {
      while (!isCutEnough) {
        await publish(channel, last + 1, last + 1);
        last++;
        await pause(10);
      }
    })();
    for (let n = 0; n < 4; n++) {
      const before = numbersHeard(await heard()).length;
      await hears((all) => numbersHeard(all).length > before, "more");
      // In the middle of an event, most times.
      proxy.pairs.forEach((pair) => pair.tear());
      await until("it is cut", async () => (await page.evaluate(() => states.length)) > n);
    }
    isCutEnough = true;
    await publishing;
    await hears((all) => numbersHeard(all).includes(last), "the last one");
    const all = await heard();
    assert.deepEqual(numbersHeard(all), numbers(1, last));
    assert.deepEqual(all.filter(({ name }) => name === "gap"), []);
    const beginnings = all.filter(({ name }) => name === "joined").map(({ data }) => data.recovered);
    assert.deepEqual(beginnings, [false, true, true, true, true]);
    assert.deepEqual(await page.evaluate(() => states), [0, 0, 0, 0], "it tried again each time");
  });

  await step("when it is closed, it is gone and does not come back", async () => {
    const channel = unique("closed");
    await listen(channel);
    assert.equal(await people(channel), 1);
    await page.evaluate(() => source.close());
    // Servers notice that a client has gone when they write to it.
    await until("nobody is there", async () => (await publish(channel, 1, 1), (await people(channel)) === 0));
    await pause(RETRY_IS_OVER);
    assert.equal(await people(channel), 0);
    assert.equal(await state(), 2);
  });

  await step("what is not kept any more is told as a gap", async () => {
    const channel = unique("brief");
    await listen(channel);
    await publish(channel, 1, 1);
    await hears((all) => numbersHeard(all).length === 1, "the first one");
    const away = proxy.outage(3_000, true);
    await publish(channel, 2, 3 * KEPT);
    await until("the oldest are gone", async () => {
      const { messages } = await (await fetch(`${baseUrl}api/channels/${channel}/messages?limit=100`)).json();
      return messages[0].offset > 2;
    });
    await away;
    await hears((all) => all.some(({ name }) => name === "gap"), "a gap");
    const gap = (await heard()).find(({ name }) => name === "gap").data;
    assert.deepEqual([gap.channel, gap.recovered, gap.reason, gap.head], [channel, false, "trimmed", 3 * KEPT]);
    await publish(channel, 1_000, 1_000);
    await hears((all) => numbersHeard(all).includes(1_000), "what comes afterwards");
    assert.deepEqual(numbersHeard(await heard()), [1, 1_000]);
    assert.deepEqual(await page.evaluate(() => [...new Set(states)]), [0], "refused connections are tried again");
  });

  await step("it gives up for good when it is answered 404, 502 or 503", async () => {
    const statuses = [404, 502, 503];
    const asked = [];
    const refusing = http.createServer((request, response) => {
      const [, status] = /refused-([0-9]+)/.exec(request.url) ?? [];
      if (status) {
        asked.push(Number(status));
      }
      // The browser asks for more than the page does, such as an icon.
      response.writeHead(Number(status ?? 404), { "Retry-After": "1" }).end();
    });
    await new Promise((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    await visit();
    await page.evaluate((addresses) => {
      globalThis.all = addresses.map((address) => {
        const one = { source: new EventSource(address), states: [] };
        one.source.onerror = () => one.states.push(one.source.readyState);
        return one;
      });
    }, statuses.map((status) => `/api/events?channel=${unique(`refused-${status}`)}`));
    const states = () => page.evaluate(() => all.map(({ source, states }) => [source.readyState, ...states]));
    await until("all are open", async () => (await states()).every(([now]) => now === 1));
    proxy.goOnTo({ hostname: "127.0.0.1", port: refusing.address().port });
    proxy.pairs.forEach((pair) => pair.end());
    await until("all have given up", async () => (await states()).every(([now]) => now === 2));
    proxy.goOnTo(new URL(baseUrl));
    await pause(RETRY_IS_OVER);
    // Each has tried again once.
    assert.deepEqual(await states(), statuses.map(() => [2, 0, 2]));
    assert.deepEqual(asked.sort(), statuses);
    refusing.close();
  });

  await step("curl, which is cut after a second, goes on by the header", async () => {
    const channel = unique("curl");
    const publishing = publish(channel, 1, 1).then(() => publish(channel, 2, 300));
    const got = [];
    let id = "";
    for (let n = 0; got.at(-1) !== 300; n++) {
      assert.ok(n < 30, show(got));
      const text = await curl(`${baseUrl}api/events?channel=${channel}`, id);
      // The last event may be cut off.
      for (const event of text.split("\n\n").slice(0, -1)) {
        const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: (.*)/s)));
        id = fields.id ?? id;
        if (fields.event === "joined" && n === 0) {
          got.push(...numbers(1, JSON.parse(fields.data).head));
        }
        assert.notEqual(fields.event, "gap");
        if (fields.event === "n") {
          got.push(JSON.parse(fields.data).data);
        }
      }
    }
    await publishing;
    assert.deepEqual(got, numbers(1, 300));
  });

  await step("the page of the documentation hears all although the server is restarted", async () => {
    const [, example] = /```js\n(let lastEventId[^]*?)```/.exec(readFileSync(docs, "utf8"));
    await visit();
    await page.evaluate(() => {
      globalThis.shown = [];
      globalThis.show = (what) => shown.push(what);
    });
    await page.addScriptTag({ content: example });
    const place = async (data) => {
      const response = await fetch(`${baseUrl}api/channels/orders/messages`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ event: "placed", data }),
      });
      return response.status === 201;
    };
    await until("the page listens", async () => (await people("orders")) === 1);
    assert.ok(await place("before"));
    await until("it hears", async () => (await page.evaluate(() => shown)).length === 1);
    console.log("RESTART");
    await restarted;
    assert.ok(await place("afterwards"));
    await until("it hears again", async () => (await page.evaluate(() => shown)).length === 2);
    assert.ok(await place("at last"));
    await until("it hears the last one", async () => (await page.evaluate(() => shown)).includes("at last"));
    assert.deepEqual(await page.evaluate(() => shown), ["before", "afterwards", "at last"]);
  });
  console.log("PASSED");
} finally {
  await browser.close();
}
process.exit(0);

/** What curl hears in a second. */
function curl(address, id) {
  const header = id ? ["-H", `Last-Event-ID: ${id}`] : [];
  return new Promise((resolve, reject) =>
    execFile("curl", ["-sN", "--max-time", "1", ...header, address], (error, stdout) =>
      // 28: the time is over.
      error && error.code !== 28 ? reject(error) : resolve(stdout),
    ),
  );
}
