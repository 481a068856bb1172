package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Driver;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ServiceLoader;
import javax.sql.DataSource;

/**
 * Makes Herald's own connection pool. No other class uses HikariCP, so an application that uses the server's pool can leave it
 * out.
 */
final class ConnectionPool {

    private static final System.Logger LOG = System.getLogger(ConnectionPool.class.getName());

    /**
     * How long a caller waits for a connection. Together with the next timeout this is less than the 5 s within which a
     * publisher gets an answer.
     */
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    /** How long a statement may take in PostgreSQL. Herald's statements need far less. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(3);

    /** How long PostgreSQL may take to accept a connection; in the background. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private static final String H2 = "jdbc:h2:";
    private static final String POSTGRESQL = "jdbc:postgresql:";

    private ConnectionPool() {}

    /** A pool of fixed size, which connects when the first connection is wanted. */
    static HikariDataSource open(DatabaseSettings settings) throws SQLException {
        var config = new HikariConfig();
        config.setPoolName("herald");
        var isH2 = settings.url().startsWith(H2);
        config.setJdbcUrl(isH2 ? H2File.url(settings.url()) : settings.url());
        config.setDriverClassName(driver(settings.url()));
        if (!settings.user().isEmpty()) {
            config.setUsername(settings.user());
            config.setPassword(settings.password());
        }
        config.setMaximumPoolSize(settings.connections());
        config.setConnectionTimeout(PATIENCE.toMillis());
        config.setValidationTimeout(PATIENCE.toMillis() / 2);
        config.setInitializationFailTimeout(-1);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        if (settings.url().startsWith(POSTGRESQL)) {
            // What the URL says overrides these.
            config.addDataSourceProperty("connectTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
            config.addDataSourceProperty("socketTimeout", Long.toString(SOCKET_TIMEOUT.toSeconds()));
            config.addDataSourceProperty("ApplicationName", "Herald");
            config.addDataSourceProperty("reWriteBatchedInserts", "true");
        } else if (isH2) {
            config.setExceptionOverride(new BrokenH2());
        }
        return new HikariDataSource(config);
    }

    /** Looks for the driver with this class's loader: JDBC's own registry does not see the drivers inside a WAR. */
    private static String driver(String url) throws SQLException {
        if (url.startsWith(H2)) {
            return present("org.h2.Driver", "com.h2database:h2");
        }
        if (url.startsWith(POSTGRESQL)) {
            return present("org.postgresql.Driver", "org.postgresql:postgresql");
        }
        for (var driver : ServiceLoader.load(Driver.class, ConnectionPool.class.getClassLoader())) {
            if (driver.acceptsURL(url)) {
                return driver.getClass().getName();
            }
        }
        throw new SQLException("herald.datasource.url: there is no JDBC driver for " + url.replaceFirst("[;?].*", ""));
    }

    private static String present(String driver, String library) throws SQLException {
        try {
            return Class.forName(driver, false, ConnectionPool.class.getClassLoader())
                    .getName();
        } catch (ClassNotFoundException e) {
            // Without the cause, which would stand in the log instead of this sentence.
            throw new SQLException("the JDBC driver " + driver + " is missing: add " + library
                    + " to the application, or name a data source of the server's by herald.datasource.jndi");
        }
    }

    /** Closes a data source if it is a pool made here; an H2 file is closed as {@link H2File} says. */
    static void close(DataSource one) {
        if (one instanceof HikariDataSource pool) {
            try (pool;
                    var connection = pool.getConnection()) {
                H2File.letGo(connection);
            } catch (SQLException e) {
                LOG.log(DEBUG, "the database was gone already", e);
            }
        }
    }

    /** Tells the pool after which failures of H2 a connection must be thrown away. */
    private static final class BrokenH2 implements SQLExceptionOverride {

        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException failure) {
            return Failures.isOfH2File(failure)
                    ? SQLExceptionOverride.Override.MUST_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    }
}
