// Two guests use the board in real browsers, and the server is restarted under them.
//
//     node board.mjs <baseUrl> <outDir>
//
// Prints RESTART and waits for a line RESTARTED while the server is restarted; prints PASSED at the end, or says what failed
// and exits with 1. Screenshots of each stage go to outDir.
import assert from "node:assert/strict";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Board, Guest, NARROW, WIDE } from "./guests.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const { browser } = board;
const stage = (name, steps) => board.stage(name, steps);
const picture = (guest, name, media) => board.picture(guest, name, media);
const visit = (name) => board.visit(name);

const NASTY = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "#{7*7} ${7*7} {{7*7}}",
  "javascript:alert(1)",
  "word".repeat(200),
  "emoji 👩‍🚀🎈 and ümläuts, \u202Eright to left\u202C, \u2028 a line separator",
  "two\nlines",
];
const RESTART_PATIENCE = 60_000;

async function scenario() {
  const ann = await visit("Ann");
  await picture(ann, "empty");
  const bob = await visit("Bob");

  await stage("the two see each other, once each", async () => {
    await ann.person(bob.id).waitFor();
    await bob.person(ann.id).waitFor();
    await ann.page.getByText("2 people online", { exact: true }).waitFor();
    await ann.page.locator("#log .fold", { hasText: "came" }).last().waitFor();
    assert.equal(await ann.page.locator("#log .line", { hasText: "is online" }).count(), 0, "coming and going is folded");
    assert.match(await ann.page.locator("#state-shown").textContent(), /by WebSocket/);
  });

  await stage("news go both ways", async () => {
    await ann.send("Hello from Ann");
    await bob.send("Hello from Bob");
    for (const guest of [ann, bob]) {
      await guest.line("Hello from Ann").waitFor();
      await guest.line("Hello from Bob").waitFor();
    }
  });

  await stage("text is text", async () => {
    for (const text of NASTY) {
      await ann.send(text);
      await bob.line(text).waitFor();
    }
    await ann.send("See https://example.org/a_(b). `code` > no quote");
    const link = bob.page.locator("#log a", { hasText: "example.org" });
    assert.equal(await link.getAttribute("href"), "https://example.org/a_(b)");
    assert.match(await link.getAttribute("rel"), /noopener/);
    assert.equal(await bob.page.locator("#log a[href^='javascript']").count(), 0);
  });

  await stage("each conversation has its own draft", async () => {
    const eve = await visit("Eve");
    await ann.to(`@${bob.id}`);
    await ann.text.fill("for Bob alone");
    await ann.to(`@${eve.id}`);
    assert.equal(await ann.text.inputValue(), "");
    await ann.text.press("Enter");
    await ann.text.fill("for Eve alone");
    await ann.to("#news");
    assert.equal(await ann.text.inputValue(), "");
    await ann.to(`@${bob.id}`);
    assert.equal(await ann.text.inputValue(), "for Bob alone");
    await ann.page.reload();
    await ann.connected();
    assert.equal(await ann.text.inputValue(), "for Bob alone", "after a reload, at the same address");
    await ann.page.goBack();
    await ann.text.fill("");
    await ann.to(`@${eve.id}`);
    assert.equal(await ann.text.inputValue(), "for Eve alone");
    await ann.text.fill("");
    await ann.to(`@${bob.id}`);
    await ann.text.fill("");
    assert.ok(!(await eve.page.content()).includes("alone"));
    await eve.page.context().close();
    await ann.person(eve.id).waitFor({ state: "detached" });
    await ann.page.getByText("2 people online", { exact: true }).waitFor();
  });

  await stage("private messages go both ways, and count as unread until they are seen", async () => {
    await ann.to(`@${bob.id}`);
    for (const text of ["Only for Bob", ...NASTY]) {
      await ann.send(text);
      await ann.line(text).waitFor();
    }
    await bob.page.waitForFunction((count) => document.title.startsWith(`(${count})`), NASTY.length + 1);
    await picture(bob, "unread");
    await bob.page.locator("#log button.name", { hasText: ann.name }).first().click();
    await bob.page.locator("#title", { hasText: ann.name }).waitFor();
    assert.ok(bob.page.url().includes(`?with=${ann.id}`));
    await bob.line("Only for Bob").waitFor();
    await bob.page.waitForFunction(() => !document.title.startsWith("("));
    await bob.send("Only for Ann");
    await ann.line("Only for Ann").waitFor();
    await picture(ann, "private");
    for (const guest of [ann, bob]) {
      await guest.to("#news");
      assert.equal(await guest.line("Only for Bob").count(), 0);
    }
  });
  await picture(ann, "wide");
  await picture(ann, "wide-dark", { colorScheme: "dark" });

  await stage("a text that is too long is told, and not cut", async () => {
    const before = (await bob.texts()).at(-1);
    await ann.text.fill("x".repeat(100_000));
    await ann.text.press("Enter");
    await ann.page.locator("#composer .problem", { hasText: "Not sent" }).waitFor();
    assert.equal((await ann.text.inputValue()).length, 100_000);
    await ann.text.fill("");
    await ann.send("two\nlines, after the long one");
    await bob.line("two\nlines, after the long one").waitFor();
    assert.equal((await bob.texts()).at(-2), before);
  });

  await stage("messages are edited, reacted to and deleted, for all", async () => {
    await ann.send("a mistkae");
    await bob.line("a mistkae").waitFor();
    await ann.text.press("ArrowUp");
    await ann.text.fill("a mistake");
    await ann.text.press("Enter");
    await bob.line("a mistake").waitFor();
    assert.equal(await bob.line("a mistkae").count(), 0);
    await bob.line("a mistake").hover();
    await bob.page.getByRole("button", { name: "React with 🎉" }).click();
    await ann.page.locator("#log .reaction", { hasText: "🎉 1" }).waitFor();
    await ann.page.reload();
    await ann.connected();
    await ann.page.locator("#log .reaction", { hasText: "🎉 1" }).waitFor();
    await ann.line("a mistake").hover();
    await ann.page.getByRole("button", { name: "Delete" }).click();
    await picture(ann, "actions");
    await ann.page.getByRole("button", { name: "Delete for all?" }).click();
    for (const guest of [ann, bob]) {
      await guest.page.locator("#log .text.deleted").waitFor();
      assert.equal(await guest.line("a mistake").count(), 0);
      assert.equal(await guest.page.locator("#log .reaction").count(), 0, "and nothing is left of the reactions");
    }
  });

  await stage("two tabs of one person agree on what is read", async () => {
    const second = new Guest(await bob.page.context().newPage());
    await second.page.goto(baseUrl);
    await second.connected();
    await ann.page.getByText("2 people online", { exact: true }).waitFor();
    await ann.to(`@${bob.id}`);
    await ann.send("to both tabs");
    await second.page.waitForFunction(() => document.title.startsWith("(1)"));
    await bob.to(`@${ann.id}`);
    await bob.line("to both tabs").waitFor();
    await second.page.waitForFunction(() => !document.title.startsWith("("));
    await second.page.close();
    await ann.to("#news");
    await bob.to("#news");
  });

  await stage("messages are found, marked, shown at their address, and back goes back", async () => {
    await ann.send("the <b>needle</b> 名前 in the news");
    await ann.to(`@${bob.id}`);
    await ann.send("a needle for Bob alone");
    await ann.line("a needle for Bob alone").waitFor();
    const before = ann.page.url();
    await ann.page.evaluate(() => document.activeElement.blur());
    await ann.page.keyboard.press("/");
    await ann.page.keyboard.type("NEEDLE");
    const hits = ann.page.locator("dialog .hit");
    await hits.nth(1).waitFor();
    assert.deepEqual(await hits.locator("mark").allTextContents(), ["needle", "needle"]);
    assert.deepEqual(await hits.locator("span").allTextContents(), ["a needle for Bob alone", "the <b>needle</b> 名前 in the news"]);
    await picture(ann, "search");
    await ann.page.locator("dialog .scope input").check();
    await hits.nth(1).waitFor({ state: "detached" });
    await ann.page.locator("dialog .scope input").uncheck();
    await ann.page.locator("dialog input[type=search]").fill("needle 名");
    await hits.filter({ hasText: "for Bob" }).waitFor({ state: "detached" });
    await ann.page.keyboard.press("Enter");
    await ann.page.locator("#title", { hasText: "news" }).waitFor();
    assert.match(ann.page.url(), /\?message=\d+$/);
    await ann.line("the <b>needle</b> 名前 in the news").waitFor();
    await ann.page.goBack();
    await ann.page.locator("#title", { hasText: bob.name }).waitFor();
    assert.equal(ann.page.url(), before);
    await ann.page.locator("#search").click();
    await ann.page.locator("dialog input[type=search]").fill("no such word at all");
    await ann.page.locator("dialog .hint", { hasText: "Nothing found" }).waitFor();
    await ann.page.keyboard.press("Escape");
    await ann.page.keyboard.press("Escape");
    await ann.page.locator("dialog").waitFor({ state: "detached" });
    await bob.to(`@${ann.id}`);
    for (const guest of [ann, bob]) {
      await guest.to("#news");
    }
  });

  await stage("the server's own page is text, too", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, viewport: NARROW });
    const page = await plain.newPage();
    await page.goto(baseUrl);
    const texts = await page.locator("#log .text").allTextContents();
    NASTY.forEach((text) => assert.ok(texts.includes(text), `rendered by the server: ${text}`));
    await page.screenshot({ path: join(outDir, "without-script.png") });
    await plain.close();
  });

  await stage("it speaks German where the browser does", async () => {
    const context = await browser.newContext({ locale: "de-DE" });
    const page = await context.newPage();
    await page.goto(baseUrl);
    await page.getByText("Verbunden über WebSocket").waitFor();
    await picture({ page }, "german");
    await context.close();
    await ann.page.getByText("2 people online", { exact: true }).waitFor();
  });

  await stage("it fits a narrow page", async () => {
    await ann.page.setViewportSize(NARROW);
    const [content, room] = await ann.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    assert.ok(content <= room, `the page is ${content} px wide, and there are ${room}`);
    await ann.page.waitForFunction(() => {
      const log = document.querySelector("#log");
      return log.scrollHeight - log.scrollTop - log.clientHeight < 2;
    });
    await picture(ann, "narrow");
    await ann.page.locator("#tabs [data-to=side]").click();
    await picture(ann, "narrow-side", { colorScheme: "dark" });
    await ann.page.locator("#channels [data-conversation='#news']").click();
    await ann.text.waitFor();
    await ann.page.setViewportSize(WIDE);
  });

  await stage("the keyboard is enough", async () => {
    const { keyboard } = bob.page;
    await bob.page.reload();
    await bob.connected();
    await bob.page.evaluate(() => document.activeElement.blur());
    await keyboard.press("Control+k");
    await keyboard.type(ann.name);
    await bob.page.locator("dialog .choice button", { hasText: ann.name }).waitFor();
    await keyboard.press("Enter");
    await bob.page.locator("#title", { hasText: ann.name }).waitFor();
    await bob.page.locator("#text:focus").waitFor();
    await keyboard.type("By keyboard to Ann");
    await keyboard.press("Enter");
    await ann.to(`@${bob.id}`);
    await ann.line("By keyboard to Ann").waitFor();
    await bob.page.evaluate(() => document.activeElement.blur());
    await keyboard.press("?");
    await bob.page.locator("dialog kbd").first().waitFor();
    await keyboard.press("Escape");
    await bob.page.locator("dialog").waitFor({ state: "detached" });
    for (const guest of [ann, bob]) {
      await guest.to("#news");
    }
  });

  await stage("a name can be chosen without a reload, and a wrong one is explained", async () => {
    await bob.text.fill("a draft");
    await bob.page.evaluate(() => (window.isTheSamePage = true));
    await bob.type("   ");
    await bob.page.getByText("A name has at least one letter.").waitFor();
    for (const name of ["Jürgen", "名前", "سلمى", "😀"]) {
      await bob.rename(name);
      await ann.person(bob.id).filter({ hasText: name }).waitFor();
      await bob.send(`I am ${name}`);
      await ann.page.locator("#log .line", { hasText: `I am ${name}` }).locator(".name", { hasText: name }).waitFor();
    }
    await bob.rename("Bob <b>#{7*7}</b>");
    await ann.person(bob.id).filter({ hasText: bob.name }).waitFor();
    assert.equal(await bob.page.evaluate(() => window.isTheSamePage), true, "the page was not loaded again");
  });

  await stage("both come back after a restart, without a hole or a double", async () => {
    await ann.send("Before the restart");
    await bob.line("Before the restart").waitFor();

    const answer = nextLine();
    board.serverIsAway = true;
    console.log("RESTART");
    await Promise.race([answer, untilServerIsDown()]);
    const away = ["While the server was away 1", "While the server was away 2", "While the server was away 3"];
    for (const text of away) {
      await ann.send(text);
    }
    await ann.page.getByText("3 messages wait and will be sent").first().waitFor();
    await ann.page.getByText(/^Reconnecting since /).first().waitFor();
    await picture(ann, "offline");
    assert.equal(await answer, "RESTARTED");
    await Promise.all([ann, bob].map((guest) => guest.connected(RESTART_PATIENCE)));
    board.serverIsAway = false;

    await bob.line(away[2]).waitFor();
    await bob.page.getByText(/nothing is missing$/i).first().waitFor();
    await picture(bob, "caught-up");
    await bob.send("After the restart");
    for (const guest of [ann, bob]) {
      await guest.line("After the restart").waitFor();
      const texts = await guest.texts();
      for (const text of ["Before the restart", ...away, "After the restart"]) {
        assert.equal(texts.filter((one) => one === text).length, 1, `${guest.name} sees: ${text}`);
      }
      await guest.page.locator("#log .pending").first().waitFor({ state: "detached" });
    }
    assert.deepEqual((await bob.texts()).filter((text) => away.includes(text)), away, "in the order in which they were written");
  });

  await stage("what was written offline survives a reload, and is sent once", async () => {
    const kept = await ann.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("outbox:")));
    assert.deepEqual(kept, []);
    await ann.page.evaluate(() => localStorage.setItem(`herald:/:${encodeURIComponent(document.body.dataset.self)}:outbox:kept-over-a-reload`, JSON.stringify({ to: "#news", text: "kept over a reload", at: Date.now(), problem: null })));
    for (let n = 0; n < 2; n++) {
      await ann.page.reload();
      await ann.connected();
      await bob.line("kept over a reload").waitFor();
      await ann.page.waitForFunction(() => Object.keys(localStorage).every((key) => !key.includes("outbox:")));
    }
    await ann.send("and after it");
    await bob.line("and after it").waitFor();
    assert.equal(await bob.line("kept over a reload").count(), 1);
  });
}

/** Until nobody listens any more: a server that goes down may still take a message, and forget it with all others. */
async function untilServerIsDown() {
  while (await fetch(baseUrl, { signal: AbortSignal.timeout(RESTART_PATIENCE) }).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function nextLine() {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    lines.once("line", (line) => {
      lines.close();
      resolve(line.trim());
    });
  });
}

await board.run("board", scenario);
