// Clients that ask for as much as they can, those beside them, and what is right about their answers.
import assert from "node:assert/strict";
import { assertLogged, pause, show, unique } from "./guest.mjs";
import { ROADS } from "./roads.mjs";

/** How many requests of a flood are without an answer at a time: who reads no answers is cut off for another reason. */
const WINDOW = 150;
const PATIENCE_OF_A_BYSTANDER = 500;

export const named = (word) => unique(word).replaceAll(" ", "-");

/** Publishes 25 times a second, until it is asked how long it has waited for its acks; as a guest if it has no token. */
export async function bystander(baseUrl, token = null) {
  const road = await ROADS["Socket.IO by WebSocket"](baseUrl, token);
  const waits = [];
  let over = false;
  const working = (async () => {
    while (!over) {
      const began = performance.now();
      assertLogged(await road.publish("bystanders", "سلمى"));
      waits.push(performance.now() - began);
      await pause(40);
    }
  })();
  return async (what) => {
    over = true;
    await working;
    waits.sort((a, b) => a - b);
    const median = waits[Math.floor(waits.length / 2)];
    console.log(`    ${what}: a bystander's ack came after ${median.toFixed(1)} ms (median of ${waits.length}, at most ${waits.at(-1).toFixed(1)} ms)`);
    const nineOfTen = waits[Math.floor(waits.length * 0.9)];
    assert.ok(nineOfTen < PATIENCE_OF_A_BYSTANDER, `nine of ten came within ${nineOfTen} ms`);
  };
}

/** Asks so many times, as fast as answers come; returns all answers, and how long it took in seconds. */
export async function flood(times, ask) {
  const began = performance.now();
  const answers = [];
  let next = 0;
  const one = async () => {
    while (next < times) {
      const number = next++;
      answers[number] = await ask(number);
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, one));
  return { answers, seconds: (performance.now() - began) / 1000 };
}

/** Some were done, as many as may be; all others were refused, and told when to try again. Returns those that were done. */
export function assertLimited({ answers, seconds }, { rate, burst }, times = 1) {
  const refused = answers.filter((answer) => answer.code);
  for (const { code, message, retryAfter, status } of refused) {
    assert.equal(code, "rate-limited");
    assert.ok(message.length > 0 && Number.isInteger(retryAfter) && retryAfter > 0, show({ message, retryAfter }));
    assert.ok(retryAfter <= ((burst * times) / rate) * 1000, `${retryAfter} ms`);
    assert.equal(status ?? 429, 429);
  }
  const done = answers.filter((answer) => !answer.code);
  assert.ok(done.length >= burst && done.length <= burst * times + rate * times * seconds + 1, `${done.length} in ${seconds} s`);
  assert.ok(refused.length > 0, "something is refused");
  return done;
}
