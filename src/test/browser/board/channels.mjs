// Guests make, browse, enter, mute and leave channels, type, go away, mention each other, and read in several tabs.
//
//     node channels.mjs <baseUrl> <outDir>
//
// Prints PASSED at the end, or says what failed and exits with 1. Screenshots go to outDir.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Board, Guest, cutOff, keepSockets } from "./guests.mjs";

const [baseUrl, outDir] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
const run = randomUUID().slice(0, 4);
const unlike = (name) => `${name}-${run}`;

async function scenario() {
  const ann = await board.visit(unlike("Ann"));
  const bob = await board.visit(`Jürgen ${run}`);
  const channel = `orders-${run}`;
  const topic = `名前 and <b>orders</b> ${run}`;

  await stage("a channel is made, found by others, entered, and has a topic", async () => {
    await ann.page.locator("#add-channel").click();
    await ann.page.locator("dialog input[type=search]").fill(channel);
    await ann.page.locator("dialog .choice button", { hasText: `#${channel}` }).click();
    await ann.page.locator("#title", { hasText: channel }).waitFor();
    assert.ok(ann.page.url().endsWith(`?channel=${channel}`));
    await ann.page.getByRole("button", { name: "Topic" }).click();
    await ann.page.getByLabel("Topic, one line").fill(topic);
    await ann.page.keyboard.press("Enter");
    await ann.page.locator("#topic", { hasText: topic }).waitFor();
    await ann.send("the first order");

    await bob.page.locator("#add-channel").click();
    await bob.page.locator("dialog input[type=search]").fill("名前");
    await bob.page.locator("dialog .choice button", { hasText: topic }).waitFor();
    await bob.page.locator("dialog input[type=search]").fill(run);
    await bob.page.locator("dialog .choice button", { hasText: `# ${channel}` }).click();
    await bob.page.locator("#title", { hasText: channel }).waitFor();
    await bob.line("the first order").waitFor();
    await bob.page.locator("#topic", { hasText: topic }).waitFor();
    await bob.send("the second order");
    await ann.line("the second order").waitFor();
    await board.picture(ann, "channel");
  });

  await stage("the link to a channel opens it, and it is still there after a reload", async () => {
    const eve = await board.visit(unlike("Eve"), { address: `${baseUrl}?channel=${channel}` });
    await eve.line("the second order").waitFor();
    await eve.to("#news");
    await eve.page.goBack();
    await eve.page.locator(`#log[data-shown="#${channel}"]`).waitFor();
    await eve.page.goForward();
    await eve.page.locator('#log[data-shown="#news"]').waitFor();
    await eve.page.reload();
    await eve.connected();
    await eve.entry(`#${channel}`).waitFor();
    await eve.page.context().close();
  });

  await stage("several people write a channel's notes at once, and see who writes where", async () => {
    const notes = (guest) => guest.page.locator("dialog .notes textarea");
    for (const guest of [ann, bob]) {
      await guest.to(`#${channel}`);
      await guest.page.getByRole("button", { name: "Notes" }).click();
      await guest.page.locator("dialog", { hasText: "Nobody has pinned anything here yet." }).waitFor();
    }
    await ann.page.getByRole("button", { name: "Add a note" }).click();
    await notes(bob).first().waitFor();
    await bob.page.getByRole("button", { name: "Add a note" }).click();
    await notes(ann).nth(1).waitFor();
    await Promise.all([
      notes(ann).nth(0).pressSequentially("<b>opening</b> hours 😀"),
      notes(bob).nth(1).pressSequentially("名前 of the staff"),
    ]);
    await ann.page.locator("dialog .notes li", { hasText: `${bob.name} is writing here` }).waitFor();
    for (const guest of [ann, bob]) {
      await guest.page.waitForFunction(() => {
        const [one, other] = [...document.querySelectorAll("dialog .notes textarea")].map((field) => field.value);
        return one === "<b>opening</b> hours 😀" && other === "名前 of the staff";
      });
    }
    await board.picture(bob, "notes");
    await ann.page.locator("dialog .notes li").nth(0).getByRole("button", { name: "Remove" }).click();
    await bob.page.waitForFunction(() => document.querySelectorAll("dialog .notes textarea").length === 1);
    for (const guest of [ann, bob]) {
      await guest.page.keyboard.press("Escape");
    }
    await bob.page.reload();
    await bob.connected();
    await bob.page.getByRole("button", { name: "Notes" }).click();
    await bob.page.waitForFunction(() => document.querySelector("dialog .notes textarea")?.value === "名前 of the staff");
    await bob.page.keyboard.press("Escape");
  });

  await stage("what is unread is counted, and what is muted only when one is named", async () => {
    await bob.to("#news");
    await ann.send("third");
    await ann.send("fourth");
    await bob.badge(`#${channel}`, "2");
    await bob.page.waitForFunction(() => document.title.startsWith("(2)"));
    await bob.to(`#${channel}`);
    await bob.page.locator(".unread-line").waitFor();
    await bob.page.waitForFunction(() => !document.title.startsWith("("));
    await bob.page.getByRole("button", { name: "Mute" }).click();
    await bob.page.locator("#mute[aria-pressed=true]").waitFor();
    await bob.to("#news");
    await ann.send("nobody has to know");
    await ann.send(`but @"${bob.name}" has`);
    await bob.page.waitForFunction(() => document.title.startsWith("(1)"));
    await bob.page.reload();
    await bob.connected();
    await bob.page.waitForFunction(() => document.title.startsWith("(1)"));
    assert.equal(await bob.entry(`#${channel}`).locator(".badge.strong").count(), 1);
    await bob.to(`#${channel}`);
    await bob.page.locator("#mute[aria-pressed=true]").click();
    await bob.page.locator("#mute[aria-pressed=false]").waitFor();
  });

  await stage("names are completed, mentions are marked and count", async () => {
    await ann.to("#news");
    await ann.text.fill("");
    await ann.text.pressSequentially("hello @jür");
    await ann.page.locator("#offers li", { hasText: bob.name }).waitFor();
    await ann.page.keyboard.press("Tab");
    assert.equal(await ann.text.inputValue(), `hello @"${bob.name}" `);
    await ann.text.pressSequentially("and @nobody, mail@example.org");
    await ann.page.keyboard.press("Enter");
    const line = (guest) => guest.page.locator("#log .line", { hasText: "and @nobody" });
    await bob.page.locator('#channels [data-conversation="#news"] .badge.strong').waitFor();
    await bob.to("#news");
    assert.deepEqual(await line(bob).locator(".mention.self").allTextContents(), [`@"${bob.name}"`]);
    assert.deepEqual(await line(ann).locator(".mention").allTextContents(), [`@"${bob.name}"`], "of people that there are");
    assert.equal(await line(ann).locator(".mention.self").count(), 0);
    await bob.page.waitForFunction(() => !document.title.startsWith("("));
  });

  await stage("who types is shown where it is written, and no longer than it lasts", async () => {
    await bob.to(`#${channel}`);
    await ann.to(`#${channel}`);
    await ann.text.pressSequentially("I am wri");
    await bob.page.locator("#typing", { hasText: `${ann.name} is typing` }).waitFor();
    assert.equal(await ann.page.locator("#typing").textContent(), "", "one's own typing is nothing new");
    await bob.to("#news");
    await bob.page.locator("#typing", { hasText: /^$/ }).waitFor({ state: "attached" });
    await bob.to(`#${channel}`);
    await ann.send("I am writing");
    await bob.line("I am writing").waitFor();
    await bob.page.locator("#typing", { hasText: /^$/ }).waitFor({ state: "attached" });
    await bob.to(`@${ann.id}`);
    await ann.to(`@${bob.id}`);
    await ann.text.pressSequentially("to you");
    await bob.page.locator("#typing", { hasText: `${ann.name} is typing` }).waitFor();
    await ann.text.fill("");
    await bob.page.locator("#typing", { hasText: /^$/ }).waitFor({ state: "attached" });
    assert.equal(await ann.page.locator("#typing").textContent(), "", "one's own typing is nothing new");
  });

  await stage("who has not looked for five minutes is away, until the page is looked at", async () => {
    const page = await board.page({ scripts: [keepLongTimers, keepSockets] });
    const eve = new Guest(page);
    await page.goto(baseUrl);
    await eve.connected();
    const id = await page.evaluate(() => document.body.dataset.self);
    await ann.person(id).locator(".presence.here").waitFor();
    await look(page, false);
    assert.deepEqual(await page.evaluate(() => window.longTimers.map(({ ms }) => ms)), [5 * 60_000]);
    await page.evaluate(() => window.longTimers[0].task());
    await ann.person(id).locator(".presence.away").waitFor();
    await cutOff(page);
    await ann.person(id).waitFor({ state: "detached" });
    await ann.person(id).locator(".presence.away").waitFor();
    await look(page, true);
    await ann.person(id).locator(".presence.here").waitFor();
    await page.context().close();
  });

  await stage("what is read in one tab is read in all, and on another device", async () => {
    await ann.to(`#${channel}`);
    await bob.to("#news");
    const second = await board.tab(bob);
    const device = await board.device(bob);
    const all = [bob, second, device];
    for (const text of ["one", "two", "three"]) {
      await ann.send(text);
    }
    await Promise.all(all.map((tab) => tab.badge(`#${channel}`, "3")));
    await second.to(`#${channel}`);
    await second.line("three").waitFor();
    await Promise.all(all.map((tab) => tab.entry(`#${channel}`).locator(".badge").waitFor({ state: "detached" })));
    for (const tab of [bob, device]) {
      await tab.page.reload();
      await tab.connected();
      await tab.entry(`#${channel}`).waitFor();
      assert.equal(await tab.entry(`#${channel}`).locator(".badge").count(), 0);
    }
    assert.equal(await ann.page.locator(`#people [data-person="${bob.id}"]`).count(), 1, "one line for each person");
    await second.page.close();
    await device.page.context().close();
  });

  await stage("who leaves a channel has left it in all tabs, and its address brings it back", async () => {
    const second = await board.tab(bob, `${baseUrl}?channel=${channel}`);
    await second.line("three").waitFor();
    await bob.to(`#${channel}`);
    await bob.page.getByRole("button", { name: "Leave" }).click();
    await bob.page.locator('#log[data-shown="#news"]').waitFor();
    await second.page.locator('#log[data-shown="#news"]').waitFor();
    for (const tab of [bob, second]) {
      await tab.page.reload();
      await tab.connected();
      await tab.entry("#news").waitFor();
      assert.equal(await tab.entry(`#${channel}`).count(), 0);
    }
    await second.page.close();
    await bob.page.goto(`${baseUrl}?channel=${channel}`);
    await bob.line("three").waitFor();
  });
}

/** To be run in a page before its own scripts: tasks for later than a minute are kept in `longTimers`, and run by the test. */
function keepLongTimers() {
  const { setTimeout } = window;
  window.longTimers = [];
  window.setTimeout = (task, ms, ...args) => (ms > 60_000 ? window.longTimers.push({ task, ms }) : setTimeout(task, ms, ...args));
}

/** Has a page be looked at, or not: what the browser says when one goes to another tab. */
function look(page, isVisible) {
  return page.evaluate((visible) => {
    Object.defineProperty(document, "hidden", { value: !visible, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isVisible);
}

await board.run("channels", scenario);
