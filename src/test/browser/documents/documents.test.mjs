// What the helper for shared documents promises (docs/documents-client.md), without a server. DOCUMENTS_JS may name another file;
// SEEDS how many random histories are tried. The build has made target/client/herald/documents.min.js before.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { Server, veto } from "./reference.mjs";
import { check, simulate } from "./simulation.mjs";
import { Browser, Clock, dice, Socket } from "./world.mjs";

const FILE = process.env.DOCUMENTS_JS ?? resolve(import.meta.dirname, "../../../main/webapp/herald/documents.js");
const { applied, diff, documents } = await import(pathToFileURL(FILE));
const SEEDS = Number(process.env.SEEDS ?? 12);
const NAME = "cart-7";

/** A server and as many pages as the test opens, with a network that takes 10 ms each way. */
function world(test) {
  return async () => {
    const [clock, random] = [new Clock(), dice(1)];
    const server = new Server(clock);
    const browser = new Browser(clock, random);
    const connectionOf = () => new Socket(clock, server, () => 10);
    const page = (options = {}) => {
      const { of = browser, name = NAME, isOffline = false, ...more } = options;
      const tab = of?.tab();
      const socket = connectionOf();
      const doc = documents(socket, { timeout: 1_000, indexedDB: tab?.indexedDB, locks: tab?.locks, ...more }).open(name);
      const told = [];
      for (const event of ["change", "conflict", "refused", "presence"]) {
        doc.on(event, (what) => told.push([event, what]));
      }
      const toldOf = (event) => told.filter(([one]) => one === event).map(([, what]) => what);
      isOffline || socket.connect();
      return { doc, socket, tab, toldOf };
    };
    const given = (value) => (server.document(NAME).value = value);
    await clock.rule(random, () => test({ clock, server, browser, random, page, given, head: server.document(NAME) }));
  };
}

const outcome = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );

