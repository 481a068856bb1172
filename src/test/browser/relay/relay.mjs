// The client page of the tutorial on real-time data with the ws library, of which only the address is changed, in two browser
// windows.
//
//     node relay.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { launch } from "../chromium.mjs";

const [baseUrl] = process.argv.slice(2);
assert.ok(baseUrl, "usage: node relay.mjs <baseUrl>");
const address = baseUrl.replace(/^http/, "ws") + "relay";

/** What the tutorial's page does: it says hello when it is connected, and logs what it hears. */
function tutorial(relay) {
  globalThis.socket = new WebSocket(relay);
  socket.addEventListener("open", () => {
    console.log("Connected to the server");
    socket.send("Hello, server!");
  });
  socket.addEventListener("message", (event) => {
    console.log(`Received: ${event.data}`);
  });
}

const browser = await launch();
try {
  const first = await visit();
  const second = await visit();
  await heard(first, "Received: Hello, server!");
  assert.deepEqual(second.log, ["Connected to the server"], "nobody hears himself");
  await first.page.evaluate(() => socket.send("<b>not JSON</b> é😀"));
  await heard(second, "Received: <b>not JSON</b> é😀");
  console.log("PASSED");
} finally {
  await browser.close();
}

async function visit() {
  const page = await (await browser.newContext()).newPage();
  const log = [];
  page.on("console", (message) => log.push(message.text()));
  await page.goto(baseUrl + "health/live");
  await page.evaluate(tutorial, address);
  await heard({ page, log }, "Connected to the server");
  return { page, log };
}

async function heard({ page, log }, line) {
  if (!log.includes(line)) {
    await page.waitForEvent("console", { predicate: (message) => message.text() === line });
  }
}
