// The ways on which clients ask Herald for something: Socket.IO by polling and by WebSocket, the feed, HTTP with Server-Sent Events.
// Each way asks for the same by its own words, and answers {code, message, retryAfter} of a refusal, or what was done.
import assert from "node:assert/strict";
import http from "node:http";
import { io } from "socket.io-client";
import WebSocket from "ws";
import { guest, show, until } from "./guest.mjs";

const CONNECTIONS = new http.Agent({ keepAlive: true, maxSockets: 20 });

/** A client of the feed that remembers what it hears, at most 20 of which are shown. */
export async function feed(baseUrl, headers = {}, { query = "", localAddress } = {}) {
  const socket = new WebSocket(`${baseUrl.replace(/^http/, "ws")}/feed${query}`, { headers, localAddress });
  const heard = [];
  const one = { socket, heard, closed: undefined, status: undefined };
  const answers = new Map();
  let last = 0;
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    heard.push(message);
    answers.get(message.id)?.(message);
  });
  socket.on("close", (code) => (one.closed = code));
  socket.on("error", () => {});
  socket.on("unexpected-response", (request, response) => (one.status = response.statusCode));
  /** Waits for an event with these members. */
  one.hear = (event, members = {}) =>
    until(
      `the feed says ${event} ${show(members)}`,
      () => heard.find((m) => m.event === event && Object.entries(members).every(([name, value]) => m[name] === value)),
      () => show(heard.slice(-20)),
    );
  /** Says something, and waits for the answer. */
  one.ask = async (message) => {
    const id = `q${++last}`;
    let answer;
    answers.set(id, (given) => (answer = given));
    socket.send(JSON.stringify({ ...message, id }));
    await until(`an answer to ${show(message)}`, () => answer, () => `${one.closed}: ${show(heard.slice(-20))}`);
    answers.delete(id);
    return answer;
  };
  await until("the feed is open", () => socket.readyState === WebSocket.OPEN || one.status);
  if (!one.status) {
    await one.hear("connected");
  }
  return one;
}

/** A single request; its answer has its status, its headers, and its JSON. */
export function request(baseUrl, path, { method = "GET", headers = {}, body, localAddress } = {}) {
  return new Promise((resolve, reject) => {
    const asked = http.request(`${baseUrl}/${path}`, { method, headers, localAddress, agent: localAddress ? false : CONNECTIONS }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode, headers: response.headers, text, json: text.startsWith("{") ? JSON.parse(text) : {} });
      });
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** The cookie of a new guest. */
export async function guestCookie(baseUrl, options = {}) {
  const { headers, text } = await request(baseUrl, "api/presence/news", options);
  const cookie = headers["set-cookie"]?.find((one) => one.startsWith("herald-guest="));
  assert.ok(cookie, text);
  return cookie.split(";")[0];
}

/** A listener to Server-Sent Events, or the answer that refuses it. */
export async function listen(baseUrl, query, headers = {}) {
  const ending = new AbortController();
  const response = await fetch(`${baseUrl}/api/events?${query}`, { headers, signal: ending.signal });
  const heard = [];
  const one = { status: response.status, headers: response.headers, heard, lastId: undefined, isOver: false, close: () => ending.abort() };
  if (response.status !== 200) {
    one.json = await response.json();
    return one;
  }
  const read = async () => {
    let text = "";
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const blocks = text.split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
        one.lastId = fields.id ?? one.lastId;
        if (fields.data) {
          heard.push(JSON.parse(fields.data));
        }
      }
    }
  };
  read().catch(() => {}).finally(() => (one.isOver = true));
  one.hear = (event, members = {}) =>
    until(
      `the stream says ${event} ${show(members)}`,
      () => heard.find((m) => m.event === event && Object.entries(members).every(([name, value]) => m[name] === value)),
      () => show(heard.slice(-20)),
    );
  return one;
}

/** What the answer to a request of HTTP's says: a problem has its status in its body and its type in its head. */
function ofHttp({ status, headers, json }) {
  if (status < 400) {
    return json;
  }
  const header = (name) => (headers.get ? headers.get(name) : headers[name]);
  assert.match(header("content-type"), /^application\/problem\+json/);
  assert.equal(json.status, status);
  assert.equal(json.detail, json.message);
  assert.equal(json.type, `urn:problem-type:herald:${json.code}`);
  const refusal = { code: json.code, message: json.message, status };
  if (json.retryAfter !== undefined) {
    refusal.retryAfter = json.retryAfter;
    assert.equal(header("retry-after"), String(Math.ceil(json.retryAfter / 1000)));
  }
  return refusal;
}

