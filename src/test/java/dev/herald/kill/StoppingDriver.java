package dev.herald.kill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * H2, the commits of which stand still when it is told to, before or after they happen, so that the server can be killed right
 * there. It works in the server and takes its orders from the test by files. Its URLs begin with {@value #PREFIX}, and go on as
 * those of H2 do after {@code jdbc:}.
 */
public final class StoppingDriver implements Driver {

    /** What its URLs begin with. */
    static final String PREFIX = "jdbc:stopping:";

    /** The system property with the directory for its orders. */
    static final String ORDERS = "kill.orders";

    /** The file that tells the next commit of messages to stand still before it happens. */
    static final String BEFORE = "before-commit";

    /** The file that tells it to stand still afterwards. */
    static final String AFTER = "after-commit";

    /** The file that is there when it does. */
    static final String REACHED = "reached";

    private final Driver h2 = new org.h2.Driver();

    /** For JDBC. */
    public StoppingDriver() {}

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public @Nullable Connection connect(String url, Properties properties) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        var connection = h2.connect("jdbc:" + url.substring(PREFIX.length()), properties);
        var orders = Path.of(System.getProperty(ORDERS));
        return (Connection) Proxy.newProxyInstance(
                StoppingDriver.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new Stopping(connection, orders)::call);
    }

    /** One connection, of one thread at a time. */
    private static final class Stopping {

        private final Connection connection;
        private final Path orders;
        private boolean hasMessages;

        Stopping(Connection connection, Path orders) {
            this.connection = connection;
            this.orders = orders;
        }

        @Nullable
        Object call(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            switch (method.getName()) {
                case "prepareStatement" ->
                    hasMessages |= arguments[0].toString().startsWith("INSERT INTO message ");
                case "rollback" -> hasMessages = false;
                case "commit" -> {
                    return commit(method);
                }
                default -> {
                    // Nothing of interest.
                }
            }
            return invoke(method, arguments);
        }

        private @Nullable Object commit(Method method) throws Throwable {
            if (hasMessages) {
                standStillIf(BEFORE);
            }
            var result = invoke(method, null);
            if (hasMessages) {
                standStillIf(AFTER);
            }
            hasMessages = false;
            return result;
        }

        private @Nullable Object invoke(Method method, Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private void standStillIf(String order) throws InterruptedException {
            if (!Files.exists(orders.resolve(order))) {
                return;
            }
            try {
                Files.createFile(orders.resolve(REACHED));
            } catch (FileAlreadyExistsException e) {
                // Another connection stands still already.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            new CountDownLatch(1).await();
        }
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return h2.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return h2.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return h2.jdbcCompliant();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(StoppingDriver.class.getName());
    }
}
