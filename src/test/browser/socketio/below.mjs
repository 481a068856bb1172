// An application below a path (dev.herald.it.apps, with the board), by the official client, by HTTP and in a browser.
//
//     node below.mjs <origin> <path>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import WebSocket from "ws";
import { launch } from "../chromium.mjs";
import { assertLogged, baseUrlAndMore, guest, PATIENCE, show, step, unique, until } from "./guest.mjs";

const [origin, path] = baseUrlAndMore();
assert.match(path, /^(\/[a-z]+)+$/, "the path begins with a slash and does not end with one");
const root = origin + path;
const WAYS = { "by polling": ["polling"], "by WebSocket": ["websocket"], upgraded: ["polling", "websocket"] };

async function visitor(options) {
  const one = guest(io, origin, { path: `${path}/socket.io/`, ...options });
  await one.arrive();
  return one;
}

for (const [way, transports] of Object.entries(WAYS)) {
  await step(`${way}: events go both ways, and the client goes on where it was`, async () => {
    const [ann, bob] = [await visitor({ transports }), await visitor({ transports })];
    const first = unique("Jürgen 名前 سلمى 😀");
    assertLogged(await ann.ask("news", { msg: first }));
    await bob.hear("news", { msg: first });
    assert.match((await bob.ask("who")).id, /^guest-/);

    const { id } = bob.socket;
    bob.socket.io.engine.close();
    await until("Bob is cut off", () => !bob.socket.connected);
    const missed = unique("missed");
    assertLogged(await ann.ask("news", { msg: missed }));
    await bob.arrive();
    assert.equal(bob.socket.recovered, true, "recovered");
    assert.equal(bob.socket.id, id);
    await bob.hear("news", { msg: missed });
    const all = bob.heardOf("news").map(([{ msg }]) => msg);
    assert.deepEqual(all.filter((msg) => msg === missed), [missed]);
  });
}

await step("the cookie of a guest is for this path alone, and is enough to be the same guest", async () => {
  const response = await fetch(`${root}/socket.io/?EIO=4&transport=polling`);
  const [cookie, ...others] = response.headers.getSetCookie();
  assert.deepEqual(others, []);
  assert.match(cookie, new RegExp(`^herald-guest[^;]*; Path=${path};`));
  const extraHeaders = { Cookie: cookie.split(";")[0] };
  const [one, same, other] = [await visitor({ extraHeaders }), await visitor({ extraHeaders }), await visitor()];
  const [{ id }, { id: again }, { id: another }] = await Promise.all([one, same, other].map((each) => each.ask("who")));
  assert.equal(id, again);
  assert.notEqual(id, another);
});

await step("files of the client, and health", async () => {
  for (const [file, text] of [
    ["/socket.io/socket.io.js", "Socket.IO v"],
    ["/socket.io/socket.io.esm.min.js", "export"],
    ["/board/feed.js", "class Feed"],
  ]) {
    const response = await fetch(root + file);
    assert.equal(response.status, 200, file);
    assert.ok((await response.text()).includes(text), file);
  }
  for (const which of ["live", "ready"]) {
    assert.equal((await fetch(`${root}/health/${which}`)).status, 200, which);
  }
});

await step("the relay", async () => {
  const open = () => new WebSocket(`${root.replace(/^http/, "ws")}/relay`);
  const [speaker, listener] = [open(), open()];
  const heard = [];
  listener.on("message", (data) => heard.push(data.toString()));
  await until("both are there", () => speaker.readyState === WebSocket.OPEN && listener.readyState === WebSocket.OPEN);
  // A client that is told that it is connected may still be on its way into the relay, which keeps nothing for it.
  const passed = () => {
    speaker.send("名前 😀");
    return heard.includes("名前 😀");
  };
  await until("the text is passed on", passed, () => show(heard));
  speaker.close();
  listener.close();
});

await step("the feed", async () => {
  const socket = new WebSocket(`${root.replace(/^http/, "ws")}/feed`);
  const heard = [];
  socket.on("message", (data) => heard.push(JSON.parse(data)));
  const hear = (event) => until(`the feed says ${event}`, () => heard.find((message) => message.event === event), () => show(heard));
  await hear("connected");
  socket.send(JSON.stringify({ event: "news", id: "1", data: { msg: "名前" } }));
  assertLogged({ kind: "durable", duplicate: false, ...(await hear("ack")) });
  socket.close();
});

