// Shared documents in real browsers: two people, also offline, also with several tabs and reloads.
//
//     node pages.mjs <baseUrl> [<ms offline>] [restart]
//
// With restart, it prints RESTART and waits for a line RESTARTED while the server is restarted. Prints PASSED at the end, or says what
// failed and exits with 1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { launch } from "../chromium.mjs";
import { baseUrlAndMore, PATIENCE, step, until } from "../socketio/guest.mjs";

const [baseUrl, offline = "30000", restart] = baseUrlAndMore();
const RESTART_PATIENCE = 150_000;
const BLANK = `${baseUrl}/documents-blank.html`;

const browser = await launch();
let name;

/** A step with a document of its own. */
const withDocument = (what, body) =>
  step(what, async () => {
    name = `cart-${randomUUID()}`;
    const people = [await browser.newContext(), await browser.newContext()];
    try {
      await body(...people);
    } finally {
      await Promise.all(people.map((context) => context.close()));
    }
  });

/** A tab that has the document open; what it complains of fails the step. */
async function open(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.route(BLANK, (route) => route.fulfill({ contentType: "text/html", body: "<!DOCTYPE html><title>blank</title>" }));
  await page.goto(BLANK);
  return begin(page);
}

async function begin(page) {
  await page.evaluate(async (document) => {
    const { io } = await import("/socket.io/socket.io.esm.min.js");
    const { documents } = await import("/herald/documents.min.js");
    window.socket = io({ reconnectionDelay: 300, reconnectionDelayMax: 1_000 });
    window.doc = documents(socket).open(document);
    window.told = [];
    for (const event of ["conflict", "refused"]) {
      doc.on(event, ({ code, value, version }) => told.push({ event, code, value, version }));
    }
    await doc.ready;
  }, name);
  return {
    page,
    /** Changes it without waiting. */
    change: (fn, ...args) =>
      page.evaluate(([source, given]) => void doc.change((d) => void new Function("d", "args", `(${source})(d, ...args)`)(d, given)), [`${fn}`, args]),
    value: () => page.evaluate(() => doc.value),
    state: () => page.evaluate(() => ({ pending: doc.pending, version: doc.version, persistent: doc.persistent, told })),
  };
}

/** Waits until all have the same, nothing waits, and the value is as it should be. */
async function equal(tabs, isGood = () => true) {
  let seen;
  return until(
    "all pages are equal",
    async () => {
      seen = await Promise.all(tabs.map(async (tab) => ({ ...(await tab.state()), value: await tab.value() })));
      const [{ value, version }] = seen;
      return (
        seen.every((one) => one.pending === 0 && one.version === version && JSON.stringify(sorted(one.value)) === JSON.stringify(sorted(value))) &&
        isGood(value) &&
        value
      );
    },
    () => JSON.stringify(seen),
  );
}

const sorted = (value) =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));

const stored = ({ page }, count) =>
  until("it is kept", () =>
    page.evaluate(
      (expected) =>
        new Promise((resolve, reject) => {
          const request = indexedDB.open("herald-documents");
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const all = request.result.transaction("changes").objectStore("changes").count();
            all.onsuccess = () => (request.result.close(), resolve(all.result === expected));
          };
        }),
      count,
    ),
  );

