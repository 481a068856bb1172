package dev.herald.operate;

import dev.herald.journal.JdbcLog;
import dev.herald.journal.Journal;
import java.io.IOException;

/** Shows the operator, by JMX, how the log is doing. */
public final class JournalStatus implements JournalMXBean, AutoCloseable {

    private final Journal journal;
    private final JdbcLog log;

    private final ManagedBean shown = new ManagedBean("Journal", this);

    public JournalStatus(Journal journal, JdbcLog log) {
        this.journal = journal;
        this.log = log;
    }

    public void open() {
        shown.open();
    }

    @Override
    public String getDatabase() {
        return journal.name();
    }

    @Override
    public boolean isOpen() {
        return journal.isOpen();
    }

    @Override
    public int getWaiting() {
        return log.waiting();
    }

    @Override
    public void backup(String file) throws IOException {
        journal.backup(file);
    }

    @Override
    public void close() {
        shown.close();
    }
}