describe("diff", () => {
  const cases = [
    ["nothing", { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ["a new member", {}, { a: 1 }, [{ op: "add", path: "/a", value: 1 }]],
    ["a member", { a: "x" }, { a: "y" }, [{ op: "replace", path: "/a", value: "y" }]],
    ["a member that goes", { a: 1 }, {}, [{ op: "remove", path: "/a" }]],
    ["a number, which may be a counter", { n: 1 }, { n: 2 }, [{ op: "test", path: "/n", value: 1 }, { op: "replace", path: "/n", value: 2 }]],
    ["names with ~ and /", { "a/b~": { "": 1 } }, { "a/b~": {} }, [{ op: "remove", path: "/a~1b~0/" }]],
    ["null is a value", { a: 1, b: null }, { a: null }, [{ op: "replace", path: "/a", value: null }, { op: "remove", path: "/b" }]],
    ["items at the end", { a: [1] }, { a: [1, 2, 3] }, [{ op: "add", path: "/a/-", value: 2 }, { op: "add", path: "/a/-", value: 3 }]],
    ["a first item", [], ["名前"], [{ op: "add", path: "/-", value: "名前" }]],
    [
      "an item within an item",
      { a: [{ id: "x", n: 1, text: "a long text" }, { id: "y", text: "another text" }] },
      { a: [{ id: "x", n: 1, text: "a long text" }, { id: "z", text: "another text" }] },
      [
        { op: "test", path: "/a/1", value: { id: "y", text: "another text" } },
        { op: "replace", path: "/a/1/id", value: "z" },
      ],
    ],
    [
      "an item that goes",
      { a: ["one text", "two text", "three text", "four text"] },
      { a: ["one text", "three text", "four text"] },
      [
        { op: "test", path: "/a/1", value: "two text" },
        { op: "remove", path: "/a/1" },
      ],
    ],
    [
      "items before others, each at an index that was tested",
      { a: ["the first of all texts", "the second of all texts", "the third of all texts", "the last of all texts"] },
      { a: ["the first of all texts", 8, 9, "the second of all texts", "the third of all texts", "the last of all texts"] },
      [
        { op: "test", path: "/a/1", value: "the second of all texts" },
        { op: "add", path: "/a/1", value: 9 },
        { op: "add", path: "/a/1", value: 8 },
      ],
    ],
    [
      "a whole array when that is shorter",
      { a: [1, 2, 3] },
      { a: [3, 2, 1] },
      [
        { op: "test", path: "/a", value: [1, 2, 3] },
        { op: "replace", path: "/a", value: [3, 2, 1] },
      ],
    ],
    ["an array that becomes an object", { a: [] }, { a: {} }, [{ op: "replace", path: "/a", value: {} }]],
  ];
  for (const [what, old, now, patch] of cases) {
    it(`says: ${what}`, () => {
      assert.deepEqual(diff(old, now), patch);
      assert.deepEqual(applied(old, { patch }), now);
    });
  }

  it("applied to the old value is the new one, for any two values, here and on the server", () => {
    const random = dice(7);
    const keys = ["a", "b/c", "~d", "", "__proto__", "constructor", "length", "😀", "سلمى"];
    const any = (depth) => {
      const kind = random.below(depth > 3 ? 4 : 7);
      if (kind < 4) {
        return [null, random.below(3), `Jürgen ${random.below(3)}`, true][kind];
      }
      const many = Array.from({ length: random.below(5) }, () => any(depth + 1));
      return kind === 4 ? many : Object.fromEntries(many.map((value) => [random.pick(keys), value]));
    };
    const edited = (value) => {
      if (random.chance(0.1) || typeof value !== "object" || value === null) {
        return random.chance(0.3) ? any(1) : value;
      }
      if (Array.isArray(value)) {
        const items = value.map(edited);
        random.chance(0.3) && items.splice(random.below(items.length + 1), random.below(3), ...[any(2), any(2)].slice(random.below(3)));
        return items;
      }
      const members = Object.entries(value).map(([key, member]) => [key, edited(member)]);
      return Object.fromEntries([...members.filter(() => random.chance(0.9)), ...(random.chance(0.3) ? [[random.pick(keys), any(2)]] : [])]);
    };
    const server = new Server(new Clock());
    for (let n = 0; n < 2_000; n++) {
      const [old, name] = [{ root: any(0) }, `${n}`];
      const now = { root: edited(old.root) };
      const patch = diff(old, now);
      assert.deepEqual(applied(old, { patch }), now, JSON.stringify({ old, now, patch }));
      server.document(name).value = old;
      server.document(name).changes.push({ id: "before" });
      const answer = server.change({ name, base: 0, id: "x", patch }, "ann");
      // Names that look like indexes are not among these: nothing may be taken for an index without a test.
      assert.equal(answer.error, undefined, JSON.stringify({ old, now, patch, answer }));
      assert.deepEqual(server.document(name).value, now);
    }
  });
});

describe("applied", () => {
  // RFC 7396, Appendix A.
  const merges = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [["a", "b"], ["c", "d"], ["c", "d"]],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, merge, result] of merges) {
    it(`merges ${JSON.stringify(merge)} into ${JSON.stringify(target)}`, () =>
      assert.deepEqual(applied(target, { merge }), result));
  }

  const patches = [
    [{ a: 1 }, [{ op: "move", from: "/a", path: "/b" }], { b: 1 }],
    [{ a: [1, 2, 3] }, [{ op: "move", from: "/a/0", path: "/a/2" }], { a: [2, 3, 1] }],
    [{ a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }, { op: "replace", path: "/c/b", value: 2 }], { a: { b: 1 }, c: { b: 2 } }],
    [{ a: 1 }, [{ op: "replace", path: "", value: [1] }], [1]],
    [{ a: [0] }, [{ op: "add", path: "/a/1", value: 1 }], { a: [0, 1] }],
    [{ a: { b: [1, 2] } }, [{ op: "test", path: "/a", value: { b: [1, 2] } }], { a: { b: [1, 2] } }],
    [{ "~1": 1 }, [{ op: "replace", path: "/~01", value: 2 }], { "~1": 2 }],
  ];
  for (const [target, patch, result] of patches) {
    it(`does ${JSON.stringify(patch)}`, () => assert.deepEqual(applied(target, { patch }), result));
  }

  const impossible = [
    { op: "add", path: "/a/5", value: 1 },
    { op: "add", path: "/a/01", value: 1 },
    { op: "add", path: "/a/-1", value: 1 },
    { op: "replace", path: "/a/-", value: 1 },
    { op: "replace", path: "/a/length", value: 1 },
    { op: "test", path: "/a/length", value: 1 },
    { op: "remove", path: "/b" },
    { op: "replace", path: "/toString", value: 1 },
    { op: "add", path: "/b/c", value: 1 },
    { op: "add", path: "/text/c", value: 1 },
    { op: "copy", from: "/__proto__", path: "/c" },
    { op: "add", path: "/__proto__/polluted", value: 1 },
    { op: "add", path: "/constructor/prototype/polluted", value: 1 },
    { op: "test", path: "/a", value: [2] },
  ];
  for (const operation of impossible) {
    it(`throws at ${JSON.stringify(operation)}, and leaves the value`, () => {
      const value = { a: [1], text: "x" };
      assert.throws(() => applied(value, { patch: [{ op: "add", path: "/a/-", value: 2 }, { op: "remove", path: "/a/1" }, operation] }));
      assert.deepEqual(value, { a: [1], text: "x" });
      assert.equal({}.polluted, undefined);
    });
  }

  it("takes __proto__ for a name like others", () => {
    const nasty = JSON.parse('{"__proto__": {"polluted": 1}}');
    for (const value of [
      applied({}, { merge: nasty }),
      applied({}, { patch: [{ op: "add", path: "/__proto__", value: { polluted: 1 } }] }),
      applied({}, { patch: diff({}, nasty) }),
    ]) {
      assert.equal(value.polluted, undefined);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.equal(JSON.stringify(value), '{"__proto__":{"polluted":1}}');
      assert.equal(JSON.stringify(applied(value, { patch: [{ op: "remove", path: "/__proto__" }] })), "{}");
    }
    assert.equal({}.polluted, undefined);
  });
});

