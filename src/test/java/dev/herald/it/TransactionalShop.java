package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.Herald;
import dev.herald.api.News;
import dev.herald.api.PushTo;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Objects;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** An application with a database of its own, whose messages are to be as true as its rows. */
public final class TransactionalShop {

    /** The path of its servlet. */
    public static final String PATH = "/orders";

    private TransactionalShop() {}

    /**
     * Its database, H2 or PostgreSQL, at the URL that the setting {@code shop.url} says, which names the user as well. The script that
     * {@code shop.script} names in the WAR is run before all else, as by an operator.
     */
    public static class Database implements DataSource {

        private static final AtomicBoolean IS_PREPARED = new AtomicBoolean();

        private final String address = ConfigProvider.getConfig().getValue("shop.url", String.class);
        private final Driver driver;
        private String description = "";

        /** Made by the server. */
        public Database() throws SQLException {
            driver = driver(address);
            var script = ConfigProvider.getConfig().getOptionalValue("shop.script", String.class);
            if (script.isPresent() && IS_PREPARED.compareAndSet(false, true)) {
                prepare(script.get());
            }
        }

        private void prepare(String script) throws SQLException {
            try (var in = Objects.requireNonNull(Database.class.getResourceAsStream(script));
                    var connection = getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(new String(in.readAllBytes(), UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Driver driver(String url) throws SQLException {
            for (var driver : ServiceLoader.load(Driver.class, Database.class.getClassLoader())) {
                if (driver.acceptsURL(url)) {
                    return driver;
                }
            }
            throw new SQLException("there is no driver for " + url);
        }

        /** Exists because some servers set at least one property. */
        public void setDescription(String description) {
            this.description = description;
        }

        /** The property that was set. */
        public String getDescription() {
            return description;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return driver.connect(address, new Properties());
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
        }

        @Override
        public @Nullable PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(PrintWriter out) {
            // Nothing is logged.
        }

        @Override
        public void setLoginTimeout(int seconds) {
            // The driver's own.
        }

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            return driver.getParentLogger();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("this is no " + type);
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }

    /** An order that was placed; to everyone who watches its region. */
    @PushTo(channel = "orders.{region}", event = "placed")
    public record OrderPlaced(String region, String id, int number) {}

    /** Places orders, each with the next number of its region: so numbers are in the order of the commits. */
    @ApplicationScoped
    public static class Orders {

        @Resource(lookup = "java:app/jdbc/shop")
        DataSource database;

        @Inject
        Event<OrderPlaced> placed;

        @Inject
        Event<News> news;

        @Inject
        Herald herald;

        @Resource
        ManagedExecutorService executor;

        @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
        TransactionSynchronizationRegistry transactions;

        @PostConstruct
        void createTables() {
            try (var connection = database.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE IF NOT EXISTS region (name VARCHAR(50) PRIMARY KEY, orders INTEGER)");
                statement.execute(
                        "CREATE TABLE IF NOT EXISTS placed (region VARCHAR(50), id VARCHAR(50), number INTEGER)");
            } catch (SQLException e) {
                throw new IllegalStateException("the shop has no tables", e);
            }
        }

        /** Makes sure that a region is there. */
        @Transactional
        public void open(String region) throws SQLException {
            try (var connection = database.getConnection()) {
                update(
                        connection,
                        "INSERT INTO region (name, orders) SELECT CAST(? AS VARCHAR(50)), 0"
                                + " WHERE NOT EXISTS (SELECT 1 FROM region WHERE name = ?)",
                        region,
                        region);
            }
        }

        /** Places an order in one transaction; the event is fired before the order has its row. */
        @Transactional
        public int place(String region, String id, boolean fails) throws SQLException {
            try (var connection = database.getConnection()) {
                update(connection, "UPDATE region SET orders = orders + 1 WHERE name = ?", region);
                var number = number(connection, "SELECT orders FROM region WHERE name = ?", region);
                placed.fire(new OrderPlaced(region, id, number));
                update(connection, "INSERT INTO placed VALUES (?, ?, " + number + ")", region, id);
                if (fails) {
                    throw new IllegalStateException("this order always fails");
                }
                return number;
            }
        }

        /** Likewise, but the transaction is rolled back as late as possible, when everything is written. */
        @Transactional
        public void placeAndGiveUp(String region, String id) throws SQLException {
            place(region, id, false);
            transactions.registerInterposedSynchronization(new Synchronization() {
                @Override
                public void beforeCompletion() {
                    transactions.setRollbackOnly();
                }

                @Override
                public void afterCompletion(int status) {
                    // Nothing to do.
                }
            });
        }

        /** Publishes in many ways, then something in no transaction, and then commits. */
        @Transactional
        public void publishAll(String region, String person) throws Exception {
            news.fire(News.of("in " + region));
            herald.channel("orders." + region).publish("noted", "in the transaction");
            herald.channel("orders." + region).publishVolatile("moved", 1);
            herald.person(person).tell("told");
            herald.in("/").to("orders." + region).emit("shouted");
            executor.submit(() -> herald.channel("orders." + region)
                            .publish("marked", "in none")
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS))
                    .get();
        }

        /** Everything that was placed in a region, a line for each order. */
        public String list(String region) throws SQLException {
            var lines = new StringBuilder();
            try (var connection = database.getConnection();
                    var select = connection.prepareStatement(
                            "SELECT id, number FROM placed WHERE region = ? ORDER BY number")) {
                select.setString(1, region);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        lines.append(rows.getInt(2))
                                .append(' ')
                                .append(rows.getString(1))
                                .append('\n');
                    }
                }
            }
            return lines.toString();
        }

        /** How many messages are not in the log yet. */
        public int waiting() throws SQLException {
            try (var connection = database.getConnection()) {
                return number(connection, "SELECT COUNT(*) FROM herald_outbox");
            }
        }

        private static void update(Connection connection, String sql, String... values) throws SQLException {
            try (var update = connection.prepareStatement(sql)) {
                for (var n = 0; n < values.length; n++) {
                    update.setString(n + 1, values[n]);
                }
                update.executeUpdate();
            }
        }

        private static int number(Connection connection, String sql, String... values) throws SQLException {
            try (var select = connection.prepareStatement(sql)) {
                for (var n = 0; n < values.length; n++) {
                    select.setString(n + 1, values[n]);
                }
                try (var rows = select.executeQuery()) {
                    rows.next();
                    return rows.getInt(1);
                }
            }
        }
    }

