// Two applications of one server (dev.herald.it.apps), at the root and at /shop, know nothing of each other.
//
//     node apps.mjs <origin>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { launch } from "../chromium.mjs";
import { assertLogged, baseUrlAndMore, guest, PATIENCE, show, step, unique, until } from "./guest.mjs";

const [origin] = baseUrlAndMore();
const ROOT = "";
const SHOP = "/shop";
/** More than there are threads for the handlers of one application. */
const SLOW = 300;

async function visitor(path, options) {
  const one = guest(io, origin, { path: `${path}/socket.io/`, ...options });
  await one.arrive();
  return one;
}

/** Signs in at one application; returns the session's cookie. */
async function signIn(path, user) {
  const response = await fetch(`${origin}${path}/door/in`, {
    method: "POST",
    headers: { "X-User": user, "X-Password": "for-tests-only" },
  });
  assert.equal(response.status, 200);
  return response.headers.getSetCookie().find((cookie) => cookie.startsWith("JSESSIONID")).split(";")[0];
}

const browser = await launch();
try {
  await step("a browser is another guest in each, under another name", async () => {
    const context = await browser.newContext();
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const who = async (path) => {
      await page.goto(`${origin}${path}/`);
      await page.locator("#state[data-state=connected]").waitFor();
      const name = await page.locator("#you .name").textContent();
      const id = await page.evaluate(() => document.body.dataset.self);
      return { name, id };
    };
    const rename = async (path, name) => {
      await who(path);
      await page.locator("#you summary").click();
      await page.getByLabel("Your name").fill(name);
      await page.getByRole("button", { name: "Rename" }).click();
      await page.locator("#you .name", { hasText: name }).waitFor();
    };
    const [root, shop] = [await who(ROOT), await who(SHOP)];
    assert.notEqual(root.id, shop.id);
    await rename(ROOT, "Ann");
    assert.deepEqual(await who(SHOP), shop);
    await rename(SHOP, "Béa");
    assert.deepEqual(await who(ROOT), { name: "Ann", id: root.id });
    assert.deepEqual(await who(SHOP), { name: "Béa", id: shop.id });
    const cookies = (await context.cookies()).filter(({ name }) => name.startsWith("herald-"));
    assert.deepEqual(
      cookies.map(({ name, path }) => `${name} ${path}`).sort(),
      ["herald-guest /", "herald-guest-shop /shop", "herald-name /", "herald-name-shop /shop"],
      show(cookies),
    );
    await context.close();
  });
} finally {
  await browser.close();
}

await step("who has signed in at one is a guest in the other, where somebody of the same name is another person", async () => {
  const carlOfRoot = await visitor(ROOT, { extraHeaders: { Cookie: await signIn(ROOT, "carl") } });
  const cookieOfRoot = { Cookie: await signIn(ROOT, "carl") };
  const cookieOfShop = { Cookie: await signIn(SHOP, "carl") };
  for (const [path, headers, isCarl] of [
    [ROOT, cookieOfRoot, true],
    [SHOP, cookieOfShop, true],
    [SHOP, cookieOfRoot, false],
    [ROOT, cookieOfShop, false],
  ]) {
    const one = await visitor(path, { extraHeaders: headers });
    const { id, clerk } = await one.ask("who");
    assert.equal(id === "carl", isCarl, `${path} ${id}`);
    assert.equal(clerk, isCarl);
  }
  // As browsers send them to /shop, to which both belong.
  const both = await visitor(SHOP, { extraHeaders: { Cookie: `${cookieOfShop.Cookie}; ${await signIn(ROOT, "dora")}` } });
  assert.equal((await both.ask("who")).id, "carl");
  const carlOfShop = await visitor(SHOP, { extraHeaders: cookieOfShop });
  const writer = await visitor(ROOT);
  const [secret, other] = [unique("secret"), unique("other")];
  assertLogged(await writer.ask("private", { to: "carl", msg: secret }));
  await carlOfRoot.hear("private", { msg: secret });
  assertLogged(await (await visitor(SHOP)).ask("private", { to: "carl", msg: other }));
  await carlOfShop.hear("private", { msg: other });
  assert.ok(!show(carlOfShop.heardOf("private")).includes(secret));

  await fetch(`${origin}/door/everywhere?user=carl`, { method: "POST" });
  await until("Carl is signed out at the root", () => !carlOfRoot.socket.connected);
  assert.equal((await carlOfShop.ask("who")).id, "carl");
});

await step("sessions and places of clients of one are none of the other", async () => {
  const bob = await visitor(ROOT, { transports: ["polling"] });
  const polled = await fetch(`${origin}${SHOP}/socket.io/?EIO=4&transport=polling&sid=${bob.socket.io.engine.id}`);
  assert.equal(polled.status, 400);
  assert.equal((await polled.json()).code, 1, "unknown session");
  assertLogged(await bob.ask("news", { msg: unique("for an offset") }));
  await until("Bob knows his place", () => bob.socket._lastOffset);
  const thief = guest(io, origin, { path: `${SHOP}/socket.io/`, autoConnect: false });
  thief.socket._pid = bob.socket._pid;
  thief.socket._lastOffset = bob.socket._lastOffset;
  thief.socket.connect();
  await thief.arrive();
  assert.equal(thief.socket.recovered, false);
  assert.notEqual(thief.socket.id, bob.socket.id);
});

await step("handlers of one that all wait hold up nobody in the other", async () => {
  const control = async (method = "GET") => (await fetch(`${origin}${SHOP}/control`, { method })).text();
  const customers = await Promise.all(Array.from({ length: 10 }, () => visitor(SHOP, { transports: ["websocket"] })));
  const answers = [];
  for (let n = 0; n < SLOW; n++) {
    // Each connection has its events one after another: only new ones have more threads.
    customers[n % customers.length].socket.emit("slow", (answer) => answers.push(answer));
  }
  const more = await Promise.all(Array.from({ length: 80 }, () => visitor(SHOP, { transports: ["websocket"] })));
  more.forEach(({ socket }) => socket.emit("slow", (answer) => answers.push(answer)));
  await until("all threads wait", async () => Number(await control()) >= 64);
  assert.equal(Number(await control()), 64);

  const [ann, bob] = [await visitor(ROOT), await visitor(ROOT, { transports: ["polling"] })];
  const slowest = [];
  for (let n = 0; n < 20; n++) {
    const began = Date.now();
    const msg = unique("fast");
    assertLogged(await ann.ask("news", { msg }));
    await bob.hear("news", { msg });
    assert.match((await bob.ask("who")).id, /^guest-/);
    slowest.push(Date.now() - began);
  }
  assert.ok(Math.max(...slowest) < 2_000, show(slowest));
  assert.equal((await fetch(`${origin}/health/live`)).status, 200);
  assert.deepEqual(answers, []);
  await control("POST");
  await until("all are answered", () => answers.length === SLOW + more.length, () => `: ${answers.length}`);
  assert.ok(answers.every((answer) => answer === true));
});

console.log("PASSED");
process.exit(0);
