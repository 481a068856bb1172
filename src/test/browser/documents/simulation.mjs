// Random people who change one document by the helper, over a bad network; and the check of what must hold then.
import assert from "node:assert/strict";
import { Server, veto } from "./reference.mjs";
import { Browser, Clock, dice, Socket } from "./world.mjs";

const NAME = "cart-7";
const PEOPLE = 5;
/** For how long they work, and for how long all may take to come to rest after that, in ms. */
const [BUSY, REST] = [8_000, 120_000];
const START = { trail: [], items: [], count: 0, gone: 0, title: "", notes: {} };
const KEYS = ["a/b", "~1", "", "名前", "__proto__", "constructor", "😀"];

/** What people do, by kind; `x` from 0 to 1 says where. Each change leaves its tag and what it was in the trail. */
const EDITS = {
  count: (d) => void d.count++,
  title: (d, tag) => void (d.title = `${tag} سلمى`),
  push: (d, tag) => void d.items.push({ tag, n: 0 }),
  insert: (d, tag, x) => void d.items.splice(at(d.items, x), 0, { tag, n: 0 }, { tag: `${tag}b`, n: 0 }),
  remove: (d, tag, x) => {
    const [item] = d.items.splice(at(d.items, x), 1);
    d.gone += item.n;
  },
  edit: (d, tag, x) => void d.items[at(d.items, x)].n++,
  turn: (d) => void d.items.reverse(),
  note: (d, tag, x) =>
    Object.defineProperty(d.notes, KEYS[at(KEYS, x)], { value: { tag }, enumerable: true, configurable: true, writable: true }),
  unnote: (d, tag, x) => void delete d.notes[KEYS[at(KEYS, x)]],
  refused: (d, tag) => void (d.bad = tag),
};
const NEEDS_ITEMS = ["remove", "edit"];

const at = (list, x) => Math.floor(x * list.length);

/**
 * @param documents the helper
 * @param plant spoils something, given the world, so that the check has something to find
 */
export async function simulate(documents, seed, plant = () => {}) {
  const random = dice(seed);
  const clock = new Clock();
  const server = new Server(clock);
  const world = { random, clock, server, browsers: [], tabs: [], changes: [], told: [], onKill: () => {}, seed };
  server.document(NAME).value = START;
  server.validate = (name, before, after, { patch }) => {
    if (after.bad) {
      veto("nobody may do that");
    }
    return random.chance(0.5) ? { patch: [...patch, { op: "add", path: "/by", value: "名前" }] } : { patch };
  };
  server.maySendChanges = () => random.chance(0.7);
  server.trouble = () => (random.chance(0.1) ? random.pick(TROUBLE) : undefined);
  plant(world);
  await clock.rule(random, async () => {
    for (let person = 0; person < PEOPLE; person++) {
      const browser = new Browser(clock, random);
      world.browsers.push(browser);
      for (let tabs = person === 0 ? 2 : 1; tabs > 0; tabs--) {
        live(world, documents, browser, person);
      }
    }
    for (let crash = random.below(3); crash > 0; crash--) {
      clock.at(random.below(BUSY), () => crashed(world));
    }
    await clock.run(BUSY);
    server.trouble = () => undefined;
    world.isResting = true;
    liveOnes(world).forEach(({ socket }) => socket.connect());
    await clock.run(BUSY + REST);
  });
  return world;
}

const TROUBLE = [
  ["log-unavailable", false],
  ["log-unavailable", true],
  ["overloaded", false],
  ["rate-limited", false],
];

const liveOnes = ({ tabs }) => tabs.filter(({ page }) => page.isAlive);

function crashed({ server, random, clock, ...world }) {
  server.restart();
  for (const { page, socket } of liveOnes(world)) {
    socket.disconnect();
    clock.at(random.below(2_000), () => page.isAlive && socket.connect());
  }
}

/** A tab, until it is reloaded or the time is over. */
function live(world, documents, browser, person) {
  const { random, clock, server } = world;
  const page = browser.tab();
  const socket = new Socket(clock, server, () => 1 + random.below(150));
  const tab = { page, socket, browser, person, views: [], place: world.tabs.length };
  world.tabs.push(tab);
  tab.doc = documents(socket, { timeout: 3_000, indexedDB: page.indexedDB, locks: page.locks }).open(NAME);
  tab.doc.on("change", ({ value, version }) => page.isAlive && tab.views.push({ value, version }));
  for (const event of ["conflict", "refused"]) {
    tab.doc.on(event, (refusal) => page.isAlive && world.told.push({ event, refusal }));
  }
  socket.connect();
  const act = () => {
    if (page.isAlive && !world.isResting) {
      const x = random.next();
      if (x < 0.7) {
        change(world, tab);
      } else if (x < 0.93) {
        socket.connected ? socket.disconnect() : socket.connect(random.chance(0.6));
      } else if (x < 0.96) {
        reload(world, tab, () => live(world, documents, browser, person));
        return;
      }
      clock.at(random.below(600), act);
    }
  };
  clock.at(random.below(600), act);
}

