package dev.herald.operate;

import java.io.IOException;

/** What JMX shows of the log's database, and does with it, as {@code dev.herald:type=Journal}. */
public interface JournalMXBean {

    /** Where it is, without what may be a secret. */
    String getDatabase();

    /** Whether it is open and has answered when it was used last. */
    boolean isOpen();

    /** How many messages wait to be written. */
    int getWaiting();

    /**
     * Copies an H2 database, as it is at one moment, while Herald goes on.
     *
     * @param file absolute path on the server; a ZIP file that is not there yet, in a directory that is
     * @throws IOException when there is no copy, with the reason
     */
    void backup(String file) throws IOException;
}
