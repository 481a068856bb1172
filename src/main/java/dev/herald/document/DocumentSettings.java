package dev.herald.document;

import java.time.Duration;

/**
 * The bounds of documents.
 *
 * @param maxSize of a document, in characters of JSON
 * @param snapshotEvery after so many changes the whole value is kept, so that opening reads no more changes than this
 * @param waiting how many changes and openings may wait, of all documents together
 * @param idleSize of the documents that are kept in memory although nobody uses them, in characters
 * @param threads how many documents are worked at side by side
 */
public record DocumentSettings(int maxSize, int snapshotEvery, int waiting, long idleSize, int threads) {

    /** How long a thread that has nothing to do waits for more. */
    static final Duration LINGER = Duration.ofMillis(100);

    /** The largest {@code maxSize}: what H2 holds of one text, less some for what is written around a change. */
    public static final int MAX_SIZE = 1_000_000;

    /** What holds unless it is set otherwise. */
    public static final DocumentSettings DEFAULT = new DocumentSettings(MAX_SIZE, 100, 10_000, 8L * 1024 * 1024, 64);

    /** Likewise, with another size of documents. */
    public DocumentSettings withMaxSize(int size) {
        return new DocumentSettings(size, snapshotEvery, waiting, idleSize, threads);
    }
}
