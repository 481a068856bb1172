/** The packets of Socket.IO 5, as texts and bytes for Engine.IO to carry. */
@NullMarked
package dev.herald.socketio;

import org.jspecify.annotations.NullMarked;