const ofSocketIo = (answer) => answer.error ?? answer;
const ofFeed = (answer) => answer;

/**
 * The roads. Each takes the address and a token, and gives a client that asks on this road; what a road does not have is missing.
 * `left` waits until the client is told that it is not in a channel any more, and why; `said` are the texts that it has heard there.
 */
export const ROADS = {
  "Socket.IO by polling": (baseUrl, token) => bySocketIo(baseUrl, token, ["polling"]),
  "Socket.IO by WebSocket": (baseUrl, token) => bySocketIo(baseUrl, token, ["websocket"]),

  "the feed": async (baseUrl, token) => {
    const one = await feed(baseUrl, token ? { Authorization: `Bearer ${token}` } : {});
    return {
      join: async (channel) => ofFeed(await one.ask({ event: "join", channel })),
      resume: async (channel, since) => ofFeed(await one.ask({ event: "join", channel, since })),
      publish: async (channel, data) => ofFeed(await one.ask({ event: "said", channel, data })),
      history: async (channel) => ofFeed(await one.ask({ event: "history", channel })),
      tell: async (to, data) => ofFeed(await one.ask({ event: "private", to, data })),
      left: (channel) => one.hear("left", { channel }),
      said: (channel) => one.heard.filter((m) => m.event === "said" && m.channel === channel).map((m) => m.data),
      close: () => one.socket.close(),
    };
  },

  HTTP: async (baseUrl, token) => {
    const headers = token ? { Authorization: `Bearer ${token}` } : { Cookie: await guestCookie(baseUrl) };
    const ears = [];
    const post = async (path, body) =>
      ofHttp(
        await request(baseUrl, path, {
          method: "POST",
          headers: { ...headers, "Content-Type": "application/json" },
          body: JSON.stringify(body),
        }),
      );
    const get = async (path) => ofHttp(await request(baseUrl, path, { headers }));
    const join = async (channel, id) => {
      const query = `channel=${encodeURIComponent(channel)}`;
      const ear = await listen(baseUrl, query, id ? { ...headers, "Last-Event-ID": id } : headers);
      if (ear.status !== 200) {
        return ofHttp(ear);
      }
      ears.push(ear);
      return until("the channel begins", () => ear.heard.find((m) => m.event === "joined" || m.event === "gap"));
    };
    return {
      join,
      // By the id that the stream's last event has had.
      resume: (channel, { epoch, offset }) => join(channel, `${channel}=${epoch}:${offset}`),
      publish: (channel, data) => post(`api/channels/${channel}/messages`, { event: "said", data }),
      history: (channel) => get(`api/channels/${channel}/messages`),
      presence: (channel) => get(`api/presence/${channel}`),
      tell: (to, data) => post(`api/users/${encodeURIComponent(to)}/messages`, { data }),
      left: (channel) => ears[0].hear("left", { channel }),
      said: (channel) => ears[0].heard.filter((m) => m.event === "said" && m.channel === channel).map((m) => m.data),
      close: () => ears.forEach((ear) => ear.close()),
    };
  },
};

async function bySocketIo(baseUrl, token, transports) {
  const options = { transports, auth: token ? { token } : {} };
  const one = guest(io, baseUrl, options);
  await one.arrive();
  return {
    client: one,
    join: async (channel) => ofSocketIo(await one.ask("join", channel)),
    /** By a client that comes anew, and says where it was. */
    resume: async (channel, since) => {
      const back = guest(io, baseUrl, { ...options, auth: { ...options.auth, resume: { [channel]: since } } });
      await back.arrive();
      const told = () => back.heardOf("error")[0] ?? back.heardOf("joined").find(([data]) => data.channel === channel);
      return (await until("the answer to resume", told))[0];
    },
    publish: async (channel, data) => ofSocketIo(await one.ask("said", data, { channel })),
    history: async (channel) => ofSocketIo(await one.ask("history", channel)),
    tell: async (to, msg) => ofSocketIo(await one.ask("private", { to, msg })),
    left: async (channel) => (await one.hear("left", { channel }))[0],
    said: (channel) => one.heardOf("said").filter(([, meta]) => meta?.channel === channel).map(([data]) => data),
    close: () => one.socket.disconnect(),
  };
}
