/** WebSocket (RFC 6455) over the Servlet API's upgrade: handshake, framing, limits, and a socket that joins what waits for it. */
@NullMarked
package dev.herald.websocket;

import org.jspecify.annotations.NullMarked;
