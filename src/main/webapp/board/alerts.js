import { chime, unlock } from "./chime.js";
import { find } from "./dom.js";
import { mentions } from "./messages.js";
import { say } from "./words.js";
import { isPossible, mayNotify, post, worker } from "./worker.js";

/** So long it may take until another tab has noted that a message was read there, in ms. */
const SETTLE = 300;

/** How many messages are remembered of which somebody was told, in all tabs. */
const REMEMBERED = 50;

/** The longest text of a notification, in characters. */
const SHOWN = 200;

/**
 * Tells of private messages and mentions by a notification and by a sound, each when the reader has asked for it on this device. Not of
 * the conversation that is looked at; and of several tabs, one tells.
 */
export class Alerts {
  #session;
  #keep;
  /** The conversation that was looked at last, and that has no notification any more. */
  #read = null;

  constructor(session, keep, go) {
    this.#session = session;
    this.#keep = keep;
    find("#alerts").hidden = false;
    this.#switch("notify", () => this.#allow());
    this.#switch("sound", () => chime());
    keep.onOther((key) => (key === "notify" || key === "sound") && this.#show());
    this.#show();
    session.onMessage = (...came) => this.#came(...came);
    if (isPossible) {
      navigator.serviceWorker.addEventListener("message", ({ data }) => data?.show && go(data.show));
      navigator.serviceWorker.startMessages();
    }
    if (this.#isOn("notify")) {
      worker().catch(() => this.#fail("alerts.none"));
    }
    addEventListener("pointerdown", () => this.#isOn("sound") && unlock(), { once: true });
    addEventListener("keydown", () => this.#isOn("sound") && unlock(), { once: true });
  }

  /** What is read now needs no notification any more. */
  draw() {
    const { current } = this.#session;
    const read = document.hidden || current.unread > 0 ? null : current.id;
    if (read !== this.#read) {
      this.#read = read;
      if (read && this.#isOn("notify")) {
        post({ read });
      }
    }
  }

  #isOn(kind) {
    return this.#keep.get(kind) === true && (kind !== "notify" || mayNotify());
  }

  #show() {
    for (const kind of ["notify", "sound"]) {
      find(`#alert-${kind}`).checked = this.#isOn(kind);
    }
  }

  #switch(kind, begin) {
    const box = find(`#alert-${kind}`);
    box.addEventListener("change", async () => {
      find("#alert-problem").textContent = "";
      this.#keep.set(kind, box.checked);
      if (box.checked) {
        await begin();
      }
      this.#show();
    });
  }

  async #allow() {
    try {
      if (!isPossible) {
        this.#fail("alerts.none");
      } else if ((await Notification.requestPermission()) !== "granted") {
        this.#fail("alerts.blocked");
      } else {
        await worker();
      }
    } catch {
      this.#fail("alerts.none");
    }
  }

  #fail(reason) {
    find("#alert-problem").textContent = say(reason);
  }

  #came(conversation, message) {
    const { self, current } = this.#session;
    const isOfOther = message.from !== "" && message.from !== self.id && message.offset !== undefined;
    const concerns = !conversation.isChannel || mentions(message.text, self.name);
    const isSeen = conversation === current && !document.hidden;
    if (isOfOther && concerns && !isSeen && (this.#isOn("notify") || this.#isOn("sound"))) {
      setTimeout(() => this.#tell(conversation, message), SETTLE);
    }
  }

  async #tell(conversation, message) {
    if (conversation.unread > 0 && !message.deleted && (await this.#isFirst(message.key))) {
      if (this.#isOn("sound")) {
        chime();
      }
      if (this.#isOn("notify")) {
        const name = message.name;
        const form = conversation.isChannel ? "notify.mention" : "notify.private";
        const title = say(`${form}.title`, { name, channel: conversation.name });
        const text = Array.from(message.text);
        const body = text.length > SHOWN ? `${text.slice(0, SHOWN).join("")}…` : message.text;
        post({ show: { conversation: conversation.id, title, body, at: message.at.getTime() } });
      }
    }
  }

  /** Whether no other tab has told of this message. Without locks, two may do so at the same moment. */
  #isFirst(key) {
    const claim = () => {
      const told = this.#keep.get("told") ?? [];
      if (told.includes(key)) {
        return false;
      }
      this.#keep.set("told", [...told, key].slice(-REMEMBERED));
      return true;
    };
    return navigator.locks ? navigator.locks.request("herald:told", claim) : claim();
  }
}
