// Two guests use the board in real browsers, and the server is restarted under them.
//
//     node board.mjs <baseUrl> <outDir>
//
// Prints RESTART and waits for a line RESTARTED while the server is restarted; prints PASSED at the end, or says what failed
// and exits with 1. Screenshots of each stage go to outDir.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { launch } from "../chromium.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
assert.ok(baseUrl && outDir, "usage: node board.mjs <baseUrl> <outDir>");
mkdirSync(outDir, { recursive: true });

const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 360, height: 740 };
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

/** What happened on a page that must not. */
const complaints = [];
let serverIsAway = false;

const browser = await launch();

async function scenario() {
  const ann = await visit("Ann");
  const bob = await visit("Bob");

  await stage("the two see each other", async () => {
    await ann.person(bob.id).waitFor();
    await bob.person(ann.id).waitFor();
    await ann.page.getByText("2 people online", { exact: true }).waitFor();
    await ann.line("#news", "One more person is online (2)").last().waitFor();
    await bob.line("#private", "Welcome you are the 2 person here").waitFor();
  });

  await stage("news go both ways", async () => {
    await ann.sendNews("Hello from Ann");
    await bob.sendNews("Hello from Bob");
    for (const guest of [ann, bob]) {
      await guest.line("#news", "Hello from Ann").waitFor();
      await guest.line("#news", "Hello from Bob").waitFor();
    }
  });

  await stage("text is text", async () => {
    for (const text of NASTY) {
      await ann.sendNews(text);
      await bob.line("#news", text).waitFor();
    }
  });

  await stage("private messages go both ways", async () => {
    await ann.person(bob.id).click();
    for (const text of ["Only for Bob", ...NASTY]) {
      await ann.sendPrivately(text);
      await ann.line("#private", text).waitFor();
    }
    await bob.page.getByText(`${NASTY.length + 1} new private messages`).waitFor();
    await bob.page.locator("#news .line button.name", { hasText: ann.name }).first().click();
    await bob.page.locator("#private-title", { hasText: `with ${ann.name}` }).waitFor();
    await bob.line("#private", "Only for Bob").waitFor();
    await bob.sendPrivately("Only for Ann");
    await ann.line("#private", "Only for Ann").waitFor();
    await bob.page.locator("#unread", { hasText: "new private" }).waitFor({ state: "hidden" });
    assert.equal(await ann.line("#news", "Only for Bob").count(), 0);
    assert.equal(await bob.line("#news", "Only for Bob").count(), 0);
  });
  await picture(ann, "wide");
  await picture(ann, "wide-dark", { colorScheme: "dark" });

  await stage("nobody is told what others were told privately", async () => {
    const eve = await visit("Eve");
    assert.ok(!(await eve.page.content()).includes("Only for"));
    await eve.page.context().close();
    await ann.line("#news", "Someone went home (2)").last().waitFor();
    await ann.page.getByText("2 people online", { exact: true }).waitFor();
    await ann.person(eve.id).waitFor({ state: "detached" });
  });

  await stage("a reload shows the same from the server", async () => {
    const before = await ann.texts("#news");
    await ann.page.reload();
    await ann.connected();
    const after = await ann.texts("#news");
    assert.deepEqual(after.slice(0, before.length), before);
    await ann.person(bob.id).click();
    await ann.line("#private", "Only for Ann").waitFor();
    for (const text of NASTY) {
      assert.equal(await ann.line("#private", text).count(), 1, `private after a reload: ${text}`);
    }
  });

  await stage("the server's own page is text, too", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, viewport: NARROW });
    const page = await plain.newPage();
    await page.goto(baseUrl);
    const texts = await page.locator("#news .text").allTextContents();
    NASTY.forEach((text) => assert.ok(texts.includes(text), `rendered by the server: ${text}`));
    await page.screenshot({ path: join(outDir, "without-script.png"), fullPage: true });
    await plain.close();
  });

  await stage("it fits a narrow page", async () => {
    await ann.page.setViewportSize(NARROW);
    const [content, room] = await ann.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    await ann.page.waitForFunction(() =>
      [...document.querySelectorAll(".log")].every((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2),
    );
    await picture(ann, "narrow");
    await picture(ann, "narrow-dark", { colorScheme: "dark" });
    assert.ok(content <= room, `the page is ${content} px wide, and there are ${room}`);
    await ann.page.setViewportSize(WIDE);
  });

  await stage("the keyboard is enough", async () => {
    const { keyboard } = bob.page;
    await bob.page.reload();
    await bob.connected();
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await bob.tabTo("#news-text");
    await keyboard.type("By keyboard alone");
    await keyboard.press("Enter");
    await ann.line("#news", "By keyboard alone").waitFor();

    await bob.tabTo(`#people button[data-person="${ann.id}"]`);
    await picture(bob, "keyboard");
    await keyboard.press("Enter");
    await bob.page.locator("#private-text:focus").waitFor();
    await keyboard.type("By keyboard to Ann");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await ann.line("#private", "By keyboard to Ann").waitFor();
  });

  await stage("a name can be chosen, and a wrong one is explained", async () => {
    await bob.page.getByLabel("Your name").fill("   ");
    await bob.page.getByRole("button", { name: "Rename" }).click();
    await bob.page.getByText("A name has at least one letter.").waitFor();
    await bob.connected();
    for (const name of ["Jürgen", "名前", "سلمى", "😀"]) {
      await bob.rename(name);
      assert.equal(await bob.page.getByLabel("Your name").inputValue(), name);
      await ann.person(bob.id).filter({ hasText: name }).waitFor();
      await bob.sendNews(`I am ${name}`);
      await ann.page.locator("#news .line", { hasText: `I am ${name}` }).locator(".name", { hasText: name }).waitFor();
    }
    await bob.rename("Bob <b>#{7*7}</b>");
    await ann.person(bob.id).filter({ hasText: bob.name }).waitFor();
  });

  await stage("both come back after a restart, without a hole or a double", async () => {
    await ann.sendNews("Before the restart");
    await bob.line("#news", "Before the restart").waitFor();
    await ann.page.evaluate(() => (window.isTheSamePage = true));

    const answer = nextLine();
    serverIsAway = true;
    console.log("RESTART");
    await Promise.race([answer, untilServerIsDown()]);
    await ann.sendNews("While the server was away");
    await picture(ann, "offline");
    assert.equal(await answer, "RESTARTED");
    await Promise.all([ann, bob].map((guest) => guest.connected(RESTART_PATIENCE)));
    serverIsAway = false;

    await bob.line("#news", "While the server was away").waitFor();
    await bob.sendNews("After the restart");
    for (const guest of [ann, bob]) {
      await guest.line("#news", "After the restart").waitFor();
      for (const text of ["Hello from Ann", "Before the restart", "While the server was away", "After the restart", ...NASTY]) {
        assert.equal(await guest.line("#news", text).count(), 1, `${guest.name} sees: ${text}`);
      }
      await guest.page.locator("#news .outbox li").waitFor({ state: "detached" });
    }
    await ann.person(bob.id).click();
    await ann.sendPrivately("Private after the restart");
    await bob.person(ann.id).click();
    await bob.line("#private", "Private after the restart").waitFor();
    assert.equal(await ann.page.evaluate(() => window.isTheSamePage), true, "the page was not loaded again");
    await picture(ann, "after-restart");
  });

  assert.deepEqual(complaints, []);
}

