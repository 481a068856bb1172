// The devices of one person, by the stock client: each gets the private messages that were written while it was away.
//
//     node devices.mjs <baseUrl>
//
// Prints PASSED at the end, or says what failed and exits with 1.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { assertLogged, baseUrlAndMore, guest, step, until } from "./guest.mjs";

const [baseUrl] = baseUrlAndMore();

/** The cookie of a new guest, and the id by which others write to it. */
async function newPerson() {
  const answer = await fetch(`${baseUrl}/`);
  await answer.text();
  const cookie = answer.headers
    .getSetCookie()
    .find((one) => one.startsWith("herald-guest="))
    .split(";")[0];
  const socket = guest(io, baseUrl, { extraHeaders: { cookie } });
  await socket.arrive();
  const { channel } = await socket.ask("history", "private");
  socket.socket.disconnect();
  return { cookie, id: channel.slice("user:".length) };
}

for (const [way, transports] of Object.entries({ "by polling": ["polling"], upgraded: ["polling", "websocket"] })) {
  const device = async (name, { cookie }) => {
    const one = guest(io, baseUrl, { transports, auth: { device: name }, extraHeaders: { cookie } });
    await one.arrive();
    return one;
  };
  /** Without the application's welcome, which is in no channel. */
  const told = (one) =>
    one
      .heardOf("private")
      .filter(([, meta]) => meta?.channel)
      .map(([data]) => data.msg);
  const tell = async (ann, bob, msg) => assertLogged(await ann.ask("private", { to: bob.id, msg }));

  await step(`${way}: who was away gets private messages on each device, until they are seen there`, async () => {
    const bob = await newPerson();
    for (const name of ["phone", "tablet"]) {
      (await device(name, bob)).socket.disconnect();
    }
    const ann = guest(io, baseUrl, { transports });
    await ann.arrive();
    await tell(ann, bob, "first");
    await tell(ann, bob, "second");

    const phone = await device("phone", bob);
    const [, meta] = await phone.hear("private", { msg: "first" });
    await phone.hear("private", { msg: "second" });
    assert.deepEqual(told(phone), ["first", "second"]);
    assert.deepEqual(phone.heardOf("joined"), [
      [{ channel: `user:${bob.id}`, recovered: true, since: 0, head: 2, epoch: meta.epoch }],
    ]);
    assert.deepEqual(await phone.ask("seen", { offset: meta.offset, epoch: meta.epoch }), {
      channel: `user:${bob.id}`,
      offset: 1,
      epoch: meta.epoch,
    });
    phone.socket.disconnect();

    const tablet = await device("tablet", bob);
    await tablet.hear("private", { msg: "second" });
    assert.deepEqual(told(tablet), ["first", "second"]);

    const back = await device("phone", bob);
    await back.hear("private", { msg: "second" });
    assert.deepEqual(told(back), ["second"]);
  });

  await step(`${way}: a device that recovered is known, and gets nothing twice`, async () => {
    const bob = await newPerson();
    const ann = guest(io, baseUrl, { transports });
    await ann.arrive();
    await tell(ann, bob, "first");
    const phone = await device("phone", bob);
    await phone.hear("private", { msg: "first" });

    phone.socket.io.engine.close();
    await until("the phone is cut off", () => phone.reasons.length > 0);
    await tell(ann, bob, "second");
    await phone.arrive();
    await phone.hear("private", { msg: "second" });

    assert.equal(phone.socket.recovered, true);
    assert.deepEqual(told(phone), ["first", "second"]);
    assert.equal((await phone.ask("seen", 2)).offset, 2);
  });

  await step(`${way}: who says no device, and sees what is not there, is told`, async () => {
    const nobody = guest(io, baseUrl, { transports });
    await nobody.arrive();
    assert.equal((await nobody.ask("seen", 0)).error.code, "device-unknown");
    const phone = await device("phone", await newPerson());
    assert.equal((await phone.ask("seen", 1)).error.code, "seen-invalid");
  });
}
console.log("PASSED");
process.exit(0);
