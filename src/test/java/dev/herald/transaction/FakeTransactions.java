package dev.herald.transaction;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** A container's transactions, one at a time for each thread, as its transaction manager ends them. */
public final class FakeTransactions implements TransactionSynchronizationRegistry {

    private static final class Transaction {

        final Map<Object, Object> resources = new HashMap<>();
        final List<Synchronization> synchronizations = new ArrayList<>();
        int status = Status.STATUS_ACTIVE;
        Connection connection;
        boolean isCompleting;
    }

    /** The connections of this database belong to the transaction of the thread, if it is in one. */
    DataSource enlisted(DataSource database) {
        return (DataSource) Proxy.newProxyInstance(
                FakeTransactions.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> !givesConnections(current.get())
                        ? method.invoke(database, arguments)
                        : unclosed(connection(current.get(), database)));
    }

    private boolean givesConnections(Transaction transaction) {
        return transaction != null && (givesConnectionsWhileCompleting || !transaction.isCompleting);
    }

    private static Connection connection(Transaction transaction, DataSource database) throws SQLException {
        if (transaction.connection == null) {
            transaction.connection = database.getConnection();
            transaction.connection.setAutoCommit(false);
        }
        return transaction.connection;
    }

    /** Who closes it gives it back to the transaction. */
    private static Connection unclosed(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                FakeTransactions.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    @SuppressWarnings("ThreadLocalUsage") // one object for each test
    private final ThreadLocal<Transaction> current = new ThreadLocal<>();

    /** On Payara it is not so: a data source gives connections that commit by themselves then. */
    volatile boolean givesConnectionsWhileCompleting = true;

    /** Is called between the last work of each transaction and its commit. */
    volatile Runnable beforeCommit = () -> {};

    /** Begins one for the calling thread. */
    public void begin() {
        current.set(new Transaction());
    }

    /** Ends it; an exception before its completion rolls it back, and is thrown afterwards. */
    public void commit() {
        var transaction = current.get();
        RuntimeException failure = null;
        transaction.isCompleting = true;
        // Some may come meanwhile.
        for (var n = 0; n < transaction.synchronizations.size(); n++) {
            try {
                transaction.synchronizations.get(n).beforeCompletion();
            } catch (RuntimeException e) {
                failure = e;
                transaction.status = Status.STATUS_MARKED_ROLLBACK;
            }
        }
        beforeCommit.run();
        if (transaction.status == Status.STATUS_ACTIVE) {
            end(Status.STATUS_COMMITTED);
        } else {
            end(Status.STATUS_ROLLEDBACK);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Ends it without its work. */
    public void rollBack() {
        end(Status.STATUS_ROLLEDBACK);
    }

    /** As a reaper does on a thread of its own: the thread of the transaction does not know. */
    void giveUp() {
        current.get().synchronizations.forEach(one -> one.afterCompletion(Status.STATUS_ROLLEDBACK));
    }

    private void end(int status) {
        var transaction = current.get();
        transaction.status = status;
        endWork(transaction.connection, status == Status.STATUS_COMMITTED);
        transaction.synchronizations.forEach(one -> one.afterCompletion(status));
        current.remove();
    }

    private static void endWork(Connection connection, boolean commits) {
        if (connection == null) {
            return;
        }
        try (connection) {
            if (commits) {
                connection.commit();
            } else {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Object getTransactionKey() {
        return current.get();
    }

    @Override
    public void putResource(Object key, Object value) {
        active().resources.put(key, value);
    }

    @Override
    public Object getResource(Object key) {
        return active().resources.get(key);
    }

    @Override
    public void registerInterposedSynchronization(Synchronization synchronization) {
        active().synchronizations.add(synchronization);
    }

    private Transaction active() {
        var transaction = current.get();
        if (transaction == null) {
            throw new IllegalStateException("no transaction is active");
        }
        return transaction;
    }

    @Override
    public int getTransactionStatus() {
        return current.get() == null ? Status.STATUS_NO_TRANSACTION : current.get().status;
    }

    @Override
    public void setRollbackOnly() {
        active().status = Status.STATUS_MARKED_ROLLBACK;
    }

    @Override
    public boolean getRollbackOnly() {
        return active().status == Status.STATUS_MARKED_ROLLBACK;
    }
}
