// What is unread is counted where a hidden tab shows it, and who has asked for it is told by notifications, sounds and Web Push.
//
//     node alerts.mjs <baseUrl> <outDir> <an origin to which the server pushes>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { allowNotifications, fakePush } from "./fakepush.mjs";
import { Board } from "./guests.mjs";

const [baseUrl, outDir, pushOrigin] = process.argv.slice(2);
const board = await Board.open(baseUrl, outDir);
const stage = (name, steps) => board.stage(name, steps);
/** How long anything is waited for, in ms. */
const PATIENCE = 15_000;
const run = randomUUID().slice(0, 4);
const scripts = [noFramesWhenHidden, countSounds, allowNotifications, fakePush(`${pushOrigin}/${run}`)];

async function scenario() {
  const ann = await board.visit(`Ann-${run}`);
  const bob = await board.visit(`Jürgen ${run}`, { scripts });
  const mention = `@"${bob.name}"`;

  await stage("the title and the icon of a hidden tab count what is unread, but not what is muted", async () => {
    assert.match(await icon(bob), /herald\.svg$/);
    await look(bob, false);
    await ann.send("one");
    await until(bob, () => document.title.startsWith("(1) #news"));
    await ann.to(`@${bob.id}`);
    await ann.send("two");
    await ann.send("three");
    await until(bob, () => document.title.startsWith("(3) #news"));
    assert.match(await icon(bob), />3<\/text>/);
    await look(bob, true);
    await until(bob, () => document.title.startsWith("(2) #news"));
    await bob.to(`@${ann.id}`);
    await until(bob, () => !document.title.startsWith("("));
    assert.match(await icon(bob), /herald\.svg$/);
    await bob.to("#news");
    await bob.page.getByRole("button", { name: "Mute" }).click();
    await bob.page.locator("#mute[aria-pressed=true]").waitFor();
    await look(bob, false);
    await ann.to("#news");
    await ann.send("nobody has to know");
    await ann.send(`but ${mention} has`);
    await until(bob, () => document.title.startsWith("(1) #news"));
    await look(bob, true);
    await bob.page.locator("#mute[aria-pressed=true]").click();
    await bob.page.locator("#mute[aria-pressed=false]").waitFor();
  });

  await stage("nobody is told of anything before asking for it", async () => {
    await look(bob, false);
    await ann.to(`@${bob.id}`);
    await ann.send("quietly");
    await until(bob, () => document.title.startsWith("(1)"));
    await told(bob);
    assert.equal(await bob.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
    assert.equal(await sounds(bob), 0);
    await look(bob, true);
    await settings(bob);
    for (const box of ["notify", "sound", "push"]) {
      assert.equal(await bob.page.locator(`#alert-${box}`).isChecked(), false);
    }
  });

  await stage("where the browser forbids notifications, the page says so", async () => {
    const eve = await board.visit(`Eve-${run}`);
    await settings(eve);
    await eve.page.getByLabel("by a notification").click();
    await eve.page.locator("#alert-problem", { hasText: "The browser does not allow notifications" }).waitFor();
    assert.equal(await eve.page.getByLabel("by a notification").isChecked(), false);
    await eve.page.context().close();
  });

  await stage("who has asked for notifications gets them, of what concerns nobody else and is not looked at", async () => {
    await bob.page.getByLabel("by a notification").check();
    await (await worker(bob)).evaluate(keepNotifications);
    await bob.to("#news");
    await ann.send("Grüße, 名前 😀");
    assert.deepEqual(await notification(bob, `@${ann.id}`), { title: ann.name, body: "Grüße, 名前 😀" });
    await ann.to("#news");
    await ann.send(`${mention}, you look at this`);
    await bob.line(`${mention}, you look at this`).waitFor();
    await look(bob, false);
    await ann.send("for all");
    await until(bob, () => document.title.startsWith("("));
    await told(bob);
    assert.deepEqual(await tags(bob), [`@${ann.id}`], "of nothing else");
    await ann.send(`${mention}, you do not`);
    assert.deepEqual(await notification(bob, "#news"), { title: `${ann.name} in #news`, body: `${mention}, you do not` });
  });

  await stage("a click on a notification leads to its conversation, and what is read has none", async () => {
    await look(bob, true);
    while ((await tags(bob)).includes("#news")) {
      await told(bob);
    }
    await (await worker(bob)).evaluate(() =>
      self.dispatchEvent(Object.assign(new ExtendableEvent("notificationclick"), { notification: self.shown[0] })),
    );
    await bob.page.locator(`#log[data-shown="@${ann.id}"]`).waitFor();
    assert.deepEqual(await tags(bob), []);
  });

  await stage("a sound is asked for on this device, sounds once in two tabs, and stays so", async () => {
    await bob.page.getByLabel("by a sound").check();
    assert.equal(await sounds(bob), 1, "so one hears what was asked for");
    await bob.page.reload();
    await bob.connected();
    await settings(bob);
    assert.ok(await bob.page.getByLabel("by a sound").isChecked());
    assert.ok(await bob.page.getByLabel("by a notification").isChecked());
    await bob.to("#news");
    const second = await board.tab(bob);
    await second.page.locator("#title").click();
    await ann.to(`@${bob.id}`);
    await ann.send("listen");
    await until(bob, () => JSON.parse(Object.entries(localStorage).find(([key]) => key.endsWith(":told"))[1]).length > 0);
    await notification(bob, `@${ann.id}`);
    await told(bob);
    await told(second);
    assert.equal((await sounds(bob)) + (await sounds(second)), 1);
    await second.page.close();
    await bob.page.getByLabel("by a sound").uncheck();
    await bob.page.reload();
    await bob.connected();
    await settings(bob);
    assert.equal(await bob.page.getByLabel("by a sound").isChecked(), false);
  });

  await stage("Web Push is asked for, shows what comes, and ends with the person", async () => {
    await bob.page.getByLabel("also when this page is closed").check();
    await until(bob, () => Object.keys(localStorage).some((key) => key.endsWith(":push")));
    const { applicationServerKey } = await bob.page.evaluate(() => window.subscribed);
    assert.equal(Buffer.from(applicationServerKey, "base64url").length, 65);
    await bob.page.reload();
    await bob.connected();
    await settings(bob);
    await until(bob, () => document.querySelector("#alert-push").checked);
    await pushTo(bob, { conversation: "#news", title: "Ann 😀", body: "pushed", at: Date.now() });
    assert.deepEqual(await notification(bob, "#news"), { title: "Ann 😀", body: "pushed" });
    await bob.page.context().clearCookies();
    await bob.page.reload();
    await bob.connected();
    await until(bob, () => !Object.keys(localStorage).some((key) => key.endsWith(":push")));
    await until(bob, () => localStorage.getItem("fake-push") === null);
    await settings(bob);
    assert.equal(await bob.page.locator("#alert-push").isChecked(), false);
    await board.picture(bob, "alerts");
  });
}

/** Waits for something in a page, and returns it: also in one that has no frames, by which Playwright waits otherwise. */
async function until(guest, condition, argument) {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const value = await guest.page.evaluate(condition, argument);
    if (value) {
      return value;
    }
    assert.ok(performance.now() < end, `in time: ${condition}`);
    await guest.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
  }
}

