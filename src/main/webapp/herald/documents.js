/**
 * Herald's shared documents (docs/documents.md), over a Socket.IO client of the main namespace:
 *
 *     const doc = documents(io()).open("cart-7");
 *     doc.on("change", () => show(doc.value));
 *     doc.change((cart) => { cart.items.push(tea); });
 *
 * A change is seen here at once, is kept until the server has answered, also over a reload, and has one effect.
 *
 * @typedef {{ op: string, path: string, from?: string, value?: any }} Operation of JSON Patch (RFC 6902)
 * @typedef {Error & { code: string, version?: number, value?: any, index?: number, id?: string, patch?: Operation[] }} Refusal
 *   `value` and `version` are the server's; `id` and `patch` are those of the change that has no effect
 * @typedef {{ value: any, version: number, local: boolean, by?: { id: string, name: string }, at?: string, id?: string }} Changed
 * @typedef {{ queue?: string, timeout?: number, indexedDB?: IDBFactory, locks?: LockManager }} Options `queue` names the person
 *   whose changes are kept; `timeout` is in ms
 */

/** How long an answer may take; the pause after `overloaded` and the like; the longest pause per try after a conflict, all in ms. */
const [TIMEOUT, WAIT, CONFLICT_WAIT] = [10_000, 1_000, 20];
/** How often a function runs again after a conflict before that is told. */
const TRIES = 20;
/** The most changes that wait, and operations in one; the server's bound for the latter. */
const [MOST_PENDING, MOST_OPERATIONS] = [1_000, 1_000];
/** The shortest time between two presences that are sent, in ms. */
const PRESENCE = 100;
const LATER = ["rate-limited", "overloaded", "log-unavailable"];

const isNode = (value) => typeof value === "object" && value !== null;
const isObject = (value) => isNode(value) && !Array.isArray(value);
const copy = (value) => JSON.parse(JSON.stringify(value));
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const keysOf = (path) => path.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(36).padStart(2, "0")).join("");

function frozen(value) {
  if (isNode(value) && !Object.isFrozen(value)) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

function same(a, b) {
  if (!isNode(a) || !isNode(b) || Array.isArray(a) !== Array.isArray(b)) {
    return a === b;
  }
  const keys = Object.keys(a);
  return a === b || (keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key])));
}

const whole = (old, now, path) => [{ op: "test", path, value: old }, { op: "replace", path, value: now }];

/**
 * The JSON Patch that makes `now` of `old`. It tests what it edits in arrays, and numbers, so that two who count both count.
 *
 * @returns {Operation[]}
 */
export function diff(old, now, path = "") {
  if (isObject(old) && isObject(now)) {
    return Object.keys({ ...old, ...now }).flatMap((key) => {
      const at = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (!Object.hasOwn(now, key)) {
        return { op: "remove", path: at };
      }
      return Object.hasOwn(old, key) ? diff(old[key], now[key], at) : { op: "add", path: at, value: now[key] };
    });
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    return listDiff(old, now, path);
  }
  if (old === now) {
    return [];
  }
  return whole(old, now, path).slice(typeof old === "number" && typeof now === "number" ? 0 : 1);
}

function listDiff(old, now, path) {
  const shorter = Math.min(old.length, now.length);
  let i = 0;
  while (i < shorter && same(old[i], now[i])) {
    i++;
  }
  let end = 0;
  while (end < shorter - i && same(old.at(-1 - end), now.at(-1 - end))) {
    end++;
  }
  const operations = [];
  const isAppend = i === old.length;
  for (; i < shorter - end; i++) {
    const at = `${path}/${i}`;
    const inner = diff(old[i], now[i], at);
    if (inner.length && (inner[0].op !== "test" || inner[0].path !== at)) {
      operations.push({ op: "test", path: at, value: old[i] });
    }
    operations.push(...inner);
  }
  for (let gone = i; gone < old.length - end; gone++) {
    operations.push({ op: "test", path: `${path}/${i}`, value: old[gone] }, { op: "remove", path: `${path}/${i}` });
  }
  const added = now.slice(i, now.length - end);
  if (end && added.length) {
    operations.push({ op: "test", path: `${path}/${i}`, value: old[i] });
    added.reverse(); // All are put at the index that was tested.
  }
  added.forEach((value) => operations.push({ op: "add", path: `${path}/${end ? i : "-"}`, value }));
  const all = whole(old, now, path);
  return isAppend || JSON.stringify(operations).length < JSON.stringify(all).length ? operations : all;
}

