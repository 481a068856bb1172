/**
 * What the page keeps in this browser for the person who uses it: drafts, messages not sent yet, what was read, the theme. Who uses
 * the browser next, after a login or a logout, sees and sends nothing of it. Where the browser keeps nothing for pages, it lasts as long
 * as the page, and `lasts` is false.
 */

const BROWSER = `herald:${new URL(".", document.baseURI).pathname}:`;
const PREFIX = `${BROWSER}${encodeURIComponent(document.body.dataset.self)}:`;

/** What holds for all who use this browser. Whose pushes it gets, `push` says itself. */
const SHARED = ["theme", "notify", "sound", "push"];

const place = (key) => (SHARED.includes(key) ? BROWSER : PREFIX) + key;

class Memory {
  #values = new Map();
  getItem(key) {
    return this.#values.get(key) ?? null;
  }
  setItem(key, value) {
    this.#values.set(key, value);
  }
  removeItem(key) {
    this.#values.delete(key);
  }
  keys() {
    return [...this.#values.keys()];
  }
}

function browsers() {
  try {
    const storage = window.localStorage;
    storage.setItem(`${PREFIX}probe`, "1");
    storage.removeItem(`${PREFIX}probe`);
    return storage;
  } catch {
    return null; // Switched off, or full from the beginning.
  }
}

const storage = browsers();
const memory = new Memory();

export const keep = {
  /** Whether what is kept survives a reload. Becomes false when the storage is full. */
  lasts: storage !== null,

  get(key) {
    const text = memory.getItem(place(key)) ?? storage?.getItem(place(key)) ?? null;
    try {
      return text === null ? undefined : JSON.parse(text);
    } catch {
      return undefined; // Another program's, or another version's.
    }
  },

  set(key, value) {
    const text = JSON.stringify(value);
    if (storage === null) {
      memory.setItem(place(key), text);
      return;
    }
    try {
      storage.setItem(place(key), text);
      memory.removeItem(place(key));
    } catch {
      keep.lasts = false;
      memory.setItem(place(key), text);
    }
  },

  remove(key) {
    memory.removeItem(place(key));
    storage?.removeItem(place(key));
  },

  /** The keys that begin so, without this beginning. */
  below(beginning) {
    const all = new Set([...(storage ? Object.keys(storage) : []), ...memory.keys()]);
    return [...all].filter((key) => key.startsWith(PREFIX + beginning)).map((key) => key.slice((PREFIX + beginning).length));
  },

  /** Calls back with the key when another tab has changed something that is kept. */
  onOther(listener) {
    window.addEventListener("storage", ({ key }) => {
      if (key?.startsWith(PREFIX)) {
        listener(key.slice(PREFIX.length));
      } else if (SHARED.some((one) => place(one) === key)) {
        listener(key.slice(BROWSER.length));
      }
    });
  },
};
