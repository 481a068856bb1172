// A load balancer that sends each request to a node by itself, upgrades included: no request of a session is for its own node.
import http from "node:http";
import net from "node:net";

/** What a session id has before the id of its node, in characters. */
const SECRET_LENGTH = 27;

/** Sends requests of a session to another node than the session's, if there is one, and all others to each node in turn. */
export class Balancer {
  /** How many requests and upgrades were sent to the wrong node. */
  misled = { requests: 0, upgrades: 0 };
  #nodes;
  #turn = 0;
  #server;

  /** @param nodes objects of id and port */
  static async to(nodes) {
    const balancer = new Balancer();
    balancer.#nodes = nodes;
    balancer.#server = http.createServer((request, response) => balancer.#pass(request, response));
    balancer.#server.on("upgrade", (request, socket, head) => balancer.#upgrade(request, socket, head));
    await new Promise((resolve) => balancer.#server.listen(0, "127.0.0.1", resolve));
    return balancer;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  /** A node is not there any more. */
  lose(id) {
    this.#nodes = this.#nodes.filter((node) => node.id !== id);
  }

  #target(url, kind) {
    const sid = new URL(url, "http://any").searchParams.get("sid");
    const others = this.#nodes.filter((node) => node.id !== sid?.slice(SECRET_LENGTH));
    if (sid && others.length > 0) {
      this.misled[kind]++;
    }
    const nodes = others.length > 0 ? others : this.#nodes;
    return nodes[this.#turn++ % nodes.length];
  }

  #pass(request, response) {
    const { port } = this.#target(request.url, "requests");
    const { method, url, headers } = request;
    const on = http.request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    on.on("error", () => response.destroy());
    response.on("close", () => on.destroy());
    request.pipe(on);
  }

  #upgrade(request, socket, head) {
    const { port } = this.#target(request.url, "upgrades");
    const node = net.connect(port, "127.0.0.1", () => {
      const lines = [`GET ${request.url} HTTP/1.1`];
      for (let n = 0; n < request.rawHeaders.length; n += 2) {
        lines.push(`${request.rawHeaders[n]}: ${request.rawHeaders[n + 1]}`);
      }
      node.write(`${lines.join("\r\n")}\r\n\r\n`);
      node.write(head);
      node.pipe(socket);
      socket.pipe(node);
    });
    for (const [one, other] of [[node, socket], [socket, node]]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  }
}
