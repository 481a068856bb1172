// Guests whose browsers lack something: storage, cookies, WebSockets, room; and texts and names in all scripts.
//
//     node lacking.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Board, forbiddenWebSocket, Guest, NARROW, withoutWebSocket } from "./guests.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
const run = randomUUID().slice(0, 4);
const unlike = (name) => `${name}-${run}`;
const TEXTS = [
  "<script>document.title = 'broken'</script>",
  "#{7*7} ${7*7} {{7*7}} #{facesContext}",
  "שלום עולם, (right to left) 123",
  "سلمى: مرحبا!",
  "名前は太郎です。",
  "Привет, Jürgen",
  "नमस्ते दुनिया",
  "👩‍👩‍👧‍👦 family",
];

async function scenario() {
  const ann = await board.visit(unlike("Ann"));

  await stage("text of any script is text, in its own direction", async () => {
    for (const text of TEXTS) {
      await ann.send(text);
      await ann.line(text).waitFor();
    }
    const directions = await ann.page.locator("#log .text").evaluateAll((lines) => lines.slice(-8).map((line) => getComputedStyle(line).direction));
    assert.deepEqual(directions, ["ltr", "ltr", "rtl", "rtl", "ltr", "ltr", "ltr", "ltr"]);
    assert.ok(!(await ann.page.title()).includes("broken"));
    await board.picture(ann, "scripts");
  });

  await stage("a name of any script is taken, and one that looks like another's is refused with the reason", async () => {
    for (const name of ["Jürgen", "名前", "سلمى", "Ольга"].map((word) => `${word} ${run}`)) {
      await ann.rename(name);
    }
    for (const like of ["Неrаld", "HERALD", "Ｈｅｒａｌｄ", "HeraId"]) {
      await ann.type(like);
      await ann.page.locator("#name-problem", { hasText: "This is the server's name." }).waitFor();
      await ann.page.locator("#you summary").click();
    }
    const eve = await board.visit(unlike("Eve"));
    await eve.type(ann.name.toUpperCase());
    await eve.page.locator("#name-problem", { hasText: "Somebody here has this name" }).waitFor();
    assert.equal(await eve.page.locator("#you .name").textContent(), eve.name);
    await eve.page.context().close();
    assert.equal(await ann.page.locator("#you .name").textContent(), `Ольга ${run}`);
  });

  await stage("who has no WebSockets talks by polling, and is told so", async () => {
    const page = await board.page({ scripts: [withoutWebSocket] });
    const bob = new Guest(page);
    await page.goto(baseUrl);
    await page.getByText("Connected by polling").first().waitFor();
    await bob.send(`by polling ${run}`);
    await ann.line(`by polling ${run}`).waitFor();
    await ann.send(`to polling ${run}`);
    await bob.line(`to polling ${run}`).waitFor();
    await page.reload();
    await bob.line(`to polling ${run}`).waitFor();
    await page.getByText("Connected by polling").first().waitFor();
    await page.context().close();
  });

  await stage("who may make no WebSocket, or has no such class, talks by polling", async () => {
    for (const [n, script] of [forbiddenWebSocket, () => delete window.WebSocket].entries()) {
      const page = await board.page({ scripts: [script] });
      const bob = new Guest(page);
      await page.goto(baseUrl);
      await page.getByText("Connected by polling").first().waitFor();
      await bob.send(`as WebSockets are forbidden ${run} ${n}`);
      await ann.line(`as WebSockets are forbidden ${run} ${n}`).waitFor();
      await page.context().close();
    }
  });

  await stage("who has no storage is told what does not work, and the rest does", async () => {
    const page = await board.page({ scripts: [withoutStorage] });
    const bob = new Guest(page);
    await page.goto(baseUrl);
    await bob.connected();
    await page.locator("#unkept", { hasText: "This browser keeps nothing" }).waitFor();
    await bob.send(`without storage ${run}`);
    await ann.line(`without storage ${run}`).waitFor();
    await bob.text.fill("a draft");
    await bob.to(`@${ann.id}`);
    assert.equal(await bob.text.inputValue(), "");
    await bob.to("#news");
    assert.equal(await bob.text.inputValue(), "a draft");
    await board.picture(bob, "without-storage");
    await page.context().close();
  });

  await stage("who has no cookies can read and write", async () => {
    const page = await board.page();
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "cookieEnabled", { get: () => false }));
    await page.route("**/*", async (route) => {
      const answer = await route.fetch({ headers: { ...route.request().headers(), cookie: "" }, maxRedirects: 0 });
      const { "set-cookie": dropped, ...headers } = answer.headers();
      await route.fulfill({ response: answer, headers });
    });
    const bob = new Guest(page);
    await page.goto(baseUrl);
    await bob.connected();
    await page.locator("#unkept", { hasText: "where cookies are blocked" }).waitFor();
    await bob.send(`without cookies ${run}`);
    await ann.line(`without cookies ${run}`).waitFor();
    await bob.line(`without cookies ${run}`).waitFor();
    assert.equal(await bob.page.locator("#log .pending").count(), 0);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.context().close();
  });

  await stage("a phone of 360 px shows all, and a thumb reaches it", async () => {
    const eve = await board.visit(unlike("Zoe"));
    const page = await board.page({ viewport: NARROW, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
    const bob = new Guest(page);
    await page.goto(baseUrl);
    await bob.connected();
    await fits(page, "messages");
    await page.locator("#text").tap();
    await page.locator("#text").pressSequentially("two\nlines from a phone");
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await eve.line("two\nlines from a phone").waitFor();
    await page.locator("#tabs [data-to=side]").tap();
    await fits(page, "places");
    await board.picture(bob, "phone-places");
    await page.locator("#people .item", { hasText: eve.name }).tap();
    await page.locator("#title", { hasText: eve.name }).waitFor();
    await bob.text.fill("privately from a phone");
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await bob.line("privately from a phone").waitFor();
    await page.locator("#log .line", { hasText: "privately from a phone" }).tap();
    await page.getByRole("button", { name: "React with 👍" }).tap();
    await page.locator("#log .reaction", { hasText: "👍 1" }).waitFor();
    await fits(page, "a message's buttons");
    await board.picture(bob, "phone");
    for (const dialog of ["#search", "#jump"]) {
      await page.locator(dialog).tap();
      await page.locator("dialog").waitFor();
      await fits(page, dialog);
      await page.locator("dialog .close").tap();
    }
    await page.context().close();
    await eve.page.context().close();
  });
}

/** Nothing is wider than the page, and whatever is to be touched has 24 px. */
async function fits(page, what) {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    return [...document.querySelectorAll("body *")]
      .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden, .skip, pre"))
      .filter((one) => one.getBoundingClientRect().right > room + 1 || one.getBoundingClientRect().left < -1)
      .map((one) => `${one.tagName}#${one.id}.${one.className}`);
  });
  assert.deepEqual(wide, [], `wider than the page: ${what}`);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, a, input, select, summary, textarea")]
      .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden, .skip, .text") && !one.matches(".skip"))
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 23.5 || box.width < 23.5))
      .map(({ one, box }) => `${one.tagName}#${one.id} ${one.textContent.slice(0, 20)} ${Math.round(box.width)}x${Math.round(box.height)}`),
  );
  assert.deepEqual(small, [], `too small for a thumb: ${what}`);
}

/** To be run in a page before its own scripts: as where a visitor blocks what pages keep. */
function withoutStorage() {
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    });
  }
}

await board.run("lacking", scenario);