/**
 * What a change makes of a value, which stays as it is. The results are frozen.
 *
 * @param {any} value
 * @param {{ merge?: any, patch?: Operation[] }} change
 * @throws {Error} if the patch does not apply
 */
export function applied(value, change) {
  if (!change.patch) {
    return merged(value, change.merge);
  }
  for (let { op, path, from, value: given } of change.patch) {
    if (op === "test") {
      if (!same(found(value, path), given)) {
        throw new Error(`${path} has another value`);
      }
      continue;
    }
    if (op === "move" || op === "copy") {
      given = found(value, from);
      value = op === "move" ? edited(value, keysOf(from), "remove") : value;
      op = "add";
    }
    value = edited(value, keysOf(path), op, frozen(given));
  }
  return value;
}

function merged(target, patch) {
  if (!isObject(patch)) {
    return frozen(patch);
  }
  const members = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    value === null ? members.delete(key) : members.set(key, merged(members.get(key), value));
  }
  return Object.freeze(Object.fromEntries(members));
}

function found(value, path) {
  return keysOf(path).reduce((node, key) => {
    if (!isNode(node) || !Object.hasOwn(node, key) || (Array.isArray(node) && key === "length")) {
      throw new Error(`there is no ${path}`);
    }
    return node[key];
  }, value);
}

/** Copies only what is on the way. Members are defined, never assigned, as "__proto__" is a name like others. */
function edited(node, keys, op, value = undefined) {
  if (!keys.length) {
    return value;
  }
  const [key, ...rest] = keys;
  const isAdd = op === "add" && !rest.length;
  if (Array.isArray(node)) {
    const index = isAdd && key === "-" ? node.length : /^(0|[1-9]\d*)$/.test(key) ? Number(key) : NaN;
    if (!(index < node.length + Number(isAdd))) {
      throw new Error(`there is no item ${key}`);
    }
    const now = rest.length ? [edited(node[index], rest, op, value)] : op === "remove" ? [] : [value];
    return Object.freeze([...node.slice(0, index), ...now, ...node.slice(isAdd ? index : index + 1)]);
  }
  if (!isObject(node) || !(isAdd || Object.hasOwn(node, key))) {
    throw new Error(`there is no member ${key}`);
  }
  if (op === "remove" && !rest.length) {
    const { [key]: gone, ...others } = node;
    return Object.freeze(others);
  }
  return Object.freeze({ ...node, [key]: rest.length ? edited(node[key], rest, op, value) : value });
}

