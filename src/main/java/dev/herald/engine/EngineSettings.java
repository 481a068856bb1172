package dev.herald.engine;

import java.time.Duration;
import java.util.Set;

/**
 * What an Engine.IO server allows and expects. The defaults are those of the reference server.
 *
 * @param transports by which clients may connect: {@code polling}, {@code websocket} or both
 * @param allowUpgrades whether a polling session may go on by WebSocket
 * @param pingInterval between a sign of life of the client and the next ping
 * @param pingTimeout how long the client may take to answer
 * @param upgradeTimeout how long a WebSocket may try to take a session over
 * @param closeTimeout how long a session that was closed here waits for the client to poll once more
 * @param maxPayload bytes of one request body or one WebSocket message from a client
 * @param maxPackets in one request body. Clients put everything that waits into one body, so the number is large; it bounds
 *     what a hostile client costs
 * @param queuedPackets that may wait for one client
 * @param queuedBytes that may wait for one client, as estimated
 * @param maxSessions at the same time; those that wait for a last poll count
 * @param maxPosts requests whose bodies are arriving at the same time; bodies that come with their headers do not count. One
 *     client address may have an eighth of them
 * @param postTimeout how long a body may take
 * @param httpCompression the shortest answer to a poll that is compressed, in bytes; 0 for none
 */
public record EngineSettings(
        Set<String> transports,
        boolean allowUpgrades,
        Duration pingInterval,
        Duration pingTimeout,
        Duration upgradeTimeout,
        Duration closeTimeout,
        int maxPayload,
        int maxPackets,
        int queuedPackets,
        long queuedBytes,
        int maxSessions,
        int maxPosts,
        Duration postTimeout,
        int httpCompression) {

    /** HTTP long-polling. */
    public static final String POLLING = "polling";

    /** WebSocket. */
    public static final String WEBSOCKET = "websocket";

    /** The reference server's values, and our bounds where it has none. */
    public static final EngineSettings DEFAULT = new EngineSettings(
            Set.of(POLLING, WEBSOCKET),
            true,
            Duration.ofSeconds(25),
            Duration.ofSeconds(20),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            1_000_000,
            10_000,
            256,
            1024 * 1024,
            20_000,
            64,
            Duration.ofSeconds(30),
            1_024);

    public EngineSettings {
        transports = Set.copyOf(transports);
        if (transports.isEmpty() || !Set.of(POLLING, WEBSOCKET).containsAll(transports)) {
            throw new IllegalArgumentException("transports are polling, websocket or both, not " + transports);
        }
        for (var duration : new Duration[] {pingInterval, pingTimeout, upgradeTimeout, closeTimeout, postTimeout}) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("each time is more than nothing");
            }
        }
        if (maxPayload < 1
                || maxPackets < 1
                || queuedPackets < 1
                || queuedBytes < 1
                || maxSessions < 1
                || maxPosts < 1) {
            throw new IllegalArgumentException("each limit is at least 1");
        }
        if (httpCompression < 0) {
            throw new IllegalArgumentException("httpCompression is a number of bytes, or 0");
        }
    }

    /** A builder with these settings as defaults. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Builds settings. For one thread. */
    public static final class Builder {

        private Set<String> transports;
        private boolean allowUpgrades;
        private Duration pingInterval;
        private Duration pingTimeout;
        private Duration upgradeTimeout;
        private Duration closeTimeout;
        private int maxPayload;
        private int maxPackets;
        private int queuedPackets;
        private long queuedBytes;
        private int maxSessions;
        private int maxPosts;
        private Duration postTimeout;
        private int httpCompression;

        private Builder(EngineSettings from) {
            transports = from.transports;
            allowUpgrades = from.allowUpgrades;
            pingInterval = from.pingInterval;
            pingTimeout = from.pingTimeout;
            upgradeTimeout = from.upgradeTimeout;
            closeTimeout = from.closeTimeout;
            maxPayload = from.maxPayload;
            maxPackets = from.maxPackets;
            queuedPackets = from.queuedPackets;
            queuedBytes = from.queuedBytes;
            maxSessions = from.maxSessions;
            maxPosts = from.maxPosts;
            postTimeout = from.postTimeout;
            httpCompression = from.httpCompression;
        }

        /** See {@link EngineSettings#transports}. */
        public Builder transports(Set<String> value) {
            transports = value;
            return this;
        }

        /** See {@link EngineSettings#allowUpgrades}. */
        public Builder allowUpgrades(boolean value) {
            allowUpgrades = value;
            return this;
        }

        /** See {@link EngineSettings#pingInterval}. */
        public Builder pingInterval(Duration value) {
            pingInterval = value;
            return this;
        }

        /** See {@link EngineSettings#pingTimeout}. */
        public Builder pingTimeout(Duration value) {
            pingTimeout = value;
            return this;
        }

        /** See {@link EngineSettings#upgradeTimeout}. */
        public Builder upgradeTimeout(Duration value) {
            upgradeTimeout = value;
            return this;
        }

        /** See {@link EngineSettings#closeTimeout}. */
        public Builder closeTimeout(Duration value) {
            closeTimeout = value;
            return this;
        }

        /** See {@link EngineSettings#maxPayload}. */
        public Builder maxPayload(int value) {
            maxPayload = value;
            return this;
        }

        /** See {@link EngineSettings#maxPackets}. */
        public Builder maxPackets(int value) {
            maxPackets = value;
            return this;
        }

        /** See {@link EngineSettings#queuedPackets}. */
        public Builder queuedPackets(int value) {
            queuedPackets = value;
            return this;
        }

        /** See {@link EngineSettings#queuedBytes}. */
        public Builder queuedBytes(long value) {
            queuedBytes = value;
            return this;
        }

        /** See {@link EngineSettings#maxSessions}. */
        public Builder maxSessions(int value) {
            maxSessions = value;
            return this;
        }

        /** See {@link EngineSettings#maxPosts}. */
        public Builder maxPosts(int value) {
            maxPosts = value;
            return this;
        }

        /** See {@link EngineSettings#postTimeout}. */
        public Builder postTimeout(Duration value) {
            postTimeout = value;
            return this;
        }

        /** See {@link EngineSettings#httpCompression}. */
        public Builder httpCompression(int value) {
            httpCompression = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException when they do not make sense
         */
        public EngineSettings build() {
            return new EngineSettings(
                    transports,
                    allowUpgrades,
                    pingInterval,
                    pingTimeout,
                    upgradeTimeout,
                    closeTimeout,
                    maxPayload,
                    maxPackets,
                    queuedPackets,
                    queuedBytes,
                    maxSessions,
                    maxPosts,
                    postTimeout,
                    httpCompression);
        }
    }
}
