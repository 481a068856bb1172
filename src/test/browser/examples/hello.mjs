// The example examples/hello: what one page asks for, the application's bean says to another one.
//
//     node hello.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { launch } from "../chromium.mjs";

const [baseUrl] = process.argv.slice(2);
assert.ok(baseUrl, "usage: node hello.mjs <baseUrl>");
const browser = await launch();
const complaints = [];

/** A page of a browser of its own. */
async function page() {
  const opened = await (await browser.newContext()).newPage();
  opened.setDefaultTimeout(20_000);
  opened.on("pageerror", (error) => complaints.push(error.message));
  await opened.goto(baseUrl);
  await opened.waitForFunction("socket.connected");
  return opened;
}

async function scenario() {
  const asks = await page();
  const hears = await page();

  await asks.locator("[name=who]").fill("Jürgen 名前 سلمى 😀");
  await asks.getByRole("button").click();
  await asks.getByText("everyone was told").waitFor();
  await hears.locator("li").waitFor();
  assert.deepEqual(await hears.locator("li").allTextContents(), ["Hello Jürgen 名前 سلمى 😀"]);
  assert.deepEqual(await asks.locator("li").allTextContents(), ["Hello Jürgen 名前 سلمى 😀"]);

  await asks.locator("[name=who]").fill(" ");
  await asks.getByRole("button").click();
  await asks.waitForFunction(`!document.querySelector("output").value.includes("told")`);
  assert.match(await asks.locator("output").textContent(), /name/, "the error says which argument is wrong");
  assert.deepEqual(complaints, []);
}

try {
  await scenario();
  console.log("PASSED");
} catch (error) {
  console.log(error, complaints);
  process.exitCode = 1;
} finally {
  await browser.close();
}