/** The changes that wait, of all tabs, in IndexedDB: `{id, doc, owner, n, patch, sent}`. Each method rejects where there is none. */
function storeOf(indexedDB) {
  let opened;
  const open = () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open("herald-documents", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("changes", { keyPath: "id" }).createIndex("doc", "doc");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const ask = async (mode, question) => {
    const transaction = (await (opened ??= open())).transaction("changes", mode);
    const request = question(transaction.objectStore("changes"));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    all: (doc) => ask("readonly", (changes) => changes.index("doc").getAll(doc)),
    put: (rows) => ask("readwrite", (changes) => rows.map((row) => changes.put(row)).at(-1)),
    remove: (id) => ask("readwrite", (changes) => changes.delete(id)),
  };
}

class Document {
  /** Whether changes that wait survive a reload of the page. */
  persistent = true;
  /** @type {readonly any[]} who has the document open: `{id, name, state}` */
  people = Object.freeze([]);
  /** @type {Promise<Document>} resolves when there is a value, rejects when the server refuses the document */
  ready;
  users = 0;
  #link;
  #name;
  #key;
  #settleReady;
  #base;
  #value;
  #pending = [];
  #early = [];
  #listeners = new Map();
  #isOpen = false;
  #isBusy = true;
  #isStopped = false;
  #isStale = false;
  #saving = 0;
  #saved;
  #state;
  #timer;

  constructor(link, name) {
    this.#link = link;
    this.#name = name;
    this.#key = JSON.stringify([link.queue, name]);
    this.ready = new Promise((resolve, reject) => (this.#settleReady = { resolve, reject }));
    this.ready.catch(() => {}); // The event "refused" tells it, too.
    const load = this.#load().catch(() => (this.persistent = false));
    Promise.race([load, pause(WAIT)]).then(() => {
      this.#isBusy = false;
      this.#go();
    });
  }

  /** What the server has, with the changes that wait. Frozen; `undefined` until `ready`. */
  get value() {
    return this.#value;
  }

  /** The server's version that `value` is based on. */
  get version() {
    return this.#base?.version ?? 0;
  }

  /** How many changes the server has not answered yet. */
  get pending() {
    return this.#pending.filter(({ acked }) => !acked).length;
  }

  /**
   * Changes the document, here at once.
   *
   * @param {(draft: any) => void} fn edits a copy; it runs again when others were first, so it does nothing else
   * @returns {Promise<{ version: number }>} when the server has it; rejects with a {@link Refusal}
   */
  change(fn) {
    /** @type {any} */
    const change = { id: newId(), n: this.#link.next(), fn, tries: 0 };
    return (change.done = new Promise((resolve, reject) => {
      if (!this.users || this.pending >= MOST_PENDING) {
        throw new Error(this.users ? `${MOST_PENDING} changes wait` : `${this.#name} is closed`);
      }
      Object.assign(change, { resolve, reject });
      if (this.#value !== undefined) {
        change.patch = drafted(fn, this.#value);
        if (!change.patch.length) {
          return resolve({ version: this.version });
        }
        this.#keep(change);
        change.after = applied(this.#value, change);
        this.#show(change.after, { local: true });
      }
      this.#pending.push(change);
      this.#go();
    }));
  }

  /**
   * @param {"change" | "conflict" | "refused" | "presence"} event with a {@link Changed}, a {@link Refusal}, or the people
   * @param {(told: any) => void} listener
   */
  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  off(event, listener) {
    this.#listeners.set(event, (this.#listeners.get(event) ?? []).filter((other) => other !== listener));
    return this;
  }

  /** Shows others who is here with what, such as a cursor. The last state counts; `null` is none. */
  present(state) {
    this.#state = state;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tellState();
    }, PRESENCE);
  }

  /** Ends what `open` began. Changes that wait are still sent. */
  close() {
    if (this.users && !--this.users) {
      this.#listeners.clear();
      this.#go();
    }
  }

  connected(recovered) {
    this.#isOpen &&= recovered;
    this.#isStopped = false;
    this.#go();
  }

  /** It may not be opened, or not be open any more; the next connection tries again. */
  forbidden(error) {
    this.#isOpen = false;
    this.#isStopped = true;
    const refusal = refused({ ...error });
    this.#settleReady.reject(refusal);
    this.#emit("refused", refusal);
  }

  peopleCame(people) {
    this.people = frozen(people);
    this.#emit("presence", this.people);
  }

  changed(change) {
    const { version, epoch, id } = change;
    if (!this.#isOpen) {
      // More than these are a gap, which is noticed.
      return this.#early.length < MOST_PENDING && this.#early.push(change);
    }
    const [first] = this.#pending;
    const own = this.#pending.find((one) => one.id === id);
    if (epoch !== this.#base.epoch || version > this.version + 1 || !this.#take(change)) {
      return this.#openAgain();
    }
    const told = { ...change, local: !!own };
    const isAsShown = own && own === first && same(own.after, this.#base.value);
    if (own) {
      this.#settle(own, version);
    }
    if (isAsShown) {
      this.#base.value = own.after;
      this.#show(this.#value, told);
    } else {
      this.#redo(told);
    }
  }

  /** The server's word, in its order. */
  #take({ version, merge, patch }) {
    if (version === this.version + 1) {
      const value = tried(this.#base.value, { merge, patch });
      this.#isStale = value === undefined;
      this.#base = this.#isStale ? this.#base : { ...this.#base, version, value };
      this.#pending = this.#pending.filter(({ acked }) => !(acked <= this.version));
    }
    return !this.#isStale && version <= this.version;
  }

  #openAgain() {
    this.#isOpen = false;
    this.#go();
  }

  /** One question after the other, as long as there is something to ask. */
  async #go() {
    const { socket, docs } = this.#link;
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    for (;;) {
      await this.#inStep();
      // Others have a patch for sure only when none is in doubt.
      const next = this.#pending.find(({ isInDoubt }) => isInDoubt) ?? this.#pending.find(({ acked }) => !acked);
      if (!this.users && !next) {
        docs.delete(this.#name);
        return this.#isOpen && socket.emit("doc:close", { name: this.#name }, () => {});
      }
      if (!socket.connected || this.#isStopped || (this.#isOpen && !next)) {
        break;
      }
      const wait = await (this.#isOpen ? this.#send(next) : this.#open());
      if (wait) {
        await pause(wait);
      }
    }
    this.#isBusy = false;
  }

  /** Resolves with how long to wait. */
  async #open() {
    const { version, epoch } = this.#base ?? {};
    const since = this.#base && !this.#isStale ? { since: { version, epoch } } : {};
    const answer = await this.#link.ask("doc:open", { name: this.#name, ...since });
    if (!answer) {
      return 0;
    }
    if (answer.error) {
      if (LATER.includes(answer.error.code)) {
        return answer.error.retryAfter ?? WAIT;
      }
      return this.forbidden(answer.error);
    }
    this.#isOpen = true;
    if (answer.changes) {
      answer.changes.forEach((change) => this.#isOpen && this.changed({ ...change, epoch: answer.epoch }));
    } else {
      this.#jump(answer);
      // Whether the value has these is not known until they are answered: nothing is shown twice or not at all.
      this.#pending.forEach((change) => (change.isInDoubt = change.sent));
    }
    this.#redo({ local: false });
    this.#timer ?? this.#tellState();
    this.#early.splice(0).forEach((change) => this.changed(change));
  }

  /** Goes on from a value that the server gave, which has all that was acknowledged before. */
  #jump({ version, epoch, value }) {
    this.#isStale = false;
    this.#base = { version, epoch, value: frozen(value) };
    this.#pending = this.#pending.filter(({ acked }) => !acked);
  }

  /** Resolves with how long to wait. */
  async #send(change) {
    change.sent = true;
    const { id, patch } = change;
    const answer = await this.#link.ask("doc:change", { name: this.#name, base: this.version, id, patch });
    if (!answer || !this.#pending.includes(change)) {
      return 0;
    }
    const { error, version, epoch } = answer;
    if (!error) {
      if (epoch !== this.#base.epoch) {
        this.#openAgain();
      }
      this.#settle(change, version);
      if (this.#pending.includes(change)) {
        setTimeout(() => this.#pending.includes(change) && this.#openAgain(), this.#link.timeout);
        if (change.after !== undefined) {
          return this.#show(this.#value, { local: true });
        }
      }
      return this.#redo({ local: true });
    }
    if (LATER.includes(error.code)) {
      return error.retryAfter ?? WAIT;
    }
    change.sent = change.isInDoubt = false;
    const hasValue = "value" in error;
    if (hasValue && error.epoch !== this.#base.epoch) {
      this.#isOpen = false; // Its version means nothing there.
      return 0;
    }
    // Kept changes may not fit the value that is known: then they are invalid for the server, and too late for people.
    const isConflict = error.code === "conflict" || (hasValue && error.code === "invalid" && tried(error.value, change) === undefined);
    if (!hasValue) {
      this.#isOpen &&= !isConflict;
    } else if (error.version > this.version) {
      this.#jump(error);
    }
    if (isConflict && change.fn && change.tries++ < TRIES) {
      change.patch = undefined;
      this.#redo({ local: true });
      return Math.random() * CONFLICT_WAIT * change.tries;
    }
    this.#fail(change, isConflict ? { ...error, code: "conflict" } : error);
    this.#redo({ local: true });
  }

  /** The server has it. It stays until its effect has come. */
  #settle(change, version) {
    if (!change.acked) {
      change.acked = version;
      change.isInDoubt = false;
      this.#forget(change);
      change.resolve?.({ version });
    }
    if (version <= this.version) {
      this.#pending = this.#pending.filter((other) => other !== change);
    }
  }

  #fail(change, error) {
    const event = error.code === "conflict" ? "conflict" : "refused";
    const { id, patch } = change;
    const refusal = refused({ ...error, version: this.version, value: this.#base.value, id, patch });
    this.#pending = this.#pending.filter((other) => other !== change);
    this.#forget(change);
    if (this.#emit(event, refusal)) {
      change.done?.catch(() => {}); // Somebody was told.
    }
    change.reject?.(refusal);
  }

  /** Applies what waits to what the server has. */
  #redo(told) {
    if (!this.#base || this.#pending.some(({ isInDoubt }) => isInDoubt)) {
      return;
    }
    let value = this.#base.value;
    for (const change of [...this.#pending]) {
      let now = change.patch && tried(value, change);
      if (now === undefined && change.fn && !change.sent) {
        try {
          change.patch = drafted(change.fn, value);
          now = applied(value, change);
        } catch (cause) {
          this.#fail(change, { code: "conflict", message: cause.message });
          continue;
        }
        if (change.patch.length) {
          this.#keep(change);
        } else {
          this.#settle(change, this.version);
        }
      }
      // What does not apply is the server's to refuse.
      change.after = now;
      value = now === undefined ? value : now;
    }
    this.#show(value, told);
  }

  #show(value, told) {
    const { local, by, at, id } = told;
    if (this.#value === undefined || !same(value, this.#value)) {
      this.#value = value;
    }
    this.#settleReady.resolve(this);
    this.#emit("change", { value: this.#value, version: this.version, local, by, at, id });
  }

  #tellState() {
    if (this.#state !== undefined && this.#isOpen && this.users) {
      this.#link.socket.volatile.emit("doc:presence", { name: this.#name, state: this.#state });
    }
  }

  /** Listeners run after this, so that they see, and may do, everything. */
  #emit(event, told) {
    const listeners = this.#listeners.get(event) ?? [];
    listeners.forEach((listener) => queueMicrotask(() => listener(told)));
    return listeners.length;
  }

  #keep(...changes) {
    const { store, owner } = this.#link;
    const rows = changes.map(({ id, n, patch, sent = false }) => ({ id, doc: this.#key, owner, n, patch, sent }));
    return this.#save(() => store.put(rows));
  }

  #forget({ id }) {
    this.#save(() => this.#link.store.remove(id));
  }

  async #save(work) {
    this.#saving++;
    this.#saved = this.#link.locked.then(work).catch(() => (this.persistent = false));
    await this.#saved;
    this.#saving--;
  }

  /** Waits until what is kept is what is here. So of what a tab leaves, only the first can have an effect already. */
  async #inStep() {
    const late = {};
    if (this.#saving && this.persistent && (await Promise.race([this.#saved, pause(this.#link.timeout).then(() => late)])) === late) {
      this.persistent = false;
    }
  }

  /** Takes over what tabs have left that are gone, now or later. */
  async #load() {
    const { store, owner, locks } = this.#link;
    const owners = new Set((await store.all(this.#key)).map((change) => change.owner));
    owners.delete(owner);
    for (const other of owners) {
      const adopt = async (lock) => lock && ((await this.#adopt(other)), true);
      if (!locks) {
        await this.#adopt(other);
      } else if (!(await locks.request(lockOf(other), { ifAvailable: true }, adopt))) {
        locks.request(lockOf(other), adopt).catch(() => (this.persistent = false));
      }
    }
  }

  async #adopt(other) {
    const { docs, store } = this.#link;
    const theirs = (await store.all(this.#key)).filter(({ owner }) => owner === other).sort((a, b) => a.n - b.n);
    if (!theirs.length || docs.get(this.#name) !== this) {
      return; // Nothing is left, or this was closed meanwhile.
    }
    const changes = theirs.map(({ id, n, patch, sent }, i) => ({ id, n, patch: frozen(patch), sent: sent || !i, isInDoubt: sent || !i }));
    this.#link.last = Math.max(this.#link.last, changes.at(-1).n);
    // What is on its way is not the first of those that wait any more.
    const onTheWay = this.#pending.filter(({ sent, acked }) => sent && !acked);
    this.#pending = [...this.#pending, ...changes].sort((a, b) => a.n - b.n);
    await this.#keep(...changes, ...onTheWay);
    this.#redo({ local: true });
    this.#go();
  }
}

const lockOf = (owner) => `herald-documents:${owner}`;
const refused = ({ message, ...more }) => Object.assign(new Error(message), more);

function tried(value, change) {
  try {
    return applied(value, change);
  } catch {
    return undefined; // It does not apply.
  }
}

/** The patch of what a function does. */
function drafted(fn, value) {
  const draft = copy(value);
  if (typeof fn(draft)?.then === "function") {
    throw new TypeError("change() takes no async function");
  }
  const now = copy(draft);
  const patch = diff(value, now);
  return frozen(patch.length > MOST_OPERATIONS ? whole(value, now, "") : patch);
}

const links = new WeakMap();

/**
 * The documents of a socket, which is one of socket.io-client 4.4 or newer.
 *
 * @param {any} socket
 * @param {Options} [options] count the first time
 * @returns {{ open(name: string): Document }}
 */
export function documents(socket, options = {}) {
  if (!links.has(socket)) {
    links.set(socket, linkOf(socket, options));
  }
  const link = links.get(socket);
  return {
    /** Who opens a document twice gets the same object, and closes it twice. */
    open(name) {
      if (!link.docs.has(name)) {
        link.docs.set(name, new Document(link, name));
      }
      const doc = link.docs.get(name);
      doc.users++;
      return doc;
    },
  };
}

function linkOf(socket, { queue = "", timeout = TIMEOUT, indexedDB = globalThis.indexedDB, locks = globalThis.navigator?.locks }) {
  const [docs, owner] = [new Map(), newId()];
  // A tab is known to be gone when its lock is free.
  /** @type {Promise<void>} */
  const locked = new Promise((granted) => {
    const held = () => new Promise(() => granted());
    locks ? locks.request(lockOf(owner), held).catch(granted) : granted();
  });
  socket.on("connect", () => docs.forEach((doc) => doc.connected(socket.recovered)));
  socket.on("doc:changed", (change) => docs.get(change.name)?.changed(change));
  socket.on("left", (told) => {
    const [, name] = /^doc:(.*)/.exec(told?.channel) ?? [];
    told?.code && docs.get(name)?.forbidden(told);
  });
  socket.on("doc:people", ({ name, people }) => docs.get(name)?.peopleCame(people));
  return {
    socket,
    docs,
    owner,
    timeout,
    locks,
    locked,
    queue: [socket.io?.uri, socket.io?.opts?.path, queue].join(" "),
    store: storeOf(indexedDB),
    last: 0,
    /** A later place than all before, also over reloads. */
    next() {
      return (this.last = Math.max(this.last + 1, Date.now()));
    },
    /** Resolves with the answer, or with nothing if none came. */
    ask: (event, data) =>
      new Promise((resolve) => socket.timeout(timeout).emit(event, data, (failed, answer) => resolve(failed ? undefined : answer))),
  };
}