try {
  await withDocument("two people change different members and the same at once", async (one, two) => {
    const [ann, bob] = [await open(one), await open(two)];
    assert.deepEqual([await ann.value(), (await ann.state()).persistent], [{}, true]);
    await ann.change((d) => Object.assign(d, { n: 0, items: [], title: "名前 سلمى 😀" }));
    await equal([ann, bob], ({ title }) => title === "名前 سلمى 😀");
    await Promise.all([
      ann.change((d) => void (d.ann = 1)),
      bob.change((d) => void (d.bob = 1)),
      ann.change((d) => void (d.title = "ann's")),
      bob.change((d) => void (d.title = "bob's")),
    ]);
    const value = await equal([ann, bob], (d) => d.ann && d.bob);
    assert.match(value.title, /^(ann|bob)'s$/);
  });

  await withDocument("two who count, and who add, lose nothing", async (one, two) => {
    const [ann, bob] = [await open(one), await open(two)];
    await ann.change((d) => Object.assign(d, { n: 0, items: [] }));
    await equal([ann, bob], (d) => d.items);
    await Promise.all(
      [ann, bob].map(({ page }, who) =>
        page.evaluate((letter) => {
          for (let i = 0; i < 25; i++) {
            doc.change((d) => {
              d.n++;
              d.items.push(`${letter}${i}`);
              d.items.length > 30 && d.items.shift();
            });
          }
        }, "ab"[who]),
      ),
    );
    const value = await equal([ann, bob], (d) => d.n === 50);
    assert.equal(value.items.length, 30);
    assert.equal(new Set(value.items).size, 30);
  });

  await withDocument(`both are offline for ${offline} ms, and come back`, async (one, two) => {
    const [ann, bob] = [await open(one), await open(two)];
    await ann.change((d) => Object.assign(d, { items: ["first"], n: 0 }));
    await equal([ann, bob], (d) => d.items);
    for (const { page } of [ann, bob]) {
      await page.context().setOffline(true);
      await page.evaluate(() => socket.io.engine.close());
    }
    const end = Date.now() + Number(offline);
    let count = 0;
    do {
      await ann.change((d, i) => (d.items.push(`ann ${i}`), d.n++), count);
      await bob.change((d, i) => (d.items.unshift(`bob ${i}`), d.n++), count++);
      await ann.page.waitForTimeout(500);
    } while (Date.now() < end);
    assert.equal((await ann.value()).items.at(-1), `ann ${count - 1}`, "its own is seen at once");
    assert.equal((await ann.state()).pending, count);
    for (const { page } of [ann, bob]) {
      await page.context().setOffline(false);
    }
    const { items } = await equal([ann, bob], (d) => d.n === 2 * count);
    const sequence = Array.from({ length: count }, (_, i) => i);
    assert.deepEqual(items, [...sequence.map((i) => `bob ${i}`).reverse(), "first", ...sequence.map((i) => `ann ${i}`)]);
  });

  await withDocument("what waits survives a reload and a closed tab, once and in order", async (one, two) => {
    const bob = await open(two);
    await bob.change((d) => Object.assign(d, { items: [], n: 0 }));
    const [ann, other] = [await open(one), await open(one)];
    await equal([ann, bob], (d) => d.items);
    for (const { page } of [ann, other]) {
      await page.evaluate(() => socket.disconnect());
    }
    for (const text of ["1", "2", "3"]) {
      await ann.change((d, item) => void d.items.push(item), text);
    }
    await other.change((d) => void d.items.push("the other tab's"));
    await stored(ann, 4);
    await ann.page.reload();
    const again = await begin(ann.page);
    await equal([again, bob], (d) => d.items.length === 3);
    assert.deepEqual((await bob.value()).items, ["1", "2", "3"]);
    assert.equal((await other.state()).pending, 1, "it is the other tab's");
    await other.page.close();
    const { items } = await equal([again, bob], (d) => d.items.length === 4);
    assert.deepEqual(items, ["1", "2", "3", "the other tab's"]);
    await stored(again, 0);
  });

  await withDocument("a conflict after a reload is told with the value that came instead", async (one, two) => {
    const [ann, bob] = [await open(one), await open(two)];
    await bob.change((d) => Object.assign(d, { n: 1 }));
    await equal([ann, bob], (d) => d.n === 1);
    await ann.page.evaluate(() => socket.disconnect());
    await ann.change((d) => void d.n++);
    await stored(ann, 1);
    await bob.change((d) => void (d.n = 7));
    await equal([bob], (d) => d.n === 7);
    await ann.page.reload();
    const again = await begin(ann.page);
    await equal([again, bob], (d) => d.n === 7);
    assert.deepEqual((await again.state()).told, [{ event: "conflict", code: "conflict", value: { n: 7 }, version: 2 }]);
  });

  await withDocument("people see who is there", async (one, two) => {
    const [ann, bob] = [await open(one), await open(two)];
    await ann.page.evaluate(() => doc.present({ cursor: "名前" }));
    await bob.page.waitForFunction(() => doc.people.some(({ state }) => state?.cursor === "名前"));
    await ann.page.close();
    await bob.page.waitForFunction(() => !doc.people.some(({ state }) => state?.cursor === "名前"));
  });

  if (restart) {
    await withDocument("the server is restarted under changes", async (one, two) => {
      const [ann, bob] = [await open(one), await open(two)];
      await ann.change((d) => Object.assign(d, { n: 0 }));
      await equal([ann, bob], (d) => d.n === 0);
      for (const { page } of [ann, bob]) {
        await page.evaluate(() => (window.counting = setInterval(() => doc.change((d) => void d.n++).then(() => (window.count = (window.count ?? 0) + 1)), 1_000)));
      }
      const restarted = new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
      console.log("RESTART");
      await Promise.race([restarted, new Promise((_, reject) => setTimeout(reject, RESTART_PATIENCE, new Error("no restart")))]);
      process.stdin.destroy();
      for (const { page } of [ann, bob]) {
        await page.waitForFunction(() => socket.connected);
        await page.evaluate(() => clearInterval(counting));
      }
      const { n } = await equal([ann, bob], (d) => d.n > 0);
      const counts = await Promise.all([ann, bob].map(({ page }) => page.evaluate(() => count)));
      assert.equal(n, counts[0] + counts[1], "each change that was acknowledged is there once");
    });
  }
  console.log("PASSED");
} finally {
  await browser.close();
}