describe("a document", () => {
  it("that nobody wrote is empty, and open twice is one", world(async ({ clock, page, server }) => {
    const { doc, socket } = page();
    assert.equal(doc.value, undefined);
    const same = documents(socket).open(NAME);
    await clock.run();
    assert.equal(await doc.ready, doc);
    assert.deepEqual([doc.value, doc.version, doc.pending, doc.persistent], [{}, 0, 0, true]);
    assert.equal(same, doc);
    doc.close();
    await clock.run();
    doc.change((d) => void (d.a = 1));
    same.close();
    await clock.run();
    assert.deepEqual(server.document(NAME).value, { a: 1 }, "what waits is sent after close");
    await assert.rejects(doc.change(() => {}), /is closed/);
    assert.notEqual(documents(socket).open(NAME), doc);
  }));

  it("changes here at once and there soon, and nobody else's hands are in it", world(async ({ clock, page, head }) => {
    const [ann, bob] = [page(), page()];
    await clock.run();
    const item = { name: "名前", day: new Date(0), none: undefined };
    const done = ann.doc.change((d) => void (d.items = [item]));
    assert.deepEqual([ann.doc.value, ann.doc.pending], [{ items: [{ name: "名前", day: "1970-01-01T00:00:00.000Z" }] }, 1]);
    item.name = "other";
    assert.throws(() => ann.doc.value.items.push(1), TypeError);
    await clock.run();
    assert.deepEqual([await done, ann.doc.pending, ann.doc.version], [{ version: 1 }, 0, 1]);
    assert.deepEqual(bob.doc.value, { items: [{ name: "名前", day: "1970-01-01T00:00:00.000Z" }] });
    assert.deepEqual(bob.toldOf("change").at(-1), { value: bob.doc.value, version: 1, local: false, by: { id: "ann", name: "Ann" }, at: head.changes[0].at, id: head.changes[0].id });
    assert.deepEqual(ann.toldOf("change").map(({ local, version }) => [local, version]), [[false, 0], [true, 0], [true, 1]]);
    const { value } = ann.doc;
    assert.deepEqual(await ann.doc.change(() => 5), { version: 1 }, "nothing changed, and what is returned does not matter");
    assert.equal(ann.doc.value, value);
    assert.equal(head.changes.length, 1);
  }));

  it("keeps what a mistake of the page would break", world(async ({ clock, page, head }) => {
    const { doc } = page();
    await clock.run();
    const loop = (d) => void (d.self = d);
    for (const mistake of [() => { throw new Error("mine"); }, async () => {}, loop, (d) => void (d.n = 1n)]) {
      assert.ok((await outcome(doc.change(mistake))).error);
    }
    const { queueMicrotask } = globalThis;
    const thrown = [];
    globalThis.queueMicrotask = (task) => queueMicrotask(() => outcome(new Promise((done) => done(task()))).then(({ error }) => error && thrown.push(error.message)));
    doc.on("change", () => {
      throw new Error("listener");
    });
    const done = doc.change((d) => void (d.a = 1));
    await clock.run();
    Object.assign(globalThis, { queueMicrotask });
    assert.deepEqual(await done, { version: 1 });
    assert.ok(thrown.length > 0 && thrown.every((message) => message === "listener"), "for the page's own handler of errors");
    assert.deepEqual([doc.value, head.value], [{ a: 1 }, { a: 1 }]);
  }));

  it("counts what two count, and takes items of both", world(async ({ clock, page, given, head }) => {
    given({ n: 0, items: [], title: "" });
    const pages = [page(), page(), page()];
    await clock.run();
    for (const { doc } of pages) {
      for (let n = 0; n < 5; n++) {
        doc.change((d) => {
          d.n++;
          d.items.push(d.n);
          d.title = "the last one's";
        });
      }
    }
    await clock.run();
    assert.equal(head.value.n, 15);
    assert.deepEqual(head.value.items, Array.from({ length: 15 }, (_, n) => n + 1));
    pages.forEach(({ doc, toldOf }) => assert.deepEqual([doc.value, toldOf("conflict").length], [head.value, 0]));
  }));

  it("shows theirs below its own, also before its own is known", world(async ({ clock, page, given }) => {
    given({ items: ["a"] });
    const [ann, bob] = [page(), page({ isOffline: true })];
    await clock.run();
    bob.doc.change((d) => void d.items.push("before there is a value"));
    assert.deepEqual([bob.doc.value, bob.doc.pending], [undefined, 1]);
    bob.socket.connect();
    await clock.run();
    bob.socket.disconnect();
    bob.doc.change((d) => void d.items.push("b"));
    ann.doc.change((d) => void d.items.unshift("theirs"));
    await clock.run();
    assert.deepEqual(bob.doc.value.items, ["a", "before there is a value", "b"]);
    bob.socket.connect(false);
    await clock.run();
    assert.deepEqual(bob.doc.value.items, ["theirs", "a", "before there is a value", "b"]);
    assert.deepEqual(ann.doc.value, bob.doc.value);
  }));

  it("tells a conflict with the value that came instead, when no function is there to run again", world(async ({ clock, page, given, head }) => {
    given({ n: 1 });
    const [ann, bob] = [page(), page({ of: null })];
    await clock.run();
    ann.socket.disconnect();
    ann.doc.change((d) => void d.n++);
    ann.doc.change((d) => void (d.text = "Jürgen"));
    await clock.run();
    ann.tab.kill();
    bob.doc.change((d) => void (d.n = 7));
    await clock.run();
    const again = page();
    await clock.run();
    const [{ code, version, value, patch, message }] = again.toldOf("conflict");
    assert.deepEqual([code, version, value], ["conflict", 1, { n: 7 }]);
    assert.deepEqual(patch, [{ op: "test", path: "/n", value: 1 }, { op: "replace", path: "/n", value: 2 }]);
    assert.ok(message);
    assert.deepEqual([again.doc.value, again.doc.pending, head.value], [{ n: 7, text: "Jürgen" }, 0, { n: 7, text: "Jürgen" }]);
  }));

  it("gives a conflict up after many tries, or when the function cannot go on", world(async ({ clock, page, server, given }) => {
    given({ items: [{ n: 1 }] });
    const [ann, bob] = [page(), page()];
    await clock.run();
    const conflicts = server.change.bind(server);
    let tries = 0;
    server.change = (change, by) => (tries++, { error: { code: "conflict", message: "again", ...server.open({ name: NAME }) } });
    assert.equal((await told(clock, ann.doc.change((d) => void (d.n = 1)))).code, "conflict");
    assert.equal(tries, 21);
    server.change = conflicts;
    ann.socket.disconnect();
    const gone = ann.doc.change((d) => void (d.items.find(({ n }) => n === 1).n = 2));
    bob.doc.change((d) => void d.items.pop());
    await clock.run();
    ann.socket.connect();
    assert.equal((await told(clock, gone)).code, "conflict");
    assert.deepEqual([ann.doc.value, ann.doc.pending], [{ items: [] }, 0]);
    assert.equal(ann.toldOf("conflict").length, 2);
  }));

  it("tells a refusal, and what was built on it goes on without it", world(async ({ clock, page, server, head }) => {
    server.validate = (name, before, after, change) => (after.bad ? veto("nobody may do that") : change);
    const { doc, toldOf } = page();
    await clock.run();
    const bad = doc.change((d) => void (d.bad = { list: [] }));
    const built = doc.change((d) => void (d.bad ? d.bad.list.push(1) : (d.good = 1)));
    assert.deepEqual(doc.value, { bad: { list: [1] } });
    const refusal = await told(clock, bad);
    assert.deepEqual([refusal.code, refusal.message, refusal.value, refusal.version], ["refused", "nobody may do that", {}, 0]);
    assert.deepEqual(await built, { version: 1 });
    assert.deepEqual([doc.value, head.value, toldOf("refused")], [{ good: 1 }, { good: 1 }, [refusal]]);
  }));

  it("tells everything else that the server refuses, and goes on", world(async ({ clock, page, server, head }) => {
    const { doc, toldOf } = page();
    await clock.run();
    const { change } = server;
    for (const code of ["invalid", "forbidden", "too-large", "server-error"]) {
      server.change = () => ({ error: { code, message: "no", index: 3 } });
      const refusal = await told(clock, doc.change((d) => void (d.a = code)));
      assert.deepEqual([refusal.code, refusal.index, refusal.value], [code, 3, {}]);
    }
    doc.change((d) => void (d.a = "nobody waits for this, as the event tells it"));
    await clock.run();
    server.change = change;
    doc.change((d) => void (d.a = 1));
    await clock.run();
    assert.deepEqual([head.value, toldOf("refused").length], [{ a: 1 }, 5]);
  }));

  it("that may not be opened says so, and is tried again with the next connection", world(async ({ clock, page, server }) => {
    const { open } = server;
    server.open = () => ({ error: { code: "forbidden", message: "not yours" } });
    const { doc, socket, toldOf } = page();
    const waiting = doc.change((d) => void (d.a = 1));
    assert.equal((await told(clock, doc.ready)).code, "forbidden");
    assert.deepEqual([toldOf("refused").length, doc.pending], [1, 1]);
    server.open = open;
    socket.disconnect();
    socket.connect(false);
    await clock.run();
    assert.deepEqual([await waiting, doc.value], [{ version: 1 }, { a: 1 }]);
  }));

  it("that may not be open any more says so, and keeps what waits", world(async ({ clock, page, server, head }) => {
    const { doc, socket, toldOf } = page();
    await clock.run();
    for (const other of [{ channel: "doc:other", code: "x" }, { channel: NAME, code: "x" }, { channel: `doc:${NAME}` }, { code: 5 }, "somebody left", null]) {
      server.tell("left", other);
    }
    server.tell("left", { channel: `doc:${NAME}`, code: "channel-forbidden", message: "not yours any more" });
    await clock.run();
    assert.deepEqual(toldOf("refused").map(({ code, message }) => [code, message]), [["channel-forbidden", "not yours any more"]]);
    doc.change((d) => void (d.a = 1));
    await clock.run();
    assert.deepEqual([doc.value, doc.pending, head.value], [{ a: 1 }, 1, {}]);
    socket.disconnect();
    socket.connect(false);
    await clock.run();
    assert.deepEqual([doc.pending, head.value], [0, { a: 1 }]);
  }));

  it("waits when it is told to, without asking meanwhile", world(async ({ clock, page, server, head }) => {
    const { doc } = page();
    await clock.run();
    const times = [];
    server.trouble = () => {
      times.push(clock.now);
      return [["rate-limited", false], ["overloaded", false], ["log-unavailable", true]][times.length - 1];
    };
    assert.deepEqual(await told(clock, doc.change((d) => void (d.n = 1))), { version: 1 });
    const pauses = times.slice(1).map((time, i) => time - times[i]);
    assert.deepEqual(pauses, [520, 1020]);
    assert.equal(head.changes.length, 1, "nobody knew, but it had its effect");
  }));

  it("has one effect when the answer is lost, and is never shown twice", world(async ({ clock, page, given, head, server }) => {
    for (const [mayRecover, isWithChanges] of [[true, true], [false, true], [false, false]]) {
      given({ items: [] });
      server.maySendChanges = () => isWithChanges;
      const { doc, socket, toldOf } = page();
      await clock.run();
      const done = doc.change((d) => void d.items.push("x"));
      await clock.run(clock.now + 15);
      assert.equal(head.value.items.length, 1, "it has arrived");
      socket.disconnect();
      await clock.run();
      assert.equal(doc.pending, 1);
      socket.connect(mayRecover);
      assert.deepEqual(await told(clock, done), { version: head.changes.length });
      assert.deepEqual([doc.value, doc.version, doc.pending], [{ items: ["x"] }, head.changes.length, 0]);
      toldOf("change").forEach(({ value }) => assert.ok(value.items.length < 2, JSON.stringify([mayRecover, isWithChanges])));
    }
  }));

  it("survives an answer that never comes", world(async ({ clock, page, head }) => {
    const { doc, socket } = page();
    await clock.run();
    socket.tamper = (event) => (socket.tamper = () => 1, event === "doc:change" ? 0 : 1);
    doc.change((d) => void (d.n = 1));
    await clock.run();
    assert.deepEqual([doc.pending, head.value], [0, { n: 1 }]);
  }));

  it("notices a gap, another epoch, and a change that it cannot apply", world(async ({ clock, page, server, head }) => {
    const { doc } = page();
    await clock.run();
    const set = (n) => server.change({ name: NAME, base: 0, id: `${clock.now}.${n}`, merge: { n } }, "bob");
    const spoiling = async (spoil) => {
      const told = server.spoil;
      server.spoil = spoil;
      set(1);
      server.spoil = told;
      set(2);
      await clock.run();
      assert.deepEqual([doc.value, doc.version], [head.value, head.changes.length]);
    };
    await spoiling(() => null);
    await spoiling((change) => ({ ...change, patch: [{ op: "remove", path: "/none" }] }));
    await spoiling((change) => ({ ...change, version: change.version + 7 }));
    Object.assign(head, { epoch: "e2", value: { n: "new" }, changes: [] });
    await spoiling((change) => change);
    assert.equal(doc.version, 2);
  }));

  it("shows what the server made of a change", world(async ({ clock, page, server }) => {
    server.validate = (name, before, after, { patch }) => ({ merge: { n: 5, by: "the server" } });
    const { doc } = page();
    await clock.run();
    doc.change((d) => void (d.n = 1));
    assert.deepEqual(doc.value, { n: 1 });
    await clock.run();
    assert.deepEqual(doc.value, { n: 5, by: "the server" });
  }));

  it("lets go of a change that the server made to nothing, also when it hears of others' later", world(async ({ clock, page, server }) => {
    const [ann, bob] = [page(), page()];
    await clock.run();
    server.validate = (name, before, after, change) => (after.nothing ? null : change);
    bob.doc.change((d) => void (d.bob = 1));
    const done = ann.doc.change((d) => void (d.nothing = 1));
    assert.deepEqual(ann.doc.value, { nothing: 1 });
    await clock.run();
    assert.deepEqual([await done, ann.doc.value, ann.doc.pending], [{ version: 1 }, { bob: 1 }, 0]);
    ann.socket.heed = (event) => event !== "doc:changed";
    bob.doc.change((d) => void (d.bob = 2));
    ann.doc.change((d) => void (d.nothing = 1));
    await clock.run(clock.now + 100);
    assert.deepEqual(ann.doc.value, { bob: 1, nothing: 1 }, "its answer has come before the other's change");
    ann.socket.heed = () => true;
    await clock.run();
    assert.deepEqual([ann.doc.value, ann.doc.version], [{ bob: 2 }, 2]);
  }));

  it("sends again what it made of another epoch", world(async ({ clock, page, head, given }) => {
    given({ items: [] });
    head.changes.push({}, {});
    const ann = page();
    await clock.run();
    Object.assign(head, { epoch: "e2", value: { items: ["new"] }, changes: [] });
    const done = ann.doc.change((d) => void d.items.push("x"));
    assert.deepEqual(await told(clock, done), { version: 1 });
    assert.deepEqual(ann.doc.value, { items: ["new", "x"] });
    assert.equal(ann.toldOf("conflict").length, 0);
  }));

  it("tells as refused what is invalid at any value", world(async ({ clock, page, server }) => {
    const ann = page();
    await clock.run();
    let tries = 0;
    server.change = () => (tries++, { error: { code: "invalid", message: "nested too deep", index: 0, ...server.open({ name: NAME }) } });
    assert.equal((await told(clock, ann.doc.change((d) => void (d.n = 1)))).code, "invalid");
    assert.deepEqual([tries, ann.toldOf("refused").length], [1, 1]);
  }));

  it("leaves objects the same that nobody has changed", world(async ({ clock, page, server, given }) => {
    given({ items: [{ id: 1 }, { id: 2 }], other: {}, n: 0 });
    const { doc } = page();
    await clock.run();
    const { items, other } = doc.value;
    doc.change((d) => void d.items.push({ id: 3 }));
    const [pushed] = doc.value.items.slice(-1);
    await clock.run();
    server.change({ name: NAME, base: 1, id: "theirs", merge: { other: { a: 1 }, n: 1 } }, "bob");
    await clock.run();
    assert.deepEqual(doc.value, { items: [{ id: 1 }, { id: 2 }, { id: 3 }], other: { a: 1 }, n: 1 });
    assert.ok(doc.value.items[0] === items[0] && doc.value.items[2] === pushed && doc.value.other !== other);
    const before = doc.value;
    await doc.change((d) => void (d.n = 1));
    assert.equal(doc.value, before);
  }));

  it("has bounds", world(async ({ clock, page, server, head }) => {
    const { doc } = page();
    await clock.run();
    await told(clock, doc.change((d) => Array.from({ length: 1_001 }, (_, n) => (d[`n${n}`] = n)).length));
    assert.equal(Object.keys(head.value).length, 1_001, "more operations than the server takes are one of the whole");
    const other = page({ name: "other" });
    await clock.run();
    other.socket.disconnect();
    const many = Array.from({ length: 1_001 }, (_, n) => outcome(other.doc.change((d) => void (d.n = n))));
    assert.match((await many.at(-1)).error.message, /1000 changes wait/);
    assert.equal(other.doc.pending, 1_000);
    other.socket.connect();
    await clock.run();
    assert.deepEqual([other.doc.value, server.document("other").changes.length], [{ n: 999 }, 1_000]);
  }));
});

