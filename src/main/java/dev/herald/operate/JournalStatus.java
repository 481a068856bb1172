package dev.herald.operate;

import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import java.io.IOException;

/** Shows operators the state of the log by JMX. */
public final class JournalStatus implements JournalMXBean, AutoCloseable {

    private final LogDatabase database;
    private final JdbcLog log;

    private final ManagedBean shown;

    /** @param application the path of the application on its server */
    public JournalStatus(String application, LogDatabase database, JdbcLog log) {
        this.shown = new ManagedBean("Journal", application, this);
        this.database = database;
        this.log = log;
    }

    public void open() {
        shown.open();
    }

    @Override
    public String getDatabase() {
        return database.name();
    }

    @Override
    public boolean isOpen() {
        return database.isOpen();
    }

    @Override
    public int getWaiting() {
        return log.waiting();
    }

    @Override
    public void backup(String file) throws IOException {
        database.backup(file);
    }

    @Override
    public void close() {
        shown.close();
    }
}
