/** Bodies read and output written without holding a thread, on the Servlet API: what the transports by HTTP and by WebSocket share. */
@NullMarked
package dev.herald.nonblocking;

import org.jspecify.annotations.NullMarked;