describe("changes that wait", () => {
  it("survive a reload, once and in order, also when two tabs had some", world(async ({ clock, page, given, head }) => {
    given({ items: [] });
    const [one, two] = [page(), page()];
    await clock.run();
    one.socket.disconnect();
    two.socket.disconnect();
    for (const text of ["1", "2", "3"]) {
      one.doc.change((d) => void d.items.push(text));
    }
    two.doc.change((d) => void d.items.push("other"));
    await clock.run();
    one.tab.kill();
    const again = page({ isOffline: true });
    await clock.run();
    assert.equal(again.doc.pending, 3, "the other tab's are the other tab's");
    again.socket.connect();
    await clock.run();
    assert.deepEqual(head.value.items, ["1", "2", "3"]);
    two.tab.kill();
    await clock.run();
    assert.deepEqual(head.value.items, ["1", "2", "3", "other"], "until it is gone");
  }));

  it("are other people's when the page says so, and other documents'", world(async ({ clock, page, head, server }) => {
    const ann = page({ queue: "ann" });
    await clock.run();
    ann.socket.disconnect();
    ann.doc.change((d) => void (d.by = "ann"));
    await clock.run();
    ann.tab.kill();
    assert.equal(page({ queue: "bob" }).doc.pending + page({ name: "other" }).doc.pending, 0);
    await clock.run();
    assert.deepEqual([head.value, server.document("other").value], [{}, {}]);
    page({ queue: "ann" });
    await clock.run();
    assert.deepEqual(head.value, { by: "ann" });
  }));

  it("are in memory where the browser keeps nothing, and the page can know", world(async ({ clock, page, head }) => {
    const broken = { open: () => { throw new Error("SecurityError"); } };
    const failing = { open: () => { const request = {}; queueMicrotask(() => request.onerror()); return request; } };
    const silent = { open: () => ({}) };
    for (const indexedDB of [undefined, broken, failing, silent]) {
      const { doc } = page({ of: null, indexedDB });
      await clock.run();
      doc.change((d) => void (d.n = (d.n ?? 0) + 1));
      await clock.run();
      assert.equal(doc.pending, 0);
      assert.equal(doc.persistent, false);
    }
    assert.equal(head.value.n, 4);
  }));

  it("are shared without harm where tabs do not know of each other", world(async ({ clock, page, given, head }) => {
    given({ items: [] });
    const one = page({ locks: null });
    await clock.run();
    one.socket.disconnect();
    one.doc.change((d) => void d.items.push("x"));
    await clock.run();
    const two = page({ locks: null });
    one.socket.connect();
    await clock.run();
    assert.deepEqual([head.value, one.doc.value, two.doc.value], [{ items: ["x"] }, { items: ["x"] }, { items: ["x"] }]);
  }));
});

