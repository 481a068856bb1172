package dev.herald.boardstore;

import java.time.Clock;
import javax.sql.DataSource;

/** All that the board keeps. */
public record BoardStore(ChannelTables channels, ReadTable reads, NameTables names, MarkTables marks) {

    /**
     * In the log's database.
     *
     * @param database whose connections fail within a known time when it does not answer
     */
    public static BoardStore in(DataSource database, Clock clock) {
        var asked = new BoardDatabase(database);
        return new BoardStore(
                new ChannelTables(asked, clock),
                new ReadTable(asked, clock),
                new NameTables(asked, clock),
                new MarkTables(asked, clock));
    }
}
