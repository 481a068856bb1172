package dev.herald.boardstore;

import dev.herald.journal.Housekeeping;
import java.time.Clock;
import javax.sql.DataSource;

/** All that the board keeps. */
public record BoardStore(
        ChannelTables channels,
        ReadTable reads,
        NameTables names,
        MarkTables marks,
        PresentTable present,
        PushTables push) {

    /**
     * In the log's database.
     *
     * @param database whose connections fail within a known time when it does not answer
     * @param housekeeping whose node announces who comes and goes
     */
    public static BoardStore in(DataSource database, Clock clock, Housekeeping housekeeping) {
        var asked = new BoardDatabase(database);
        return new BoardStore(
                new ChannelTables(asked, clock),
                new ReadTable(asked, clock),
                new NameTables(asked, clock),
                new MarkTables(asked, clock),
                new PresentTable(asked, housekeeping),
                new PushTables(asked, clock));
    }
}
