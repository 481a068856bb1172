package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ServiceLoader;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Herald's database, as configured by {@code herald.datasource.*} and {@code herald.data.dir}: the data source that servers bind to
 * {@code java:app/jdbc/herald}. All instances of an application share one small pool, or hand on to the data source that the
 * operator has named. Thread-safe.
 *
 * <p>A connection is given, or refused, in finite time; a broken one is never given twice.
 */
public final class HeraldDataSource extends ConnectionSource {

    private static final System.Logger LOG = System.getLogger(HeraldDataSource.class.getName());

    /** How long a connection is waited for. Together with the next one less than 5 s, in which a publisher has an answer. */
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    /** How long PostgreSQL may take for a statement: far more than one of Herald's needs. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(3);

    /** How long PostgreSQL may take to accept a connection; in the background. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private static final String H2 = "jdbc:h2:";
    private static final String POSTGRESQL = "jdbc:postgresql:";

    private static final Object LOCK = new Object();

    // Guarded by "LOCK".
    private static @Nullable DataSource shared;
    private static @Nullable DatabaseSettings settings;

    private @Nullable String description;

    /** One for a server to bind; nothing is configured or connected before the first connection. */
    public HeraldDataSource() {}

    /** Some servers want to set a property. */
    public void setDescription(String description) {
        this.description = description;
    }

    /** As it was set. */
    public @Nullable String getDescription() {
        return description;
    }

    /**
     * Gives a connection with automatic commits, read committed.
     *
     * @throws SQLException when the database does not give one within 1.5 seconds, or the settings are wrong
     */
    @Override
    public Connection getConnection() throws SQLException {
        return target().getConnection();
    }

    /** The database for people. */
    String name() {
        synchronized (LOCK) {
            return settings().name();
        }
    }

    /** Closes the connections, of all instances; the next one wanted is of a new pool. */
    static void closeAll() {
        DataSource closed;
        synchronized (LOCK) {
            closed = shared;
            shared = null;
            settings = null;
        }
        if (closed instanceof HikariDataSource pool) {
            close(pool);
        }
    }

    /** Closes a pool, and leaves H2's file as it has to be left. */
    static void close(HikariDataSource pool) {
        try (pool;
                var connection = pool.getConnection()) {
            H2File.letGo(connection);
        } catch (SQLException e) {
            LOG.log(DEBUG, "the database was gone already", e);
        }
    }

    private static DataSource target() throws SQLException {
        synchronized (LOCK) {
            var target = shared;
            if (target == null) {
                target = open(settings());
                shared = target;
            }
            return target;
        }
    }

    private static DatabaseSettings settings() {
        var read = settings;
        if (read == null) {
            read = DatabaseSettings.of(ConfigProvider.getConfig(HeraldDataSource.class.getClassLoader()));
            settings = read;
        }
        return read;
    }

    private static DataSource open(DatabaseSettings settings) throws SQLException {
        return settings.jndi() == null ? pool(settings) : lookUp(settings.jndi());
    }

    @SuppressWarnings("BanJNDI") // the name is the operator's, never a client's
    private static DataSource lookUp(String name) throws SQLException {
        try {
            return InitialContext.doLookup(name);
        } catch (NamingException | ClassCastException e) {
            throw new SQLException("herald.datasource.jndi: there is no data source " + name, e);
        }
    }

    /** A pool of fixed size, which connects when the first connection is wanted. */
    static HikariDataSource pool(DatabaseSettings settings) throws SQLException {
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
            // What the URL says goes before these.
            config.addDataSourceProperty("connectTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
            config.addDataSourceProperty("socketTimeout", Long.toString(SOCKET_TIMEOUT.toSeconds()));
            config.addDataSourceProperty("ApplicationName", "Herald");
            config.addDataSourceProperty("reWriteBatchedInserts", "true");
        } else if (isH2) {
            config.setExceptionOverride(new BrokenH2());
        }
        return new HikariDataSource(config);
    }

    /** By this class's loader: JDBC's own registry does not see what a WAR brings along. */
    private static String driver(String url) throws SQLException {
        if (url.startsWith(H2)) {
            return "org.h2.Driver";
        }
        if (url.startsWith(POSTGRESQL)) {
            return "org.postgresql.Driver";
        }
        for (var driver : ServiceLoader.load(Driver.class, HeraldDataSource.class.getClassLoader())) {
            if (driver.acceptsURL(url)) {
                return driver.getClass().getName();
            }
        }
        throw new SQLException("herald.datasource.url: there is no JDBC driver for " + url.replaceFirst("[;?].*", ""));
    }

    /** The pool does not know by itself which failures of H2 leave a connection that is of no use. */
    private static final class BrokenH2 implements SQLExceptionOverride {

        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException failure) {
            return Failures.isOfH2File(failure)
                    ? SQLExceptionOverride.Override.MUST_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    }
}
