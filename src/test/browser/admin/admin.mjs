// The stock Admin UI of Socket.IO, as its package has it: who has the password sees sockets, rooms and events, and ends a socket.
//
//     node admin.mjs <baseUrl> <port of 127.0.0.1 from where the UI is served> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { launch } from "../chromium.mjs";

const [baseUrl, port, outDir] = process.argv.slice(2);
const address = baseUrl.replace(/\/$/, "");
const PASSWORD = "Jürgens 名前 😀";
/** How long anything is waited for, in ms. */
const PATIENCE = 15_000;
const FILES = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/@socket.io/admin-ui/ui/dist");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** What no UI sends: nobody is in such a room, or there is none. */
const LONG = "x".repeat(20_000);
const MALFORMED = [
  [],
  [null],
  [7, 7, 7],
  [[], {}, true],
  ["/", [], {}, "e"],
  ["/", "not a room 😀", "not a room 😀", "e"],
  ["/", "nobody\r\nFORGED", "nobody\r\nFORGED", "e"],
  ["/", LONG, LONG, "e"],
  [LONG, "nobody", "nobody", "e"],
  ["no slash", "nobody", "nobody", "e"],
  ["/", "nobody", "disconnect", "e"],
  ["/", "nobody", "nobody", Buffer.from("bytes")],
  ["/", 7, 7, "e"],
  ["/", Buffer.from("bytes"), Buffer.from("bytes"), "e"],
];

async function scenario(page) {
  const client = io(address, { forceNew: true });
  const ended = new Promise((resolve) => { client.on("disconnect", resolve); });
  await within(new Promise((resolve) => { client.on("connect", resolve); }));

  const details = page.locator("main");
  await page.goto(`http://127.0.0.1:${port}/`);
  await logIn(page, "wrong");
  await page.getByText("invalid credentials").waitFor();
  await logIn(page, PASSWORD);
  await page.locator("header").getByText("connected", { exact: true }).first().waitFor();
  await page.screenshot({ path: join(outDir, "admin-dashboard.png") });

  await go(page, "Servers");
  await page.locator("main tbody").getByText(/^\s*healthy\s*$/i).last().waitFor();

  await go(page, "Sockets");
  await details.getByRole("cell", { name: client.id }).last().click();
  await details.getByText("Initial HTTP request").waitFor();
  await details.getByLabel("Join a room").fill("kitchen");
  await details.locator("button[type=submit]").click();
  await details.locator("td", { hasText: "kitchen" }).waitFor();
  await page.screenshot({ path: join(outDir, "admin-socket.png") });

  await go(page, "Events");
  await details.getByText("Room joined").first().waitFor();
  client.emit("news", "heard 😀");
  await details.getByText("Event received").first().waitFor();

  await go(page, "Rooms");
  await details.getByRole("cell", { name: "kitchen" }).last().click();
  await details.getByText(client.id).first().waitFor();

  const operator = io(`${address}/admin`, { forceNew: true, auth: { username: "operator", password: PASSWORD } });
  const heard = new Promise((resolve) => { client.on("hello", (...args) => resolve(args.slice(0, 2))); });
  const left = new Promise((resolve) => { operator.on("room_left", (...args) => resolve(args.slice(0, 3))); });
  for (const command of ["emit", "join", "leave", "_disconnect", "nothing", "line\nbroken", "x".repeat(128)]) {
    for (const given of MALFORMED) {
      operator.emit(command, ...given);
    }
  }
  operator.emit("emit", "/", "kitchen", "hello", "名前 😀", 2);
  assert.deepEqual(await within(heard), ["名前 😀", 2]);
  operator.emit("leave", "/", "kitchen", client.id);
  assert.deepEqual(await within(left), ["/", "kitchen", client.id]);
  operator.disconnect();

  await go(page, "Sockets");
  await details.getByRole("cell", { name: client.id }).last().click();
  // The first button ends the client with its transport, the second one this socket.
  await details.locator("button:not([disabled])").nth(1).click();
  assert.equal(await within(ended), "io server disconnect");
  await details.getByText(/^\s*disconnected\s*$/i).first().waitFor();
}

/** By the form that opens by itself, or by the button. */
async function logIn(page, password) {
  const server = page.getByLabel("Server URL");
  await server.waitFor();
  await server.fill(address);
  await page.getByLabel("Username").fill("operator");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Connect" }).click();
}

async function go(page, name) {
  await page.locator("nav a", { hasText: name }).click();
}

async function within(promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("too late")), PATIENCE); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const files = createServer(async (request, response) => {
  const name = new URL(request.url, "http://ui").pathname;
  try {
    const file = join(FILES, name === "/" ? "index.html" : name);
    const body = await readFile(file);
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}).listen(Number(port), "127.0.0.1");
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(PATIENCE);
try {
  await scenario(page);
  console.log("PASSED");
} catch (e) {
  await page.screenshot({ path: join(outDir, "admin-failed.png") });
  console.log("FAILED", e.stack, await page.locator("main").innerText());
  process.exitCode = 1;
} finally {
  await browser.close();
  files.close();
}
process.exit();
