package dev.herald.journal;

import javax.sql.DataSource;

/**
 * Where connections to the log's database come from: they have automatic commits, and are given or refused in finite time.
 *
 * @param reading asked by any number of threads
 * @param writing asked by the few threads that write, which do not wait for those who read
 */
public record DataSources(DataSource reading, DataSource writing) {

    /** One for all. */
    public DataSources(DataSource both) {
        this(both, both);
    }
}
