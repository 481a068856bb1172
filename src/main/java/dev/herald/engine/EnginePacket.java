package dev.herald.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A packet of Engine.IO 4 (Engine.IO protocol 4, "Packet encoding"). Immutable, so that one can be sent to many. */
public sealed interface EnginePacket {

    /**
     * The first packet of a session, from the server.
     *
     * @param json as {@link EngineCodec#handshake} writes it
     */
    record Open(String json) implements EnginePacket {}

    /** Ends the session, from either side. */
    record Close() implements EnginePacket {}

    /**
     * Asks for a {@link Pong}: from the server as heartbeat, from the client as probe of a WebSocket.
     *
     * @param data empty, or {@value EnginePacket#PROBE}
     */
    record Ping(String data) implements EnginePacket {}

    /**
     * Answers a {@link Ping}.
     *
     * @param data that of the ping
     */
    record Pong(String data) implements EnginePacket {}

    /** Text for the layer above. */
    record Message(String text) implements EnginePacket {}

    /** Bytes for the layer above. */
    record Binary(Bytes data) implements EnginePacket {}

    /** The client switches to the WebSocket that brings this packet. */
    record Upgrade() implements EnginePacket {}

    /** Means nothing; it is sent to answer a waiting poll. */
    record Noop() implements EnginePacket {}

    /** What a ping and a pong carry to try out a WebSocket before the upgrade. */
    String PROBE = "probe";

    /** Bytes that nobody changes. Equal when their content is. */
    final class Bytes {

        private final byte[] content;

        private Bytes(byte[] content) {
            this.content = content;
        }

        /** Copies the bytes. */
        public static Bytes copyOf(byte[] content) {
            return new Bytes(content.clone());
        }

        /** Takes the array without copying it: the caller must never write to it again. */
        public static Bytes wrap(byte[] content) {
            return new Bytes(content);
        }

        /** The number of bytes. */
        public int size() {
            return content.length;
        }

        /** A copy. */
        public byte[] toArray() {
            return content.clone();
        }

        /** A read-only view, new with each call. */
        public ByteBuffer asBuffer() {
            return ByteBuffer.wrap(content).asReadOnlyBuffer();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(content);
        }

        /** Only the number of bytes, not their values: they may be many, and private. */
        @Override
        public String toString() {
            return content.length + " bytes";
        }
    }
}
