// A network that fails as it is told.
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Passes connections on to the server, and fails as it is told. */
export class FailingProxy {
  pairs = new Set();
  #isDown = false;
  #isSilent = false;
  #server = net.createServer((client) => this.#accept(client));
  #port = 0;
  #target;
  #random;

  constructor(random) {
    this.#random = random;
  }

  /** @param random gives whole numbers from 0 to below a limit */
  static async to({ hostname, port }, random) {
    const proxy = new FailingProxy(random);
    proxy.goOnTo({ hostname, port });
    await proxy.#listen();
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}/`;
  }

  #listen() {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, "127.0.0.1", () => {
        this.#port = this.#server.address().port;
        resolve();
      });
    });
  }

  #accept(client) {
    if (this.#isDown) {
      client.on("error", () => {});
      client.destroy();
      return;
    }
    const pair = new Pair(client, net.connect(this.#target), this.#random, () => this.pairs.delete(pair));
    pair.isSilent = this.#isSilent;
    this.pairs.add(pair);
  }

  anyPair() {
    return [...this.pairs][this.#random(this.pairs.size)];
  }

  /** Later connections go on to another server. */
  goOnTo({ hostname, port }) {
    this.#target = { host: hostname, port: Number(port) };
  }

  /** Ends all connections, and refuses new ones, or takes and drops them. */
  async outage(duration, isRefusing) {
    this.#isDown = true;
    this.pairs.forEach((pair) => pair.end());
    if (isRefusing) {
      this.#server.close();
    }
    await sleep(duration);
    if (isRefusing) {
      await this.#listen();
    }
    this.#isDown = false;
  }

  /** Connections stay, and nothing comes through them any more; later ones end with the silence. */
  async silence(duration) {
    this.pairs.forEach((pair) => (pair.isSilent = true));
    const before = new Set(this.pairs);
    this.#isSilent = true;
    await sleep(duration);
    this.#isSilent = false;
    this.pairs.forEach((pair) => before.has(pair) || pair.end());
  }
}

/** A client's connection and the proxy's own to the server. */
class Pair {
  isSilent = false;
  #isTorn = false;
  #isAlone = false;
  #client;
  #server;
  #random;

  constructor(client, server, random, onGone) {
    this.#random = random;
    this.#client = client;
    this.#server = server;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      from.on("data", (chunk) => this.#pass(to, chunk));
      from.on("error", () => {});
      from.on("close", () => {
        if (!this.#isAlone && !(this.isSilent && from === client)) {
          to.destroySoon();
        }
        if (from === server) {
          onGone();
        }
      });
    }
  }

  #pass(to, chunk) {
    if (this.isSilent || to.destroyed) {
      return;
    }
    if (this.#isTorn) {
      this.isSilent = true;
      to.write(chunk.subarray(0, this.#random(chunk.length)), () => this.end());
    } else {
      to.write(chunk);
    }
  }

  end() {
    this.isSilent = true;
    this.#client.destroy();
    this.#server.destroy();
  }

  /** Ends within the next chunk, whichever way it goes. */
  tear() {
    this.#isTorn = true;
  }

  /** The client sees the end, the server does not. */
  leaveServerAlone() {
    this.isSilent = true;
    this.#isAlone = true;
    this.#client.destroy();
  }
}
