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
 * Herald's database, as configured by {@code herald.datasource.*} and {@code herald.data.dir}: the data source that servers bind to
 * {@code java:app/jdbc/herald}. All instances of an application share one small pool, or hand on to the data source that the
 * operator has named. Any thread may call it.
 *
 * <p>A connection is given, or refused, in finite time; a broken one is never given twice.
 */
public final class HeraldDataSource extends ConnectionSource {

    private static final System.Logger LOG = System.getLogger(HeraldDataSource.class.getName());

    private static final Object LOCK = new Object();

    // Guarded by "LOCK".
    private static @Nullable DataSource shared;
    private static @Nullable DatabaseSettings settings;
    private static @Nullable String contextPath;

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

    /**
     * Says where the application is, before anything else is asked: the H2 file is named for it.
     *
     * @param path the application's context path; empty for the root application
     */
    public static void beginAt(String path) {
        synchronized (LOCK) {
            contextPath = path;
        }
    }

    /** The database for people. */
    String name() {
        synchronized (LOCK) {
            return settings().name();
        }
    }

    /** How many connections there may be at once. */
    int connections() {
        synchronized (LOCK) {
            return settings().connections();
        }
    }

    /** Closes the connections, of all instances; the next one wanted is of a new pool. */
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
        return ConnectionPool.open(settings);
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