describe("presence", () => {
  it("is sent at most so often, the last state, and again with each connection", world(async ({ clock, page }) => {
    const { doc, socket, toldOf } = page();
    doc.present({ at: 0 });
    await clock.run();
    for (let at = 1; at <= 50; at++) {
      doc.present({ at });
    }
    await clock.run();
    assert.deepEqual(toldOf("presence").map(([{ state }]) => state.at), [0, 50]);
    assert.equal(doc.people, toldOf("presence")[1]);
    socket.disconnect();
    socket.connect(false);
    await clock.run();
    assert.deepEqual(toldOf("presence").map(([{ state }]) => state.at), [0, 50, 50]);
  }));
});

describe("the file for browsers", () => {
  const minified = resolve(import.meta.dirname, "../../../../target/client/herald/documents.min.js");

  it("is below 5 KB, compressed", async () => assert.ok(gzipSync(await readFile(minified)).length < 5_000));

  it("does the same", async () => check(await simulate((await import(pathToFileURL(minified))).documents, 1)));
});

describe("random people, a bad network, reloads and crashes", () => {
  it(`leave all equal, each change with one effect (${SEEDS} histories)`, async () => {
    const outcomes = new Set();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const world = await simulate(documents, seed);
      try {
        check(world);
        world.changes.forEach(({ outcome }) => outcomes.add(outcome));
      } catch (e) {
        throw new Error(`seed ${seed}: ${e.message}`, { cause: e });
      }
    }
    assert.ok(["accepted", "refused", "kept"].every((outcome) => outcomes.has(outcome)), `too little happens: ${[...outcomes]}`);
  });

  const faults = {
    "an acknowledged change that is lost": [/^lost: .* was accepted/, ({ server, random }) => {
      const { change } = server;
      server.change = function (data, by) {
        const { changes, epoch } = this.document(data.name);
        return random.chance(0.05) ? { version: changes.length, epoch, duplicate: true } : change.call(this, data, by);
      };
    }],
    "a kept change that is lost": [/^lost: .* was kept/, (world) => {
      world.afterKill = ({ browser }) => browser.rows.clear();
    }],
    "a repeat that the server does not know": [/^doubled/, ({ server }) => (server.knowsIds = false)],
    "a queue in another order": [/^reordered/, (world) => {
      world.afterKill = ({ browser }) => browser.rows.forEach((row) => (row.n = -row.n));
    }],
    "a change of which one page is never told": [/^(unequal|behind)/, (world) => {
      world.server.spoil = (change) => (world.isResting ? null : change);
    }],
    "a refused change that has an effect": [/^(refused|told as without effect), but there/, ({ server }) => {
      const { change } = server;
      server.change = function (data, by) {
        const answer = change.call(this, data, by);
        return answer.error?.code === "refused" ? (this.document(data.name).value.trail.push(...tagsOf(data)), answer) : answer;
      };
    }],
  };
  const tagsOf = ({ patch }) => patch.filter(({ path }) => path === "/trail/-").map(({ value }) => value);
  for (const [fault, [complaint, plant]] of Object.entries(faults)) {
    it(`are checked: ${fault} is found`, async () => {
      for (let seed = 1; seed <= 10; seed++) {
        const complaintOf = await simulate(documents, seed, plant).then(check).then(() => "", ({ message }) => message);
        if (complaint.test(complaintOf)) {
          return;
        }
      }
      assert.fail("not found in 10 histories");
    });
  }
});

/** What becomes of a promise when time passes. */
async function told(clock, promise) {
  const end = outcome(promise);
  await clock.run();
  const { value, error } = await end;
  return error ?? value;
}