function change(world, tab) {
  const { random } = world;
  const kind = random.pick(Object.keys(EDITS));
  const one = { tag: `<${tab.place}.${world.changes.length}>`, tab, x: random.next(), outcome: "open" };
  world.changes.push(one);
  const fn = (d) => {
    const done = NEEDS_ITEMS.includes(kind) && !d.items.length ? "nothing" : kind;
    EDITS[done]?.(d, one.tag, one.x);
    d.trail.push(`${one.tag}${done}`);
  };
  tab.doc.change(fn).then(
    ({ version }) => tab.page.isAlive && Object.assign(one, { outcome: "accepted", version }),
    (refusal) => tab.page.isAlive && Object.assign(one, { outcome: "refused", refusal }),
  );
}

function reload(world, tab, again) {
  world.onKill(tab);
  for (const one of world.changes.filter((change) => change.tab === tab && change.outcome === "open")) {
    one.outcome = [...tab.browser.rows.values()].some((row) => isOf(one.tag, row)) ? "kept" : "cut off";
  }
  tab.page.kill();
  tab.socket.disconnect();
  world.afterKill?.(tab);
  world.clock.at(world.random.below(1_000), again);
}

const isOf = (tag, { patch }) => patch.some(({ path, value }) => path === "/trail/-" && value.startsWith(tag));

/** Fails with a sentence about the first thing that does not hold. */
export function check(world) {
  const { value, changes: log } = world.server.document(NAME);
  const count = (tag) => value.trail.filter((entry) => entry.startsWith(tag)).length;
  const isTold = (tag) => world.told.some(({ refusal }) => isOf(tag, refusal));
  for (const { tag, outcome, version, refusal } of world.changes) {
    const [times, told] = [count(tag), isTold(tag)];
    assert.ok(times < 2, `doubled: ${tag} has ${times} effects`);
    assert.ok(!(told && times), `told as without effect, but there: ${tag}`);
    if (outcome === "accepted") {
      assert.equal(times, 1, `lost: ${tag} was accepted`);
      assert.ok(isOf(tag, log[version - 1]), `wrong version: ${tag} is not ${version}`);
    } else if (outcome === "refused") {
      assert.equal(times, 0, `refused, but there: ${tag}`);
      assert.ok(told, `not told: ${tag}, ${refusal}`);
    } else if (outcome === "kept") {
      assert.ok(times || told, `lost: ${tag} was kept over a reload`);
    } else {
      assert.equal(outcome, "cut off", `never answered: ${tag}`);
    }
  }
  checkOrder(world, value.trail);
  checkEffects(value);
  for (const { doc, socket, page, views, place } of world.tabs) {
    views.forEach(({ value: seen }) => assert.equal(new Set(seen.trail).size, seen.trail.length, `shown twice in tab ${place}`));
    views.reduce((before, { version }) => (assert.ok(version >= before, `back to an older version in tab ${place}`), version), 0);
    if (page.isAlive) {
      assert.ok(socket.connected);
      assert.equal(doc.pending, 0, `changes wait for ever in tab ${place}`);
      assert.deepEqual(doc.value, value, `unequal: tab ${place}`);
      assert.equal(doc.version, log.length, `behind: tab ${place}`);
    }
  }
  world.browsers.forEach(({ rows }) => assert.equal(rows.size, 0, `kept for ever: ${JSON.stringify([...rows.values()])}`));
}

function checkOrder({ changes }, trail) {
  const lastOf = new Map();
  for (const { tag, tab } of changes) {
    const place = trail.findIndex((entry) => entry.startsWith(tag));
    if (place >= 0) {
      assert.ok(place > (lastOf.get(tab) ?? -1), `reordered: ${tag}`);
      lastOf.set(tab, place);
    }
  }
}

/** What the trail says of each change is what the change did. */
function checkEffects({ trail, items, count, gone }) {
  const done = (kind) => trail.filter((entry) => entry.endsWith(`>${kind}`)).length;
  const sum = items.reduce((total, { n }) => total + n, 0);
  assert.equal(count, done("count"), "lost or doubled: counted");
  assert.equal(items.length, done("push") + 2 * done("insert") - done("remove"), "lost or doubled: items");
  assert.equal(sum + gone, done("edit"), "lost or doubled: edits of items");
  assert.equal(done("refused"), 0, "refused, but there");
}
