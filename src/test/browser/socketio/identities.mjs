// What the scripts about the application dev.herald.it.identity need: visitors, sessions, tokens, and plain WebSockets.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import WebSocket from "ws";
import { baseUrlAndMore, guest, show, until } from "./guest.mjs";

export const [baseUrl] = baseUrlAndMore();

/** A token that the application takes. */
export const good = (who, { role = "clerk", seconds = 600 } = {}) => `good.${who}.${role}.${seconds}`;

/** A guest who has arrived. */
export async function visitor(options = {}, namespace = "/") {
  const one = guest(io, baseUrl + namespace, options);
  await one.arrive();
  return one;
}

/** Asks the application's door. */
export const post = async (path, headers = {}) => {
  const response = await fetch(baseUrl + path, { method: "POST", headers });
  assert.equal(response.status, 200, await response.clone().text());
  return response;
};

const cookiesOf = (response) => response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);

/** Signs in; returns the session's cookie. */
export async function signIn(user, headers = {}) {
  const response = await post("/door/in", { ...headers, "X-User": user, "X-Password": "for-tests-only" });
  const session = cookiesOf(response).find((cookie) => cookie.startsWith("JSESSIONID"));
  assert.ok(session, show(response.headers.getSetCookie()));
  return session;
}

/** A plain WebSocket at the feed, which remembers what it hears. */
export function feed(query = "", protocols = [], options = {}) {
  const socket = new WebSocket(baseUrl.replace(/^http/, "ws") + "/feed" + query, protocols, options);
  const heard = [];
  const one = { socket, heard, closed: undefined, status: undefined };
  socket.on("message", (data) => heard.push(JSON.parse(data)));
  socket.on("close", (code) => (one.closed = code));
  socket.on("error", () => {});
  socket.on("unexpected-response", (request, response) => (one.status = response.statusCode));
  one.hear = (event) => until(`the feed says ${event}`, () => heard.find((message) => message.event === event), () => show(heard));
  return one;
}
