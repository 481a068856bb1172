/** WebSocket (RFC 6455) over the Servlet API's upgrade: handshake, framing, limits, and joined writes. */
@NullMarked
package dev.herald.websocket;

import org.jspecify.annotations.NullMarked;