async function settings(guest) {
  if (!(await guest.page.locator("#alerts").isVisible())) {
    await guest.page.locator("#you summary").click();
  }
  await guest.page.locator("#alerts").waitFor();
}

/** The icon's address, decoded. */
function icon(guest) {
  return guest.page.evaluate(() => decodeURIComponent(document.querySelector("link[rel=icon]").href));
}

/** The page's service worker. */
async function worker(guest) {
  const context = guest.page.context();
  return context.serviceWorkers()[0] ?? context.waitForEvent("serviceworker");
}

/** Waits for a notification of a conversation. */
async function notification(guest, conversation) {
  const worked = await worker(guest);
  const end = performance.now() + PATIENCE;
  for (;;) {
    const one = await worked.evaluate((tag) => self.shown.find((shown) => shown.tag === tag), conversation);
    if (one) {
      return { title: one.title, body: one.body };
    }
    assert.ok(performance.now() < end, `a notification of ${conversation} in time`);
  }
}

async function tags(guest) {
  return (await worker(guest)).evaluate(() => self.shown.map(({ tag }) => tag));
}

/** Until whatever is to be told of earlier messages has been told: messages are told of in their order, after a pause of 300 ms. */
function told(guest) {
  return guest.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)));
}

function sounds(guest) {
  return guest.page.evaluate(() => (window.sounds ?? 0) / 2);
}

/** Has the browser's push service bring a message to the page's worker. */
async function pushTo(guest, message) {
  const session = await guest.page.context().newCDPSession(guest.page);
  const registered = new Promise((resolve) =>
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations.length > 0 && resolve(registrations[0])),
  );
  await session.send("ServiceWorker.enable");
  const { registrationId } = await registered;
  await session.send("ServiceWorker.deliverPushMessage", { origin: new URL(baseUrl).origin, registrationId, data: JSON.stringify(message) });
  await session.detach();
}

/** Has a page be looked at, or not: what the browser says when one goes to another tab. */
function look({ page }, isVisible) {
  return page.evaluate((visible) => {
    Object.defineProperty(document, "hidden", { value: !visible, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isVisible);
}

/** To be run in a page before its own scripts: while it is hidden it has no frames, as in browsers with a screen. */
function noFramesWhenHidden() {
  const { requestAnimationFrame } = window;
  window.requestAnimationFrame = (task) => (document.hidden ? 0 : requestAnimationFrame(task));
}

/** To be run in the worker: its notifications are in `shown`, for the same reason. */
function keepNotifications() {
  self.shown = [];
  const { registration } = self;
  registration.getNotifications = async ({ tag } = {}) => self.shown.filter((one) => tag === undefined || one.tag === tag);
  registration.showNotification = async (title, options) => {
    const one = { title, ...options };
    one.close = () => (self.shown = self.shown.filter((other) => other !== one));
    self.shown = [...self.shown.filter(({ tag }) => tag !== one.tag), one];
  };
}

/** Likewise, in a page: counts the notes that sound, in `sounds`. */
function countSounds() {
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...args) {
    window.sounds = (window.sounds ?? 0) + 1;
    return start.apply(this, args);
  };
}

await board.run("alerts", scenario);
