// Whom the container takes for the caller in handlers and observers of the application dev.herald.it.identity.
//
//     node caller.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { step } from "./guest.mjs";
import { feed, good, signIn, visitor } from "./identities.mjs";

/** Nobody has no name; WildFly gives nobody one. */
const callerOf = (name) => (name === "anonymous" ? "" : decodeURIComponent(name));

await step("the container's own security holds in handlers and observers, for whom the container knows", async () => {
  for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
    const users = ["dora", "Jürgen 名前 😀"];
    const signedIn = await Promise.all(
      users.map(async (user) => visitor({ transports, extraHeaders: { Cookie: await signIn(encodeURIComponent(user)) } })),
    );
    const others = [await visitor({ transports }), await visitor({ transports, auth: { token: good("ann") } })];
    // On the same threads, one after the other and side by side.
    for (let n = 0; n < 20; n++) {
      const answers = await Promise.all([...signedIn, ...others].map((one) => one.ask("caller")));
      assert.deepEqual(answers.map(({ name }) => callerOf(name)), [...users, "", ""]);
      assert.deepEqual(answers.map(({ clerk, boss }) => [clerk, boss]), [[true, false], [true, false], [false, false], [false, false]]);
    }
    assert.equal(await signedIn[0].ask("count"), "dora counts, a clerk: true");
    assert.equal((await signedIn[0].ask("break")).error.code, "forbidden");
    for (const other of others) {
      assert.equal((await other.ask("count")).error.code, "forbidden");
    }
    assert.equal(await signedIn[0].ask("count"), "dora counts, a clerk: true");
  }
  const ofFeed = feed("", [], { headers: { Cookie: await signIn("emma") } });
  await ofFeed.hear("connected");
  ofFeed.socket.send(JSON.stringify({ event: "name-me", channel: "room", data: 1 }));
  assert.equal((await ofFeed.hear("you-are")).data, "emma");
  ofFeed.socket.close();
});

console.log("PASSED");
