package dev.herald.journal;

import javax.sql.DataSource;

/**
 * Where connections to the log's database come from: connections commit automatically; a call for a connection returns or fails within a known time.
 *
 * @param reading used by any number of threads
 * @param writing used by the few threads that write; they never wait for readers
 */
public record DataSources(DataSource reading, DataSource writing) {

    /** The same source for reading and writing. */
    public DataSources(DataSource both) {
        this(both, both);
    }
}
