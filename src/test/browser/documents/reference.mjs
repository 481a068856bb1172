// The server's part of shared documents, as plain as can be: one change after the other. It shares no code with the helper.
import { isDeepStrictEqual } from "node:util";

const clone = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.answer = { error: { code, message } };
  }
}

const tokens = (pointer) =>
  pointer
    .split("/")
    .slice(1)
    .map((token) => token.replace(/~1/g, "/").replace(/~0/g, "~"));

/** JSON Patch, on a holder `{root}` that is changed in place. */
function apply(holder, { op, path, from, value }) {
  const keys = ["root", ...tokens(path)];
  const last = keys.pop();
  const parent = walk(holder, keys);
  if (op === "test") {
    if (!isDeepStrictEqual(at(parent, last), value)) {
      throw new Error(`test of ${path}`);
    }
  } else if (op === "move") {
    const moved = clone(walk(holder, ["root", ...tokens(from)]));
    apply(holder, { op: "remove", path: from });
    apply(holder, { op: "add", path, value: moved });
  } else if (op === "copy") {
    apply(holder, { op: "add", path, value: clone(walk(holder, ["root", ...tokens(from)])) });
  } else if (Array.isArray(parent)) {
    const index = op === "add" && last === "-" ? parent.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.length - (op === "add" ? 0 : 1)) {
      throw new Error(`no item ${path}`);
    }
    parent.splice(index, op === "add" ? 0 : 1, ...(op === "remove" ? [] : [clone(value)]));
  } else {
    if (op !== "add") {
      at(parent, last);
    } else if (typeof parent !== "object" || parent === null) {
      throw new Error(`no parent of ${path}`);
    }
    if (op === "remove") {
      delete parent[last];
    } else {
      Object.defineProperty(parent, last, { value: clone(value), enumerable: true, configurable: true, writable: true });
    }
  }
}

function at(node, key) {
  const isThere = Array.isArray(node) ? /^\d+$/.test(key) && Number(key) < node.length : node && Object.hasOwn(node, key);
  if (!isThere) {
    throw new Error(`no ${key}`);
  }
  return node[key];
}

const walk = (holder, keys) => keys.reduce(at, holder);

/** Whether an index may mean another item than the author saw: no test of this item, or of the whole array, stands before it. */
function hasLooseIndex(patch) {
  const tested = [];
  return patch.some(({ op, path }) => {
    if (op === "test") {
      tested.push(path);
      return false;
    }
    const keys = path.split("/");
    return keys.some((key, place) => {
      const [item, list] = [keys.slice(0, place + 1).join("/"), keys.slice(0, place).join("/")];
      return /^\d+$/.test(key) && !tested.includes(item) && !tested.includes(list);
    });
  });
}

export class Server {
  /** By name: `{epoch, value, changes}`; the version is the number of changes. */
  documents = new Map();
  /** May veto, alter or undo a change: `(name, before, after, change) => altered change, or null`. */
  validate = (name, before, after, change) => change;
  /** May fail before or after the change: gives `[code, isAfter]` or nothing. */
  trouble = () => undefined;
  /** Whether a repeated id is known. */
  knowsIds = true;
  maySendChanges = () => true;
  /** What people are told of a change; nothing if it is null. */
  spoil = (change) => change;
  #sessions = new Set();
  #clock;

  constructor(clock) {
    this.#clock = clock;
  }

  document(name) {
    if (!this.documents.has(name)) {
      this.documents.set(name, { name, epoch: "e1", value: {}, changes: [] });
    }
    return this.documents.get(name);
  }

  connect() {
    const session = new Session(this);
    this.#sessions.add(session);
    return session;
  }

  /** The session, if the server goes on where it was. */
  recover(session) {
    return this.#sessions.has(session) ? session : undefined;
  }

  /** The server has crashed: nobody goes on where they were, and what is in the log stays. */
  restart() {
    this.#sessions.clear();
  }

  tell(event, data) {
    this.#sessions.forEach((session) => session.tell(event, data));
  }

  open({ name, since }) {
    const { epoch, value, changes } = this.document(name);
    const version = changes.length;
    return since?.epoch === epoch && since.version <= version && this.maySendChanges()
      ? { name, version, epoch, changes: changes.slice(since.version) }
      : { name, version, epoch, value };
  }

