// One guest floods a server with default settings (dev.herald.LaunchIT): what it gets is bounded, and another guest does not notice.
//
//     node flood.mjs <baseUrl>
//
// Prints how long a bystander has waited for its acks, and PASSED at the end; or says what failed and exits with 1.
import assert from "node:assert/strict";
import { assertLimited, bystander, flood, named } from "./floods.mjs";
import { baseUrlAndMore, step } from "./guest.mjs";
import { request, ROADS } from "./roads.mjs";

const [baseUrl] = baseUrlAndMore();
/** As docs/settings.md says of one connection. */
const MESSAGES = { rate: 100, burst: 1_000 };
const FLOOD = 10_000;

for (const name of ["Socket.IO by WebSocket", "the feed"]) {
  await step(`${name}: a flood is held to the default quotas`, async () => {
    const channel = named("flood");
    const flooder = await ROADS[name](baseUrl, null);
    const waited = await bystander(baseUrl);
    const answers = await flood(FLOOD, (n) => flooder.publish(channel, `${n}: 名前 😀`));
    const taken = assertLimited(answers, MESSAGES);
    await waited(name);
    const { head } = (await request(baseUrl, `api/channels/${channel}/messages?limit=1`)).json;
    assert.equal(head, taken.length);
    console.log(`    ${taken.length} of ${FLOOD} were taken in ${answers.seconds.toFixed(1)} s`);
    flooder.close();
  });
}

console.log("PASSED");
process.exit(0);
