// The board's guests in real browsers, for its tests: each with a context, so a storage and cookies, of its own.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../chromium.mjs";

export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 360, height: 740 };

/** How long anything is waited for, in ms. */
const PATIENCE = 15_000;

/** What browsers say of a server that is away. */
const AWAY = /WebSocket connection|Failed to load resource/;

/** The board at an address, the browser of its guests, and what happened on their pages that must not. */
export class Board {
  /** While it is set, pages may complain that the server is away. */
  serverIsAway = false;
  complaints = [];

  static async open(baseUrl, outDir) {
    assert.ok(baseUrl && outDir, "usage: node SCRIPT <baseUrl> <outDir>");
    mkdirSync(outDir, { recursive: true });
    return new Board(baseUrl, outDir, await launch());
  }

  constructor(baseUrl, outDir, browser) {
    this.baseUrl = baseUrl;
    this.outDir = outDir;
    this.browser = browser;
  }

  /** Runs a scenario, and says PASSED at its end, or FAILED and why; screenshots of all pages go to `outDir` then. */
  async run(name, scenario) {
    try {
      await scenario(this);
      console.log("PASSED");
    } catch (failure) {
      console.error("FAILED:", failure.stack ?? failure, this.complaints);
      process.exitCode = 1;
      for (const [n, page] of this.browser.contexts().flatMap((context) => context.pages()).entries()) {
        await page.screenshot({ path: join(this.outDir, `failed-${name}-${n}.png`) }).catch(() => {});
      }
    } finally {
      await this.browser.close();
      // Whatever else the scenario has opened, such as a proxy, ends with it.
      process.exit();
    }
  }

  /** A part of a scenario. The variable STAGE in the environment chooses those whose name contains it. */
  async stage(name, steps) {
    if (!name.includes(process.env.STAGE ?? "")) {
      return;
    }
    const start = performance.now();
    await steps();
    console.log("stage:", name, `(${Math.round(performance.now() - start)} ms)`);
    assert.deepEqual(this.complaints, [], `after the stage: ${name}`);
  }

  async picture({ page }, name, media) {
    if (media) {
      await page.emulateMedia(media);
    }
    await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {}))));
    await page.screenshot({ path: join(this.outDir, `${name}.png`) });
    if (media) {
      await page.emulateMedia({ colorScheme: null });
    }
  }

  /**
   * A page that is not open yet, of a new person.
   *
   * @param scripts run in the page before its own
   * @param options of the browser's context
   */
  async page({ scripts = [], ...options } = {}) {
    const context = await this.browser.newContext({ viewport: WIDE, colorScheme: "light", ...options });
    for (const script of scripts) {
      await context.addInitScript(script);
    }
    return this.watch(await context.newPage());
  }

  /** Complains of whatever goes wrong on a page. */
  async watch(page) {
    page.setDefaultTimeout(PATIENCE);
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.message}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()) && !(this.serverIsAway && AWAY.test(message.text()))) {
        this.complaints.push(`${message.type()}: ${message.text()}`);
      }
    });
    await page.addInitScript(() =>
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`),
      ),
    );
    return page;
  }

  /** A new guest on the board. */
  async visit(name, { address = this.baseUrl, ...options } = {}) {
    const guest = new Guest(await this.page(options));
    const answer = await guest.page.goto(address);
    assert.equal(answer.status(), 200);
    await guest.connected();
    await guest.rename(name);
    guest.id = await guest.page.evaluate(() => document.body.dataset.self);
    return guest;
  }

  /** Another tab of a guest. */
  async tab(guest, address = this.baseUrl) {
    const tab = new Guest(await this.watch(await guest.page.context().newPage()));
    await tab.page.goto(address);
    await tab.connected();
    return Object.assign(tab, { name: guest.name, id: guest.id });
  }

  /** A guest's other device: another browser, which knows nothing but who it is. */
  async device(guest) {
    const page = await this.page({ storageState: { cookies: await guest.page.context().cookies(), origins: [] } });
    const device = new Guest(page);
    await page.goto(this.baseUrl);
    await device.connected();
    return Object.assign(device, { name: guest.name, id: guest.id });
  }
}

/** To be run in a page before its own scripts: each WebSocket fails, as where a network or a proxy blocks them. */
export function withoutWebSocket() {
  window.WebSocket = class {
    constructor() {
      setTimeout(() => {
        this.onerror?.(new Event("error"));
        this.onclose?.(new CloseEvent("close", { code: 1006 }));
      });
    }
    close() {}
  };
}

/** Likewise: a policy does not let the page make any. */
export function forbiddenWebSocket() {
  window.WebSocket = class {
    constructor() {
      throw new DOMException("The operation is insecure.", "SecurityError");
    }
  };
}

/** Likewise: the page's WebSockets are in `sockets`, for `cutOff`. */
export function keepSockets() {
  const { WebSocket } = window;
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      window.sockets.push(this);
    }
  };
}

/** Ends the connection of a page that keeps its sockets, as a network does; the page comes back by itself. */
export function cutOff(page) {
  return page.evaluate(() => window.sockets.at(-1).close());
}

/** One page of a guest. */
export class Guest {
  constructor(page) {
    this.page = page;
    this.text = page.locator("#text");
  }

  connected(timeout) {
    return this.page.getByRole("status").filter({ hasText: /^Connected$/ }).waitFor({ timeout, state: "attached" });
  }

  async type(name) {
    if (!(await this.page.getByLabel("Your name").isVisible())) {
      await this.page.locator("#you summary").click();
    }
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByRole("button", { name: "Rename" }).click();
  }

  async rename(name) {
    this.name = name;
    await this.type(name);
    await this.page.locator("#you .name").filter({ hasText: name }).waitFor();
    await this.connected();
  }

  person(id) {
    return this.page.locator(`#people [data-person="${id}"]`);
  }

  /** A conversation in the list of channels or of private conversations. */
  entry(id) {
    return this.page.locator(`:is(#channels, #talks) [data-conversation="${id}"]`);
  }

  /** Waits until so many messages of a conversation are shown as unread. */
  badge(id, count) {
    return this.entry(id).locator(".badge [aria-hidden]", { hasText: new RegExp(`^${count.replace("+", "\\+")}$`) }).waitFor();
  }

  /** Goes to a conversation by a click. */
  async to(id) {
    await this.page.locator(`nav [data-conversation="${id}"]`).first().click();
    await this.page.locator(`#log[data-shown="${id}"]`).waitFor();
  }

  /** The lines whose text is this, to the letter. */
  line(text) {
    const exactly = new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/gu, "\\s+")}$`, "u");
    return this.page.locator("#log .line .text").filter({ hasText: exactly });
  }

  texts() {
    return this.page.locator("#log .text").allTextContents();
  }

  async send(text) {
    await this.text.fill(text);
    await this.page.getByRole("button", { name: "Send", exact: true }).click();
  }
}
