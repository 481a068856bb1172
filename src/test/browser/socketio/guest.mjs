// What all scripts about Socket.IO need: guests that remember what they hear, and waiting with a limit.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

/** How long anything may take, in milliseconds. */
export const PATIENCE = 20_000;
/** The sockets of the guests in the present step. */
const present = [];

/**
 * A guest that remembers all it hears, by a client of any version.
 *
 * @param io the client's
 * @param url with the namespace
 */
export function guest(io, url, { transports = ["polling", "websocket"], ...options } = {}) {
  const socket = io(url, {
    transports,
    forceNew: true,
    reconnectionDelay: 500,
    randomizationFactor: 0,
    ...options,
  });
  present.push(socket);
  const heard = [];
  const problems = [];
  const reasons = [];
  socket.onAny((event, ...args) => heard.push({ event, args }));
  socket.on("connect_error", (e) =>
    problems.push({ message: e.message, data: e.data, description: String(e.description?.message ?? e.description) }),
  );
  socket.on("disconnect", (reason) => reasons.push(reason));

  /** The arguments of each event of this name, until now. */
  const heardOf = (event) => heard.filter((message) => message.event === event).map((message) => message.args);
  const soFar = () => `; problems: ${show(problems)}, disconnected: ${show(reasons)}, the last heard: ${show(heard.slice(-5))}`;

  return {
    socket,
    heardOf,
    problems,
    reasons,
    forget: () => heard.splice(0),

    /** Waits for the connection, and for its last transport. */
    async arrive() {
      await until("a guest is connected", () => socket.connected, soFar);
      assert.ok(socket.id, `socket.id is ${socket.id}`);
      const transport = transports.at(-1);
      await until(`a guest's transport is ${transport}`, () => socket.io.engine.transport.name === transport, soFar);
    },

    /** Sends an event and waits for all arguments of its ack. */
    async askAll(event, ...args) {
      let answer;
      socket.emit(event, ...args, (...given) => (answer = given));
      await until(`an ack of ${event} ${show(args)}`, () => answer !== undefined, soFar);
      return answer;
    },

    /** Sends an event and waits for its ack. */
    async ask(event, ...args) {
      return (await this.askAll(event, ...args))[0];
    },

    /** Waits for an event whose data has these members; returns all its arguments. */
    hear(event, members) {
      const matches = ([data]) =>
        Object.entries(members).every(([name, value]) => isDeepStrictEqual(data?.[name], value));
      return until(`a guest hears ${event} ${show(members)}`, () => heardOf(event).find(matches), soFar);
    },

    /** Waits for an event with this first argument; returns all its arguments. */
    hearJust(event, data) {
      const matches = ([first]) => isDeepStrictEqual(first, data);
      return until(`a guest hears ${event} ${show(data)}`, () => heardOf(event).find(matches), soFar);
    },
  };
}

/** Waits until the condition has a value that is neither undefined nor false, and returns it. */
export async function until(what, condition, details = () => "") {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${PATIENCE} ms: ${what}${details()}`);
    }
    await pause(5);
  }
}

/** For what has to be given time not to happen, and between two looks. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export function unique(word) {
  return `${word} ${randomUUID()}`;
}

/** A value as JSON, cut to what can be read. */
export function show(value) {
  const json = String(JSON.stringify(value));
  return json.length > 1_000 ? `${json.slice(0, 1_000)}… (${json.length} characters)` : json;
}

export function assertLogged(ack) {
  assert.ok(Number.isInteger(ack?.offset) && ack.offset > 0, `offset of ${show(ack)}`);
  assert.ok(typeof ack.epoch === "string" && ack.epoch !== "", `epoch of ${show(ack)}`);
  assert.equal(ack.duplicate, false, `duplicate of ${show(ack)}`);
  assert.ok(["durable", "memory"].includes(ack.kind), `kind of ${show(ack)}`);
}

/** The first argument of a command line, and the rest; the script ends with FAILED if there is none. */
export function baseUrlAndMore() {
  const [baseUrl, ...more] = process.argv.slice(2);
  assert.ok(baseUrl, "usage: node <script> <baseUrl>");
  return [baseUrl.replace(/\/$/, ""), ...more];
}

/** Does a step, whose guests leave at its end; the first that fails is the last. */
export async function step(what, body) {
  if (!(await attempt(what, body))) {
    process.exit(1);
  }
}

/** Does a step, whose guests leave at its end, and says whether all went well. */
export async function attempt(what, body) {
  const began = Date.now();
  try {
    await body();
    console.log(`ok  ${what} (${Date.now() - began} ms)`);
    return true;
  } catch (e) {
    console.log(`FAILED  ${what}: ${e.stack}`);
    return false;
  } finally {
    for (const socket of present.splice(0)) {
      socket.io.reconnection(false);
      socket.disconnect();
      // It may have more namespaces than this one.
      socket.io.engine?.close();
    }
  }
}
