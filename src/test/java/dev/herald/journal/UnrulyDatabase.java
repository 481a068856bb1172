package dev.herald.journal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** A database that counts, waits or fails, as a test wants. */
final class UnrulyDatabase {

    private static final Pattern SCANNED = Pattern.compile("scanCount: ([0-9]+)");

    /** What to do before something. */
    interface Before {
        void run() throws SQLException;
    }

    final AtomicInteger commits = new AtomicInteger();
    final AtomicInteger messageReads = new AtomicInteger();
    /** How many messages all queries have looked at, as H2 tells; counted when wanted. */
    final AtomicLong messagesLookedAt = new AtomicLong();

    volatile boolean countsMessagesLookedAt;

    volatile Before beforeConnection = () -> {};
    volatile Before beforeCommit = () -> {};
    /** How many messages each of the statements has removed that removed some. */
    final List<Integer> removals = new CopyOnWriteArrayList<>();

    volatile Before beforeRemoval = () -> {};
    /** After a client's state was given to another life of a server. */
    volatile Before afterTaking = () -> {};

    volatile boolean gone;

    private final DataSource database;

    UnrulyDatabase(DataSource database) {
        this.database = database;
    }

    DataSource dataSource() {
        return proxy(DataSource.class, (method, arguments) -> {
            requireThere();
            beforeConnection.run();
            var result = call(method, database, arguments);
            return result instanceof Connection connection ? connection(connection) : result;
        });
    }

    private Connection connection(Connection connection) {
        return proxy(Connection.class, (method, arguments) -> {
            if (!method.getName().equals("close")) {
                requireThere();
            }
            if (method.getName().equals("commit")) {
                beforeCommit.run();
                commits.incrementAndGet();
            }
            if (method.getName().equals("prepareStatement")
                    && ((String) arguments[0]).contains("FROM message m WHERE m.channel")) {
                messageReads.incrementAndGet();
            }
            var result = call(method, connection, arguments);
            return result instanceof PreparedStatement statement
                    ? statement(statement, (String) arguments[0], connection)
                    : result;
        });
    }

    private PreparedStatement statement(PreparedStatement statement, String sql, Connection connection) {
        var removes = sql.startsWith("DELETE FROM message");
        var values = new HashMap<Integer, Object>();
        return proxy(PreparedStatement.class, (method, arguments) -> {
            var executes = method.getName().startsWith("execute");
            if (executes) {
                requireThere();
            }
            if (method.getName().startsWith("set") && arguments.length == 2) {
                values.put((Integer) arguments[0], arguments[1]);
            }
            if (countsMessagesLookedAt
                    && method.getName().equals("executeQuery")
                    && (sql.contains(" FROM message") || sql.contains(" JOIN message"))) {
                messagesLookedAt.addAndGet(scanned(connection, sql, values));
            }
            if (executes && removes) {
                beforeRemoval.run();
                var removed = (Integer) call(method, statement, arguments);
                removals.add(removed);
                return removed;
            }
            var result = call(method, statement, arguments);
            if (executes && sql.startsWith("UPDATE client_state SET node")) {
                afterTaking.run();
            }
            return result;
        });
    }

    private static long scanned(Connection connection, String query, Map<Integer, Object> values) throws SQLException {
        try (var explain = connection.prepareStatement("EXPLAIN ANALYZE " + query)) {
            for (var value : values.entrySet()) {
                explain.setObject(value.getKey(), value.getValue());
            }
            try (var rows = explain.executeQuery()) {
                rows.next();
                return SCANNED.matcher(rows.getString(1))
                        .results()
                        .mapToLong(found -> Long.parseLong(found.group(1)))
                        .sum();
            }
        }
    }

    private void requireThere() throws SQLException {
        if (gone) {
            throw new SQLException("the database is gone", "08006");
        }
    }

    private interface Call {
        Object to(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.to(method, arguments)));
    }

    private static Object call(Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
