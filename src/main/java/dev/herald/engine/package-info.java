/** Engine.IO 4: a connection of packets, carried by HTTP long-polling or by WebSocket. Knows bytes, text and timers only. */
@NullMarked
package dev.herald.engine;

import org.jspecify.annotations.NullMarked;
