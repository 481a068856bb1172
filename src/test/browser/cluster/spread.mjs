// A load balancer without any memory: each request and each upgrade goes to the next node. Says where it is, and lives until it is killed.
//
//     node spread.mjs <url> <url>…
import { Balancer } from "../socketio/balancer.mjs";

const balancer = await Balancer.to(process.argv.slice(2).map((url) => ({ id: url, port: Number(new URL(url).port) })));
console.log(`AT ${balancer.url}`);
