/**
 * The client's transport by WebSocket, for browsers that have no such class, or whose policy makes its constructor throw. The stock
 * client hears of that before it listens, and would wait for ever; so it is told a little later, and goes on by polling.
 */
export function wary(WebSocketTransport) {
  return class extends WebSocketTransport {
    createSocket(...args) {
      try {
        return super.createSocket(...args);
      } catch {
        return new Blocked();
      }
    }
  };
}

/** Instead of a WebSocket: one that fails as soon as somebody listens. */
class Blocked {
  onerror = null;

  constructor() {
    setTimeout(() => this.onerror?.(new Event("error")));
  }

  close() {}
}