const post = (address, body, headers = {}) =>
  fetch(`${root}/api/${address}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

await step("single requests by HTTP", async () => {
  const channel = unique("orders").replaceAll(" ", "-");
  const placed = await post(`channels/${channel}/messages`, { event: "placed", data: "سلمى" });
  assert.equal(placed.status, 201, await placed.clone().text());
  const page = await (await fetch(`${root}/api/channels/${channel}/messages?limit=5`)).json();
  assert.deepEqual(page.messages.map(({ data }) => data), ["سلمى"]);
  const person = encodeURIComponent("Jürgen 😀");
  const told = await (await post(`users/${person}/messages`, { data: { msg: "for you" } })).json();
  assert.equal(told.channel, "user:J.c3.bcrgen.20.f0.9f.98.80");
  assert.equal((await (await fetch(`${root}/api/presence/${channel}`)).json()).count, 0);
  assert.equal((await fetch(`${root}/api/nothing`)).status, 404);
  const { servers } = await (await fetch(`${root}/api/openapi.json`)).json();
  assert.deepEqual(servers, [{ url: path }]);
});

await step("events come one by one as they happen, and go on after the last id", async () => {
  const channel = unique("news").replaceAll(" ", "-");
  const first = await listen(channel);
  await first.next("joined");
  for (let n = 1; n <= 3; n++) {
    // The next one is published when this one is there: nobody on the way may hold it back.
    assert.equal((await post(`channels/${channel}/messages`, { event: "n", data: n })).status, 201);
    assert.equal((await first.next("n")).data.data, n);
  }
  first.close();
  await post(`channels/${channel}/messages`, { event: "n", data: 4 });
  const second = await listen(channel, first.lastId);
  assert.equal((await second.next("joined")).data.recovered, true);
  assert.equal((await second.next("n")).data.data, 4);
  second.close();
});

/** A listener to events, which are read as they come. */
async function listen(channel, lastId) {
  const abort = new AbortController();
  const response = await fetch(`${root}/api/events?channel=${channel}`, {
    headers: lastId ? { "Last-Event-ID": lastId } : {},
    signal: abort.signal,
  });
  assert.equal(response.status, 200);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const one = {
    lastId,
    async next(name) {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end >= 0) {
          const fields = Object.fromEntries(text.slice(0, end).split("\n").map((line) => line.split(/: (.*)/s)));
          text = text.slice(end + 2);
          one.lastId = fields.id ?? one.lastId;
          if (fields.event === name) {
            return { data: JSON.parse(fields.data), id: fields.id };
          }
        } else {
          const late = setTimeout(() => abort.abort(new Error(`no event ${name}`)), PATIENCE);
          text += (await reader.read()).value;
          clearTimeout(late);
        }
      }
    },
    close: () => abort.abort(),
  };
  return one;
}

await step("only pages of the address that browsers see may connect", async () => {
  const handshake = (headers) => fetch(`${root}/socket.io/?EIO=4&transport=polling`, { headers });
  assert.equal((await handshake({ Origin: origin })).status, 200);
  for (const foreign of ["http://evil.example", "http://127.0.0.1:1", "null"]) {
    assert.equal((await handshake({ Origin: foreign })).status, 403, foreign);
    const posted = await post("channels/news/messages", { event: "news", data: 1 }, { Origin: foreign });
    assert.equal((await posted.json()).code, "origin-forbidden");
  }
});

const browser = await launch();
try {
  await step("the board in a browser, whose guest and name are kept for this path", async () => {
    const context = await browser.newContext();
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const complaints = [];
    page.on("pageerror", (e) => complaints.push(e.message));
    page.on("response", (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`));
    await page.goto(`${root}/`);
    await page.locator("#state[data-state=connected]").waitFor();
    // Another visit may have left the same name, which is kept for its guest for a while.
    const name = unique("Jürgen 😀");
    await page.locator("#you summary").click();
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Rename" }).click();
    await page.locator("#you .name", { hasText: name }).waitFor();
    assert.equal(page.url(), `${root}/`);
    await page.locator("#state[data-state=connected]").waitFor();
    const text = unique("from the board");
    await page.locator("#text").fill(text);
    await page.keyboard.press("Enter");
    await page.locator("#log .line", { hasText: text }).filter({ hasText: name }).waitFor();
    const cookies = (await context.cookies()).filter(({ name }) => name.startsWith("herald-"));
    assert.deepEqual(cookies.map((cookie) => cookie.path), [path, path], show(cookies));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  await step("the client that the server hands out, and EventSource, on a page of the application", async () => {
    const page = await browser.newPage();
    await page.goto(`${root}/health/live`);
    await page.addScriptTag({ url: `${root}/socket.io/socket.io.js` });
    const heard = await page.evaluate(inBrowser, { path, patience: PATIENCE });
    assert.deepEqual(heard, { transport: "websocket", event: "from the page" });
    await page.close();
  });
} finally {
  await browser.close();
}
console.log("PASSED");
process.exit(0);

/** Runs on the page. */
async function inBrowser({ path, patience }) {
  const source = new EventSource(`${path}/api/events?channel=pages`);
  await new Promise((resolve) => source.addEventListener("joined", resolve, { once: true }));
  const event = new Promise((resolve) => source.addEventListener("said", ({ data }) => resolve(JSON.parse(data).data)));
  const socket = io({ path: `${path}/socket.io/` });
  const upgraded = new Promise((resolve) => socket.on("connect", () => socket.io.engine.once("upgrade", resolve)));
  await Promise.race([upgraded, new Promise((resolve) => setTimeout(resolve, patience))]);
  socket.emit("said", "from the page", { channel: "pages" });
  const result = { transport: socket.io.engine.transport.name, event: await event };
  socket.close();
  source.close();
  return result;
}