  change({ name, base, id, patch, merge }, by) {
    const trouble = this.trouble();
    if (trouble && !trouble[1]) {
      return { error: { code: trouble[0], message: "later", ...(trouble[0] === "rate-limited" && { retryAfter: 500 }) } };
    }
    const answer = this.#accept({ name, base, id, patch, merge }, by);
    return trouble ? { error: { code: trouble[0], message: "nobody knows" } } : answer;
  }

  #accept({ name, base, id, patch, merge }, by) {
    const document = this.document(name);
    const { epoch, changes } = document;
    const now = { version: changes.length, epoch, value: document.value };
    const known = this.knowsIds && changes.find((change) => change.id === id);
    if (known) {
      return { version: known.version, epoch, duplicate: true };
    }
    if (!Number.isInteger(base) || base < 0 || typeof id !== "string" || id.length < 1 || id.length > 64) {
      return { error: { code: "invalid", message: "base and id" } };
    }
    if (patch?.length > 1_000) {
      return { error: { code: "too-large", message: "more than 1000 operations" } };
    }
    try {
      if (base > changes.length) {
        throw new Refusal("conflict", "there is no such version yet");
      }
      if (base < changes.length && patch && hasLooseIndex(patch)) {
        throw new Refusal("conflict", "an index without a test");
      }
      const altered = this.validate(name, document.value, this.#after(document.value, { patch, merge }), { patch, merge });
      if (!altered) {
        return { version: now.version, epoch, duplicate: false };
      }
      const version = changes.length + 1;
      document.value = this.#after(document.value, altered);
      const change = { name, version, epoch, by, at: new Date(this.#clock.now).toISOString(), id, ...clone(altered) };
      changes.push(change);
      const told = this.spoil(change);
      this.#sessions.forEach((session) => told && session.names.has(name) && session.tell("doc:changed", told));
      return { version, epoch, duplicate: false };
    } catch (e) {
      if (e instanceof Refusal) {
        const { code, message } = e.answer.error;
        // Who has seen the value could have known.
        return { error: { code: code === "conflict" && base === now.version ? "invalid" : code, message, ...now } };
      }
      throw e;
    }
  }

  #after(value, { patch, merge }) {
    const holder = { root: clone(value) };
    try {
      for (const operation of patch ?? mergeAsPatch(holder.root, merge)) {
        apply(holder, operation);
      }
    } catch (e) {
      throw new Refusal("conflict", e.message);
    }
    return holder.root;
  }
}

/** A Merge Patch as operations, which are another way to say it. */
function mergeAsPatch(target, merge, path = "") {
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(merge)) {
    return [{ op: "add", path, value: merge }];
  }
  const start = isObject(target) ? [] : [{ op: "add", path, value: {} }];
  const known = isObject(target) ? target : {};
  return Object.keys(merge).reduce((operations, key) => {
    const at = `${path}/${key.replace(/~/g, "~0").replace(/\//g, "~1")}`;
    const has = Object.hasOwn(known, key);
    if (merge[key] !== null) {
      return [...operations, ...(has ? [] : [{ op: "add", path: at, value: null }]), ...mergeAsPatch(known[key], merge[key], at)];
    }
    return has ? [...operations, { op: "remove", path: at }] : operations;
  }, start);
}

export const veto = (message) => {
  throw new Refusal("refused", message);
};

/** A client on the server's side; it outlives its connections as long as it may recover. */
class Session {
  names = new Set();
  #told = [];
  #deliver = null;
  #server;

  constructor(server) {
    this.#server = server;
  }

  listen(lastHeard, deliver) {
    this.#deliver = deliver;
    this.#told.slice(lastHeard).forEach(([event, data], i) => deliver(event, data, lastHeard + i + 1));
  }

  lose() {
    this.#deliver = null;
  }

  tell(event, data) {
    this.#told.push([event, data]);
    this.#deliver?.(event, data, this.#told.length);
  }

  receive(event, data, answer) {
    if (this.#server.recover(this) !== this) {
      return;
    }
    if (event === "doc:open") {
      this.names.add(data.name);
      answer(this.#server.open(data));
    } else if (event === "doc:change") {
      answer(this.#server.change(data, { id: "ann", name: "Ann" }));
    } else if (event === "doc:close") {
      this.names.delete(data.name);
      answer({});
    } else if (event === "doc:presence") {
      this.tell("doc:people", { name: data.name, people: [{ id: "ann", name: "Ann", state: data.state }] });
    }
  }
}
