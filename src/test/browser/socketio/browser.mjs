// The client that the server hands out, in a real browser, on a page of the application.
//
//     node browser.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { launch } from "../chromium.mjs";
import { baseUrlAndMore, PATIENCE, step } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();
const WAYS = [["polling"], ["websocket"], ["polling", "websocket"]];

const browser = await launch();
try {
  for (const transports of WAYS) {
    await step(`in a browser by ${transports}: everything goes both ways, and the client recovers`, async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.goto(`${baseUrl}/client.html`);
      const result = await page.evaluate(inBrowser, { transports, patience: PATIENCE });
      assert.deepEqual(result, {
        transport: transports.at(-1),
        echo: ["é☃😀", 1, null],
        bytes: [0, 255],
        told: ["yes", 7],
        refusal: "customers only",
        recovered: true,
        isSameId: true,
      });
      await page.close();
    });
  }
  console.log("PASSED");
} finally {
  await browser.close();
}

/** Runs on the page. */
async function inBrowser({ transports, patience }) {
  const socket = io({ transports, reconnectionDelay: 300 });
  const until = async (what, condition) => {
    for (const deadline = Date.now() + patience; !condition(); ) {
      if (Date.now() > deadline) {
        throw new Error(`not in time: ${what}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const askAll = (event, ...args) => new Promise((resolve) => socket.emit(event, ...args, (...all) => resolve(all)));
  const arrive = () =>
    until("connected by the last transport", () => socket.connected && socket.io.engine.transport.name === transports.at(-1));

  await arrive();
  const transport = socket.io.engine.transport.name;
  const echo = await askAll("echo", "é☃😀", 1, null);
  const [{ deep }] = await askAll("echo", { deep: new Uint8Array([0, 255]) });
  socket.once("question", (number, answer) => answer("yes", number));
  const told = new Promise((resolve) => socket.once("told", (...all) => resolve(all)));
  socket.emit("ask-me", patience, 7);
  const answer = await told;
  const refusal = await new Promise((resolve) => io("/shop").on("connect_error", (e) => resolve(e.message)));
  const { id } = socket;
  socket.io.engine.close();
  await until("cut off", () => !socket.connected);
  await arrive();
  return {
    transport,
    echo,
    bytes: [...new Uint8Array(deep)],
    told: answer,
    refusal,
    recovered: socket.recovered,
    isSameId: socket.id === id,
  };
}
