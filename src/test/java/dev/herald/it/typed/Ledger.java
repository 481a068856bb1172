package dev.herald.it.typed;

import dev.herald.api.EventException;
import dev.herald.api.News;
import dev.herald.api.OnEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import java.util.concurrent.atomic.AtomicInteger;

/** Handlers in transactions, and in beans of each scope. */
public final class Ledger {

    private static final AtomicInteger DESTROYED = new AtomicInteger();

    private Ledger() {}

    /** Commits and rolls back. */
    @RequestScoped
    public static class Books {

        @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
        TransactionSynchronizationRegistry transactions;

        @Inject
        Event<News> news;

        @OnEvent("commit")
        @Transactional
        boolean commit(String text) {
            news.fire(News.of(text));
            return transactions.getTransactionStatus() == Status.STATUS_ACTIVE;
        }

        @OnEvent("roll-back")
        @Transactional
        void rollBack(String text) {
            news.fire(News.of(text));
            throw new EventException("changed-my-mind", "nothing is booked");
        }
    }

    /** Made for each call. */
    @Dependent
    public static class Clerk {

        private int calls;

        @OnEvent("clerk")
        int call() {
            return ++calls;
        }

        @PreDestroy
        void leave() {
            DESTROYED.incrementAndGet();
        }
    }

    /** What it has is inherited, but for what it replaces. */
    public abstract static class Accountant<T> {

        @OnEvent("inherited")
        String inherited() {
            return "inherited by " + name();
        }

        @OnEvent("replaced")
        String replaced() {
            return "the old one";
        }

        abstract T convert(T value);

        abstract String name();
    }

    /** The bean that inherits. */
    @ApplicationScoped
    public static class Auditor extends Accountant<String> {

        @Override
        @OnEvent("replaced")
        String replaced() {
            return "the new one";
        }

        @Override
        @OnEvent("converted")
        String convert(String value) {
            return value + "…";
        }

        @Override
        String name() {
            return "the auditor";
        }

        @OnEvent("destroyed")
        int destroyed() {
            return DESTROYED.get();
        }
    }
}
