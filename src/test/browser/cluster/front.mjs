// A load balancer without any memory: each connection goes to the next node that lives. Says where it is, and lives until it is killed.
//
//     node front.mjs <url> <url>…
import { roundRobin } from "./roundrobin.mjs";

console.log(`AT ${await roundRobin(process.argv.slice(2))}`);
console.log("READY");
