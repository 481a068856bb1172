// Who is there is the same on both nodes, and the board says each coming and going once.
//
//     node people.mjs <urlOfOne> <urlOfTheOther>
//
// Prints KILL once: who started the script kills the first node then, and sends a line. Prints PASSED at the end, or says what failed
// and exits with 1.
import assert from "node:assert/strict";
import { once } from "node:events";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, pause, show, step, unique, until } from "../socketio/guest.mjs";

const [one, other] = baseUrlAndMore().map((url) => url.replace(/\/$/, ""));
/** How long the board is given to say what it must not say, in milliseconds. */
const QUIET = 1_500;
const CAME = "One more person is online";
const WENT = "Someone went home";
/** Comings and goings in the storm, of which half stay. */
const STORM = 1_000;
/** How many come at a time. */
const WIDTH = 25;
/** Within which both nodes have to count right, in milliseconds; others have the machine as well, so one of three storms has to. */
const SOON = 1_000;
const ATTEMPTS = 3;
/** Until a node is dead for the other one, and the other has looked, in milliseconds. */
const LEASE = 13_000;

async function arrived(url, options = {}) {
  const newcomer = guest(io, url, { transports: ["websocket"], ...options });
  await newcomer.arrive();
  return newcomer;
}

/** The cookie of a guest whom no node has seen. */
async function newcomer() {
  const answer = await fetch(`${one}/api/presence/news`);
  await answer.text();
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("herald-guest="));
  return { extraHeaders: { cookie: cookie.split(";")[0] } };
}

/** Somebody at each node who notes what the board says of people; once all is said of themselves. */
async function watchers() {
  const both = [];
  for (const url of [one, other]) {
    const watcher = await arrived(url);
    both.push(watcher);
    await until("the watcher's coming is told", () => tidings(both[0]).length > 0);
    await pause(QUIET);
    both.forEach((each) => each.forget());
  }
  return both;
}

function tidings(watcher) {
  return watcher
    .heardOf("news")
    .map(([data]) => data)
    .filter((data) => data.count !== undefined);
}

/** Waits until each watcher has heard that, and no more; returns the counts. */
async function assertTold(both, ...expected) {
  const soFar = () => `; ${show(both.map(tidings))}`;
  await until(`all is told: ${expected}`, () => both.every((watcher) => tidings(watcher).length >= expected.length), soFar);
  await pause(QUIET);
  for (const watcher of both) {
    assert.deepEqual(tidings(watcher).map(({ msg }) => msg), expected);
  }
  assert.deepEqual(tidings(both[0]), tidings(both.at(-1)));
  const counts = tidings(both[0]).map(({ count }) => count);
  both.forEach((watcher) => watcher.forget());
  return counts;
}

await step("who comes and goes is told once, however many tabs on however many nodes", async () => {
  const both = await watchers();
  const ann = await newcomer();
  const tab = await arrived(one, ann);
  const [count] = await assertTold(both, CAME);
  const second = await arrived(other, ann);
  await assertTold(both);
  tab.socket.disconnect();
  await assertTold(both);
  second.socket.disconnect();
  assert.deepEqual(await assertTold(both, WENT), [count - 1]);
});

await step("who changes nodes goes and comes, each told once", async () => {
  const both = await watchers();
  const ann = await arrived(one, await newcomer());
  const [count] = await assertTold(both, CAME);
  ann.socket.io.uri = other;
  ann.socket.io.engine.close();
  await until("Ann is cut off", () => ann.reasons.length > 0);
  await ann.arrive();
  assert.deepEqual(await assertTold(both, WENT, CAME), [count - 1, count]);
  ann.socket.disconnect();
  assert.deepEqual(await assertTold(both, WENT), [count - 1]);
});

const counted = async (url, channel) => (await (await fetch(`${url}/api/presence/${channel}`)).json()).count;

await step(`after ${STORM} comings and goings both nodes count right within ${SOON} ms`, async () => {
  const times = [];
  while (!times.some((time) => time <= SOON) && times.length < ATTEMPTS) {
    times.push(await storm());
  }
  console.log(`counts are right after ${times} ms`);
  assert.ok(times.some((time) => time <= SOON));
});

/** Returns after how long both nodes count right, in milliseconds. */
async function storm() {
  const channel = unique("storm").replaceAll(" ", "-");
  const staying = [];
  const comeAndGo = async (n) => {
    const somebody = guest(io, n % 2 ? one : other, { transports: ["websocket"] });
    await until("somebody is there", () => somebody.socket.connected);
    assert.equal((await somebody.ask("join", channel)).channel, channel);
    if (n % 4 < 2) {
      staying.push(somebody);
    } else {
      somebody.socket.disconnect();
    }
  };
  let next = 0;
  const worker = async () => {
    while (next < STORM) {
      await comeAndGo(next++);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  const end = performance.now();
  for (const url of [one, other]) {
    await until(`${url} counts right`, async () => (await counted(url, channel)) === staying.length);
  }
  const time = Math.round(performance.now() - end);
  staying.forEach(({ socket }) => socket.disconnect());
  return time;
}

await step("who was on a node that is killed, and does not come back, is gone when its lease is over", async () => {
  const channel = unique("room").replaceAll(" ", "-");
  const ann = await arrived(one, { reconnection: false });
  const ben = await arrived(one, { reconnectionDelay: 100, reconnectionDelayMax: 100 });
  for (const member of [ann, ben]) {
    await member.ask("join", channel);
  }
  await until("both are known", async () => (await counted(other, channel)) === 2);
  const watcher = await arrived(other);
  await until("all is told", () => tidings(watcher).length > 0);
  await pause(QUIET);
  watcher.forget();

  console.log("KILL");
  await once(process.stdin, "data");
  const killed = performance.now();
  ben.socket.io.uri = other;
  await ben.arrive();
  await until("one is left", async () => (await counted(other, channel)) === 1);
  const time = Math.round(performance.now() - killed);
  console.log(`gone ${time} ms after the kill`);
  assert.ok(time < LEASE);
  // Said by the node that is left, which has said nothing before; Ben was there all the time.
  const [count] = await assertTold([watcher], WENT);
  ben.socket.disconnect();
  await until("nobody is left", async () => (await counted(other, channel)) === 0);
  assert.deepEqual(await assertTold([watcher], WENT), [count - 1]);
});

console.log("PASSED");
process.exit(0);
