// What a server believes of what is said to be forwarded (dev.herald.it.apps): nginx is a named proxy at 127.0.0.1, and others are not.
//
//     node forwarded.mjs <origin of nginx> <origin of the server>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import http from "node:http";
import { io } from "socket.io-client";
import { baseUrlAndMore, guest, show, step } from "./guest.mjs";

const [proxy, server] = baseUrlAndMore();
/** Where somebody is who is no proxy. */
const CLIENT = "127.0.0.5";
const FORGED = {
  "X-Forwarded-For": "203.0.113.9",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "evil.example",
  "X-Forwarded-Prefix": "/evil",
};

/** What the handlers of the application know of a client that connects from an address. */
async function known(origin, path, localAddress, extraHeaders = {}, transports = ["websocket"]) {
  const agent = new http.Agent({ localAddress });
  const one = guest(io, origin, { path, transports, extraHeaders, agent, localAddress });
  await one.arrive();
  const { address, secure } = await one.ask("who");
  agent.destroy();
  return { address, secure };
}

/** A request from an address. */
function get(url, localAddress, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { localAddress, headers, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve({ status: response.statusCode, cookies: response.headers["set-cookie"] ?? [] }));
    });
    request.on("error", reject);
  });
}

await step("behind the proxy a client has its own address, whatever it says itself", async () => {
  for (const path of ["/live/socket.io/", "/live/shop/socket.io/"]) {
    for (const headers of [{}, FORGED]) {
      for (const transports of [["websocket"], ["polling"]]) {
        assert.deepEqual(await known(proxy, path, CLIENT, headers, transports), { address: CLIENT, secure: false });
      }
    }
  }
  const polling = await get(`${proxy}/live/shop/socket.io/?EIO=4&transport=polling`, CLIENT, FORGED);
  assert.match(show(polling.cookies), /; Path=\/live\/shop;/);
  assert.ok(!show(polling.cookies).includes("Secure"), show(polling.cookies));
});

await step("what others than the proxy say in its headers counts for nothing", async () => {
  for (const path of ["/socket.io/", "/shop/socket.io/"]) {
    assert.deepEqual(await known(server, path, CLIENT, FORGED), { address: CLIENT, secure: false });
    const polling = await get(`${server}${path}?EIO=4&transport=polling`, CLIENT, FORGED);
    assert.match(show(polling.cookies), path === "/socket.io/" ? /; Path=\/;/ : /; Path=\/shop;/);
    assert.ok(!show(polling.cookies).includes("Secure"), show(polling.cookies));
  }
});

await step("what a named proxy says counts", async () => {
  assert.deepEqual(await known(server, "/shop/socket.io/", "127.0.0.1", FORGED), { address: "203.0.113.9", secure: true });
  const polling = await get(`${server}/shop/socket.io/?EIO=4&transport=polling`, "127.0.0.1", FORGED);
  assert.match(show(polling.cookies), /; Path=\/evil\/shop;.*; Secure/);
});

await step("a page of another origin is let in by no header of its own", async () => {
  const headers = { ...FORGED, Origin: "https://evil.example" };
  for (const origin of [`${proxy}/live`, server]) {
    for (const path of ["", "/shop"]) {
      const handshake = await get(`${origin}${path}/socket.io/?EIO=4&transport=polling`, CLIENT, headers);
      assert.equal(handshake.status, 403, origin + path);
    }
  }
  const named = await get(`${server}/socket.io/?EIO=4&transport=polling`, "127.0.0.1", headers);
  assert.equal(named.status, 200, "the proxy says that browsers see evil.example");
});

await step("the session's cookie and the redirects of the server itself have the prefix", async () => {
  const response = await fetch(`${proxy}/live/shop/door/in`, {
    method: "POST",
    headers: { "X-User": "carl", "X-Password": "for-tests-only" },
  });
  const [session] = response.headers.getSetCookie().filter((cookie) => cookie.startsWith("JSESSIONID"));
  assert.match(session, /; Path=\/live\/shop(;|$)/);
  const one = guest(io, proxy, { path: "/live/shop/socket.io/", extraHeaders: { Cookie: session.split(";")[0] } });
  await one.arrive();
  assert.equal((await one.ask("who")).id, "carl");
  const redirect = await fetch(`${proxy}/live/shop`, { redirect: "manual" });
  assert.ok([301, 302].includes(redirect.status), `${redirect.status}`);
  assert.equal(new URL(redirect.headers.get("Location"), `${proxy}/live/shop`).href, `${proxy}/live/shop/`);
});

console.log("PASSED");
process.exit(0);
