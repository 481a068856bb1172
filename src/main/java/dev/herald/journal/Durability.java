package dev.herald.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/** Whether a database keeps what it has committed, when the process or the machine is killed. */
final class Durability {

    private Durability() {}

    /**
     * What can be lost and how to mend that, as the rest of a sentence that begins with the database's name. Empty when nothing
     * can be lost, or when the product is unknown.
     */
    static Optional<String> weakness(DataSource database) throws SQLException {
        try (var connection = database.getConnection()) {
            return switch (connection.getMetaData().getDatabaseProductName()) {
                case "H2" -> ofH2(connection);
                case "PostgreSQL" -> ofPostgreSql(connection);
                default -> Optional.empty();
            };
        }
    }

    private static Optional<String> ofH2(Connection connection) throws SQLException {
        if (connection.getMetaData().getURL().startsWith("jdbc:h2:mem:")) {
            return Optional.of("is in memory");
        }
        var delay = ask(
                connection, "SELECT setting_value FROM information_schema.settings WHERE setting_name = 'WRITE_DELAY'");
        return delay.equals("0")
                ? Optional.empty()
                : Optional.of("writes up to " + delay + " ms after the commit; add ;WRITE_DELAY=0 to its URL");
    }

    private static Optional<String> ofPostgreSql(Connection connection) throws SQLException {
        for (var setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
            if (ask(connection, "SHOW " + setting).equals("off")) {
                return Optional.of("has " + setting + " = off; switch it on in postgresql.conf");
            }
        }
        return Optional.empty();
    }

    private static String ask(Connection connection, String question) throws SQLException {
        try (var statement = connection.createStatement();
                var answer = statement.executeQuery(question)) {
            return answer.next() ? answer.getString(1) : "";
        }
    }
}
