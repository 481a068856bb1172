import { find } from "./dom.js";
import { say } from "./words.js";
import { isPossible, mayNotify, worker } from "./worker.js";

/** How long who signs out waits at most for this to end, in ms. */
const PATIENCE = 2_000;

/** So often the server is told of this browser while the page is open: it forgets those of which it hears nothing. In ms. */
const AGAIN = 86_400_000;

/**
 * Web Push: has the server tell this browser of private messages and mentions while the reader is away, also when no page is open. Only
 * when the reader has asked for it here, and for this person: when another one uses the browser, it ends.
 */
export class Push {
  #session;
  #keep;
  #box = find("#alert-push");
  /** The server's key; null when it pushes nothing. */
  #key = null;

  constructor(session, keep) {
    this.#session = session;
    this.#keep = keep;
    session.onOpen = () => this.#tell();
    setInterval(() => this.#session.isConnected && this.#tell(), AGAIN);
    document.querySelector("form[action=logout]")?.addEventListener("submit", (event) => this.#signOut(event));
    this.#box.addEventListener("change", () => this.#changed());
    keep.onOther((key) => key === "push" && this.#show());
  }

  /** Whether it is on, for who uses the page now. */
  get #isOn() {
    return mayNotify() && this.#keep.get("push")?.person === this.#session.self.id;
  }

  #show() {
    find("#alert-push-label").hidden = this.#key === null;
    this.#box.checked = this.#isOn;
  }

  /** There is a connection. The server is told of this browser anew, as names change, and servers may forget. */
  async #opened() {
    if (!isPossible || !("PushManager" in window)) {
      return;
    }
    this.#key = (await this.#session.connection.ask("board:push-key", {})).key ?? null;
    const kept = this.#keep.get("push");
    if (kept && (this.#key === null || !this.#isOn)) {
      await this.#end();
    } else if (kept) {
      await this.#begin();
    }
    this.#show();
  }

  #tell() {
    this.#opened().catch((problem) => console.info("Herald:", problem.message));
  }

  /** Who signs out is told nothing by this browser any more, also when the page is closed at once. */
  async #signOut(event) {
    if (this.#keep.get("push")) {
      event.preventDefault();
      const ended = this.#end().catch((problem) => console.info("Herald:", problem.message));
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
      event.target.submit();
    }
  }

  async #changed() {
    find("#alert-problem").textContent = "";
    try {
      if (!this.#box.checked) {
        await this.#end();
      } else if ((await Notification.requestPermission()) !== "granted") {
        find("#alert-problem").textContent = say("alerts.blocked");
      } else {
        await this.#begin();
      }
    } catch (problem) {
      find("#alert-problem").textContent = say("alerts.push.failed", { problem: problem.message });
    }
    this.#show();
  }

  async #begin() {
    const { pushManager } = await worker();
    let subscription = await pushManager.getSubscription();
    if (subscription && base64(subscription.options.applicationServerKey) !== this.#key) {
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.#key });
    const { endpoint, keys } = subscription.toJSON();
    await this.#session.connection.ask("board:push-on", { endpoint, keys, language: document.documentElement.lang });
    this.#keep.set("push", { person: this.#session.self.id, endpoint });
  }

  /** The browser forgets the subscription also when the server cannot be told: then the push service tells it. */
  async #end() {
    const kept = this.#keep.get("push");
    this.#keep.remove("push");
    const told = kept && this.#session.connection.ask("board:push-off", { endpoint: kept.endpoint });
    await Promise.all([told, this.#unsubscribe()]);
  }

  async #unsubscribe() {
    const registration = await navigator.serviceWorker.getRegistration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  }
}

function base64(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes ?? []));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
