// A user signs in on the board, opens the monitor as an operator, and signs out: then the page is a guest's again.
//
//     node login.mjs <baseUrl> <outDir> <password> <an origin to which the server pushes>
//
// Prints PASSED at the end, or says what failed and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { allowNotifications, fakePush } from "./fakepush.mjs";
import { Board, Guest } from "./guests.mjs";
import { violations } from "./violations.mjs";

const [baseUrl, outDir, password, pushOrigin] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
const run = randomUUID().slice(0, 4);

async function signIn(page, user, secret) {
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function scenario() {
  // uPlot, on the monitor, asks for the formats of the browser's language, and does not take each that an operating system names.
  const page = await board.page({ locale: "en-US", scripts: [allowNotifications, fakePush(`${pushOrigin}/${run}`)] });
  const tab = new Guest(page);
  await page.goto(baseUrl);
  await tab.connected();
  const guest = await page.evaluate(() => document.body.dataset.self);
  const other = await board.tab(tab);

  await stage("a wrong password is told, and the right one is taken", async () => {
    await tab.text.fill("a guest's draft");
    await page.locator("#you summary").click();
    await page.getByRole("link", { name: "Sign in" }).click();
    assert.deepEqual(await violations(page), []);
    await signIn(page, "alice", "wrong");
    await page.getByRole("alert").filter({ hasText: "not right" }).waitFor();
    await board.picture(tab, "login");
    await signIn(page, "alice", password);
    await tab.connected();
    assert.equal(await page.locator("#you .name").textContent(), "alice");
    assert.equal(await page.evaluate(() => document.body.dataset.self), "alice");
    assert.equal(await tab.text.inputValue(), "");
  });

  await stage("another tab of the guest is the user's, too, and no guest is left", async () => {
    await other.page.locator("#you .name", { hasText: "alice" }).waitFor();
    await other.connected();
    const bob = await board.visit(`Bob ${run}`);
    await bob.person("alice").waitFor();
    assert.equal(await bob.person(guest).count(), 0);
    await tab.send(`from a user ${run}`);
    await bob.line(`from a user ${run}`).waitFor();
    await bob.page.context().close();
  });

  await stage("an operator opens the monitor, and another user does not", async () => {
    const monitor = await board.watch(await page.context().newPage());
    await monitor.goto(new URL("monitor.xhtml", baseUrl).href);
    await monitor.locator("#connections tr", { hasText: "alice" }).first().waitFor();
    await monitor.close();

    board.serverIsAway = true; // The browser complains of the 403 that is expected.
    const bob = await board.page();
    await bob.goto(new URL("monitor.xhtml", baseUrl).href);
    await signIn(bob, "bob", password);
    await bob.getByText("You may not see this").first().waitFor();
    await bob.context().close();
    board.serverIsAway = false;
  });

  await stage("who signs out is told nothing by Web Push, in any tab", async () => {
    await page.locator("#you summary").click();
    await page.getByLabel("also when this page is closed").check();
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith(":push")));
    // It has ended when the page ends, and not because of a later page or another tab.
    await other.page.goto("about:blank");
    await page.evaluate(() => addEventListener("pagehide", () => sessionStorage.setItem("at-its-end", `${localStorage.getItem("fake-push")}`)));
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForFunction(() => document.body?.dataset.self?.startsWith("guest-"));
    assert.equal(await page.evaluate(() => sessionStorage.getItem("at-its-end")), "null");
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith(":push"))), []);
    await tab.connected();
    await page.goto(new URL("login", baseUrl).href);
    await signIn(page, "alice", password);
    await tab.connected();
    await other.page.goto(baseUrl);
    await other.connected();
  });

  await stage("who signs out is a guest in all tabs, and sees none of the user's drafts", async () => {
    await tab.text.fill("alice's draft");
    await page.locator("#you summary").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("#you .name", { hasText: /^(?!alice)/ }).waitFor({ state: "attached" });
    await tab.connected();
    const next = await page.evaluate(() => document.body.dataset.self);
    assert.match(next, /^guest-/);
    assert.notEqual(next, guest);
    assert.equal(await tab.text.inputValue(), "");
    await other.page.waitForFunction((self) => document.body.dataset.self === self, next);
    await other.connected();
    await tab.person("alice").waitFor({ state: "detached" });
    await page.locator("#you summary").click();
    await page.getByRole("link", { name: "Sign in" }).click();
    await signIn(page, "alice", password);
    await tab.connected();
    assert.equal(await tab.text.inputValue(), "alice's draft");
  });

  await stage("a page whose login has ended unnoticed sends nothing as somebody else", async () => {
    await page.context().setOffline(true);
    await tab.send(`for alice's eyes ${run}`);
    await page.context().clearCookies();
    board.serverIsAway = true;
    await page.evaluate(() => window.dispatchEvent(new Event("offline")));
    await page.context().setOffline(false);
    await page.waitForFunction(() => document.body.dataset.self.startsWith("guest-"));
    board.serverIsAway = false;
    await tab.connected();
    const bob = await board.visit(`Late ${run}`);
    await tab.send(`from a guest ${run}`);
    await bob.line(`from a guest ${run}`).waitFor();
    assert.equal(await bob.line(`for alice's eyes ${run}`).count(), 0);
    assert.equal(await tab.line(`for alice's eyes ${run}`).count(), 0);
  });

  await stage("the button back shows no page of somebody who has signed out", async () => {
    await page.goto(new URL("login", baseUrl).href);
    await signIn(page, "alice", password);
    await tab.connected();
    await page.locator("#you summary").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForFunction(() => document.body.dataset.self.startsWith("guest-"));
    await tab.connected();
    await page.goBack();
    await page.waitForFunction(() => document.body?.dataset.self?.startsWith("guest-"));
    await tab.connected();
    assert.equal(await tab.text.inputValue(), "");
  });
}

await board.run("login", scenario);
