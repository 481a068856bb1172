// The example examples/orders: its page in a real browser, beside the stock client.
//
//     node orders.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1. A screenshot goes to outDir.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { io } from "socket.io-client";
import { launch } from "../chromium.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
assert.ok(baseUrl && outDir, "usage: node orders.mjs <baseUrl> <outDir>");
mkdirSync(outDir, { recursive: true });

const authorization = (name) => `Basic ${Buffer.from(`${name}:secret`).toString("base64")}`;
const browser = await launch();
const sockets = [];

/** A person's page; complaints of the browser end the test. */
async function page(username) {
  const context = await browser.newContext({ httpCredentials: { username, password: "secret" } });
  const opened = await context.newPage();
  opened.setDefaultTimeout(20_000);
  opened.on("pageerror", (error) => complaints.push(`${username}: ${error.message}`));
  await opened.goto(baseUrl);
  await opened.waitForFunction("socket.connected");
  return opened;
}
const complaints = [];
const cells = async (row) => row.locator("td").allTextContents();

/** A person's stock client, with all that it hears. */
async function client(name) {
  const socket = io(new URL(baseUrl).origin, {
    path: new URL("socket.io/", baseUrl).pathname,
    extraHeaders: { authorization: authorization(name) },
    transports: ["websocket"],
  });
  sockets.push(socket);
  const heard = [];
  socket.onAny((event, data) => heard.push([event, data]));
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject));
  return { heard, ask: (...args) => socket.timeout(10_000).emitWithAck(...args) };
}

async function scenario() {
  assert.equal((await fetch(baseUrl)).status, 401, "nobody comes in without a login");
  const staff = await page("carol");
  await staff.waitForFunction("isStaff");
  const anns = await page("ann");
  const ann = await client("ann");
  const bob = await client("bob");

  await anns.locator("[name=article]").fill("tea 名前 😀");
  await anns.locator("[name=quantity]").fill("2");
  await anns.getByText("Order", { exact: true }).last().click();
  const atStaffs = staff.locator("tbody tr", { hasText: "tea 名前 😀" });
  await atStaffs.waitFor();
  assert.deepEqual((await cells(atStaffs)).slice(1), ["ann", "tea 名前 😀", "2", "Ship"]);
  const atAnns = anns.locator("tbody tr", { hasText: "tea 名前 😀" });
  await atAnns.waitFor();
  assert.deepEqual((await cells(atAnns)).slice(1), ["ann", "tea 名前 😀", "2", "no"]);
  await atStaffs.getByRole("button").click();
  await atAnns.getByText("yes").waitFor();

  assert.equal((await bob.ask("join", "orders")).error.code, "channel-forbidden");
  assert.equal((await bob.ask("place", { article: "", quantity: 0 })).error.code, "invalid");
  assert.equal((await bob.ask("place", { article: "cocoa", quantity: 101 })).error.code, "sold-out");
  const placed = await bob.ask("place", { article: "coffee", quantity: 1 });
  assert.equal(placed.customer, "bob");
  await staff.locator("tbody tr", { hasText: "coffee" }).waitFor();
  assert.equal(await staff.locator("tbody tr", { hasText: "cocoa" }).count(), 0, "what is rolled back is told nobody");
  assert.equal(await anns.locator("tbody tr").count(), 1, "Ann sees no order of Bob's");
  assert.ok(!ann.heard.some(([, data]) => data?.order?.customer === "bob"), JSON.stringify(ann.heard));
  assert.deepEqual(
    bob.heard.filter(([event]) => event === "your-order").map(([, data]) => data.order.article),
    ["coffee"],
  );

  const ship = (name) =>
    fetch(new URL(`rest/orders/${placed.id}/shipped`, baseUrl), {
      method: "POST",
      headers: { authorization: authorization(name) },
    });
  assert.equal((await ship("bob")).status, 403);
  assert.equal((await ship("carol")).status, 200);
  await staff.reload();
  await staff.locator("tbody tr", { hasText: "coffee" }).waitFor();
  assert.equal(await staff.locator("tbody tr").count(), 2, "what was before is there when the page is opened");
  await staff.screenshot({ path: join(outDir, "orders.png") });
  assert.deepEqual(complaints, []);
}

try {
  await scenario();
  console.log("PASSED");
} catch (error) {
  console.log(error, complaints);
  process.exitCode = 1;
} finally {
  sockets.forEach((socket) => socket.disconnect());
  await browser.close();
}
