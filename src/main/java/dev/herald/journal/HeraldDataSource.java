package dev.herald.journal;

import static java.lang.System.Logger.Level.INFO;

import java.sql.Connection;
import java.sql.SQLException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Herald's database, as configured by {@code herald.datasource.*} and {@code herald.data.dir}. Servers bind this data source
 * to {@code java:app/jdbc/herald}. All instances in an application share one small pool, or pass calls on to the data source
 * that the operator has named. Any thread may call it, holding no lock, as it may wait for the database.
 *
 * <p>A call for a connection returns or fails within a known time, and a broken connection is never handed out again.
 */
public final class HeraldDataSource extends ConnectionSource {

    private static final System.Logger LOG = System.getLogger(HeraldDataSource.class.getName());

    private static final Object LOCK = new Object();

    // Guarded by "LOCK".
    private static @Nullable DataSource shared;
    private static @Nullable DatabaseSettings settings;
    private static @Nullable String contextPath;

    private @Nullable String description;

    /** Made by the server. Nothing is read or connected before the first connection is wanted. */
    public HeraldDataSource() {}

    /** Exists because some servers set at least one property. */
    public void setDescription(String description) {
        this.description = description;
    }

    /** The property that was set. */
    public @Nullable String getDescription() {
        return description;
    }

    /**
     * Returns a connection that commits automatically, with isolation level "read committed".
     *
     * @throws SQLException when the database does not give one within 1.5 seconds, or the settings are wrong
     */
    @Override
    public Connection getConnection() throws SQLException {
        return target().getConnection();
    }

    /**
     * Sets the application's context path, which is part of the H2 file's name. Called before anything else.
     *
     * @param path the application's context path; empty for the root application
     */
    public static void beginAt(String path) {
        synchronized (LOCK) {
            contextPath = path;
        }
    }

    /** A description of the database for people. */
    String name() {
        synchronized (LOCK) {
            return settings().name();
        }
    }

    /** The most connections at one time. */
    int connections() {
        synchronized (LOCK) {
            return settings().connections();
        }
    }

    /** Closes the connections of all instances. The next call makes a new pool. */
    static void closeAll() {
        DataSource closed;
        var isOwn = false;
        synchronized (LOCK) {
            closed = shared;
            isOwn = settings != null && settings.jndi() == null;
            shared = null;
            settings = null;
        }
        if (closed != null && isOwn) {
            ConnectionPool.close(closed);
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
            read = DatabaseSettings.of(ConfigProvider.getConfig(HeraldDataSource.class.getClassLoader()), contextPath);
            settings = read;
        }
        return read;
    }

    private static DataSource open(DatabaseSettings settings) throws SQLException {
        if (settings.jndi() != null) {
            return lookUp(settings.jndi());
        }
        settings.abandoned()
                .ifPresent(file -> LOG.log(
                        INFO,
                        settings.name() + " is a new database; there is also " + file
                                + ", of the root application or of an earlier version. If this application is to go on with that one,"
                                + " see \"Where the data is\" in docs/operating.md"));
        try {
            return ConnectionPool.open(settings);
        } catch (NoClassDefFoundError e) {
            // Without the cause, which would stand in the log instead of this sentence.
            throw new SQLException(
                    "the connection pool is missing: add com.zaxxer:HikariCP to the application, or name a data"
                            + " source of the server's by herald.datasource.jndi");
        }
    }

    @SuppressWarnings("BanJNDI") // the name is the operator's, never a client's
    private static DataSource lookUp(String name) throws SQLException {
        try {
            return InitialContext.doLookup(name);
        } catch (NamingException | ClassCastException e) {
            throw new SQLException("herald.datasource.jndi: there is no data source " + name, e);
        }
    }
}