    /** {@code POST} does what the parameter {@code do} says, {@code GET} lists the orders of a region. */
    @WebServlet(PATH)
    @DataSourceDefinition(
            name = "java:app/jdbc/shop",
            className = "dev.herald.it.TransactionalShop$Database",
            minPoolSize = 0,
            initialPoolSize = 0,
            properties = "description=shop")
    @SuppressWarnings("serial") // never serialised
    public static class Counter extends HttpServlet {

        @Inject
        transient Orders orders;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                response.setContentType("text/plain;charset=UTF-8");
                response.getWriter()
                        .print(
                                request.getParameter("waiting") == null
                                        ? orders.list(request.getParameter("region"))
                                        : orders.waiting());
            } catch (SQLException e) {
                response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, e.getMessage());
            }
        }

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            request.setCharacterEncoding("UTF-8");
            var region = request.getParameter("region");
            var id = request.getParameter("id");
            try {
                switch (request.getParameter("do")) {
                    case "open" -> orders.open(region);
                    case "place" -> response.getWriter().print(orders.place(region, id, false));
                    case "fail" -> orders.place(region, id, true);
                    case "give-up" -> orders.placeAndGiveUp(region, id);
                    case "publish-all" -> orders.publishAll(region, id);
                    default -> throw new IllegalArgumentException(request.getParameter("do"));
                }
            } catch (Exception e) {
                response.setStatus(HttpServletResponse.SC_CONFLICT);
                response.getWriter().print(e);
            }
        }
    }
}
