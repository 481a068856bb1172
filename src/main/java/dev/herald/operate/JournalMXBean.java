package dev.herald.operate;

import java.io.IOException;

/** What operators see of the log's database by JMX, and can do with it, as {@code dev.herald:type=Journal}. */
public interface JournalMXBean {

    /** Where the database is, without secrets. */
    String getDatabase();

    /** Whether the database is open and the last call to it succeeded. */
    boolean isOpen();

    /** How many messages are not committed yet. */
    int getWaiting();

    /**
     * Copies an H2 database, as it is at one moment, while Herald runs.
     *
     * @param file absolute path on the server of a ZIP file that does not exist yet, in a directory that does
     * @throws IOException when no copy was made, with the reason
     */
    void backup(String file) throws IOException;
}
