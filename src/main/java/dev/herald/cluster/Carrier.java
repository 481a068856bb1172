package dev.herald.cluster;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** A server that carries texts between nodes, by channels that it makes when somebody uses them. Any thread may call. */
interface Carrier {

    /** The server, for people, without secrets. */
    String name();

    /** How long one text may be, in bytes of UTF-8. */
    int maxBytes();

    /** Connects, to listen. Returns or fails within a few seconds. */
    Ear openEar() throws IOException;

    /** Connects, to tell. Returns or fails within a few seconds. */
    Mouth openMouth() throws IOException;

    /** What was, or is to be, said on a channel. */
    record Said(String channel, String text) {}

    /** A connection that listens. One thread uses it, but {@link #close} may be called by any, and ends what the other waits for. */
    interface Ear extends AutoCloseable {

        /** Listens to some channels more, and to some no more. When it returns, what is said from now on is heard. */
        void listen(Collection<String> more, Collection<String> noMore) throws IOException;

        /** Waits for what is said, in its order. Returns after a few seconds at most, with nothing if nothing is said, or fails. */
        List<Said> await() throws IOException;

        @Override
        void close();
    }

    /** A connection that tells. One thread uses it. */
    interface Mouth extends AutoCloseable {

        /** Says all this, in this order, or fails within a few seconds; then some of it may have been said. */
        void say(List<Said> things) throws IOException;

        @Override
        void close();
    }
}
