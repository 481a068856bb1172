package dev.herald.cluster;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;

/**
 * The nodes that share one database, as seen by one of them. A node lives as long as its lease in the database, which it renews; time
 * is the database's. Any thread may call, with any lock held, what does not say otherwise.
 */
public interface Nodes extends AutoCloseable {

    /** Begins the first life of this node, as soon as the database answers. Called once; it does not wait. */
    void start(Listener listener);

    /** The id of this life of this node: 12 characters of {@code A-Z a-z 0-9 _ -} that no other life has ever had. */
    String me();

    /**
     * Whether this node lives: its lease is not over, counted from when its last renewal was sent. It knows that by itself, before the
     * listener is told.
     */
    boolean isAlive();

    /**
     * Whether this node does what is done once for all nodes: it is the one that lives longest. When its lease is over, the next one is
     * told at its next renewal, so there is none for a moment, but never more than one.
     */
    boolean isHousekeeper();

    /** The other nodes that live, as seen at the last renewal. */
    List<Node> others();

    /** One of the {@link #others}. */
    default Optional<Node> other(String id) {
        return others().stream().filter(node -> node.id().equals(id)).findFirst();
    }

    /**
     * Begins a new life with a new id, after {@link Listener#over}. Returns the id at once; the database learns of it as soon as it
     * answers.
     *
     * @throws IllegalStateException when the last life is not over
     */
    String beginAnew();

    /** Leaves: the others are told at their next renewal. It waits for the database, a moment; the caller holds no lock. */
    @Override
    void close();

    /** The nodes of a server that is alone: there are no others, and its only life ends with it. */
    static Nodes alone() {
        return new NoOtherNodes();
    }

    /**
     * The nodes that share a PostgreSQL with the log's tables.
     *
     * @param database each call for a connection, and each statement, returns or fails within a few seconds
     * @param executor lends at most two threads, which may wait
     * @param timer may have a single thread: what it runs does not wait
     */
    static Nodes sharing(DataSource database, Self self, Executor executor, ScheduledExecutorService timer) {
        return new LeasedNodes(new LeaseTable(database, self), System::nanoTime, executor, timer);
    }

    /**
     * What a node says of itself.
     *
     * @param url where the others reach it, with the context path, at most 500 characters; the host {@code *} stands for the address from
     *     which the database sees this node come
     * @param version the version of its Herald, for people, at most 64 characters
     */
    record Self(String url, String version) {

        public Self {
            if (url.length() > 500 || !url.matches("https?://(\\*|[^/?#*]+)([:/].*)?")) {
                throw new IllegalArgumentException(
                        "other nodes reach a node by an address such as http://*:8080/herald, not " + url);
            }
            if (version.length() > 64) {
                throw new IllegalArgumentException("a version has at most 64 characters");
            }
        }
    }

    /**
     * A node.
     *
     * @param id of this life of it
     * @param url where the others reach it, with the context path
     * @param version the version of its Herald, for people
     */
    record Node(String id, URI url, String version) {}

    /** Who is told. All calls come one at a time, on a thread that waits for the database otherwise, with no lock held. */
    interface Listener {

        /** This life has begun: the database has its lease. Each life is told once. */
        void alive(String me);

        /** Another node is there. Each is told once. */
        void joined(Node node);

        /**
         * Another node is there no more: it has left, or its lease is over. Each is told once, after it has {@link #joined}.
         *
         * @param orderly whether it has said so itself
         */
        void left(Node node, boolean orderly);

        /**
         * This node's own lease is over: the others take it for dead. It is told once, before anything else is told; whatever belongs to
         * this life is to be ended now, then {@link Nodes#beginAnew} begins the next one.
         *
         * @param heldStill whether this node itself did nothing for a while, as when it was stopped and continued; otherwise only the
         *     database did not answer
         */
        void over(String me, boolean heldStill);
    }
}