async function stage(name, steps) {
  console.log("stage:", name);
  await steps();
  assert.deepEqual(complaints, [], `after the stage: ${name}`);
}

async function picture({ page }, name, media) {
  if (media) {
    await page.emulateMedia(media);
  }
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {}))));
  await page.screenshot({ path: join(outDir, `${name}.png`), fullPage: true });
  if (media) {
    await page.emulateMedia({ colorScheme: null });
  }
}

async function visit(name) {
  const context = await browser.newContext({ viewport: WIDE, colorScheme: "light" });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    const isExpected = serverIsAway && message.text().includes("WebSocket connection");
    if (["error", "warning"].includes(message.type()) && !isExpected) {
      complaints.push(`${message.type()}: ${message.text()}`);
    }
  });
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  const answer = await page.goto(baseUrl);
  assert.equal(answer.status(), 200);
  const guest = new Guest(page);
  await guest.connected();
  await guest.rename(name);
  guest.id = await page.evaluate(() => document.body.dataset.self);
  return guest;
}

class Guest {
  constructor(page) {
    this.page = page;
  }

  connected(timeout) {
    return this.page.getByRole("status").filter({ hasText: /^Connected$/ }).waitFor({ timeout, state: "attached" });
  }

  async rename(name) {
    this.name = name;
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByRole("button", { name: "Rename" }).click();
    await this.page.locator("#you bdi").filter({ hasText: name }).waitFor();
    await this.connected();
  }

  person(id) {
    return this.page.locator(`#people button[data-person="${id}"]`);
  }

  /** The visible lines whose text is this, to the letter. */
  line(section, text) {
    const exactly = new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/gu, "\\s+")}$`, "u");
    return this.page.locator(`${section} .line:not([hidden]) .text`).filter({ hasText: exactly });
  }

  texts(section) {
    return this.page.locator(`${section} .text`).allTextContents();
  }

  async sendNews(text) {
    await this.page.getByLabel("News for everyone").fill(text);
    await this.page.locator("#news").getByRole("button", { name: "Send" }).click();
  }

  async sendPrivately(text) {
    await this.page.locator("#private-text").fill(text);
    await this.page.locator("#private-text").press("Enter");
  }

  async tabTo(selector) {
    for (let n = 0; n < 200; n++) {
      if (await this.page.evaluate((target) => document.activeElement?.matches(target), selector)) {
        return;
      }
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`the keyboard does not get to ${selector}`);
  }
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

try {
  await scenario();
  console.log("PASSED");
} catch (failure) {
  console.error("FAILED:", failure.stack ?? failure);
  process.exitCode = 1;
  for (const [n, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    await page.screenshot({ path: join(outDir, `failed-${n}.png`), fullPage: true }).catch(() => {});
  }
} finally {
  await browser.close();
  process.stdin.destroy();
}
