// A load balancer without any memory: each connection goes to the next node that lives.
import net from "node:net";

/** Starts one in front of these addresses; returns its own. */
export async function roundRobin(urls) {
  const targets = urls.map((url) => new URL(url)).map(({ hostname, port }) => ({ host: hostname, port: Number(port) }));
  let next = 0;
  const server = net.createServer((client) => {
    client.on("error", () => {});
    connect(client, targets.length);
  });

  function connect(client, tries) {
    if (tries === 0) {
      client.destroy();
      return;
    }
    const node = net.connect(targets[next++ % targets.length]);
    let isConnected = false;
    node.once("connect", () => {
      isConnected = true;
      client.pipe(node).pipe(client);
    });
    node.on("error", () => {});
    node.on("close", () => (isConnected ? client.destroy() : connect(client, tries - 1)));
    client.on("close", () => node.destroy());
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}
