package dev.herald.it;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.News;
import dev.herald.api.On;
import dev.herald.api.PrivateMessage;
import dev.herald.api.Published;
import dev.herald.api.Received;
import jakarta.annotation.Priority;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import jakarta.transaction.UserTransaction;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.naming.InitialContext;
import javax.sql.DataSource;

/** An application inside the server, as a developer would write it, with a servlet by which a test sees what its beans see. */
public final class Spy {

    private Spy() {}

    /** Writes down every event in the order in which it is observed. */
    @ApplicationScoped
    public static class Notebook {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        void on(@Observes HeraldEvent event) {
            if (event instanceof Connected e) {
                lines.add("connected " + e.connection().person().name());
            } else if (event instanceof Disconnected e) {
                lines.add("disconnected " + e.connection().person().name() + " " + e.reason());
            } else if (event instanceof Joined e) {
                lines.add("joined " + e.connection().person().name() + " " + e.channel());
            } else if (event instanceof Left e) {
                lines.add("left " + e.connection().person().name() + " " + e.channel());
            } else if (event instanceof Received e) {
                lines.add("received " + e.connection().person().name() + " " + e.event() + " " + e.data());
            } else if (event instanceof Published e && e.message().from() != null) {
                lines.add("published " + e.message().event() + " " + e.message().data());
            }
        }

        void onData(@Observes @On("data") Received received) {
            lines.add("on-data " + received.data());
        }

        void onDataAsync(@ObservesAsync @On("data") Received received) {
            lines.add("on-data-async " + received.data());
        }

        void write(String line) {
            lines.add(line);
        }

        /** By a method: a field of the proxy would be the proxy's own. */
        String read() {
            return String.join("\n", lines);
        }
    }

    /** Throws, before any other observer is called. */
    @ApplicationScoped
    public static class Thrower {

        void on(@Observes @Priority(1) Received received) {
            throw new IllegalStateException("this observer always throws");
        }
    }

    /** Needs a request context, which a container's thread has not by itself. */
    @RequestScoped
    public static class Scoped {

        @Inject
        Notebook notebook;

        void on(@Observes @On("scoped") Received received) {
            notebook.write("request-scoped " + received.data());
        }

        /** Whether a bean of this request can be called. */
        public boolean isThere() {
            return true;
        }
    }

    /** Runs in a transaction of the container's. */
    @ApplicationScoped
    public static class Ledger {

        @Resource
        TransactionSynchronizationRegistry transactions;

        /** Whether there is a transaction. */
        @Transactional
        public boolean isInTransaction() {
            return transactions.getTransactionStatus() == Status.STATUS_ACTIVE;
        }
    }

    /** What an observer may rely on: names, transactions, the database, and a request context. */
    @ApplicationScoped
    public static class Clerk {

        @Inject
        Notebook notebook;

        @Inject
        Ledger ledger;

        @Inject
        Scoped scoped;

        @SuppressWarnings("BanJNDI") // the names are the specification's
        void on(@Observes @On("use-everything") Received received) throws Exception {
            UserTransaction transaction = InitialContext.doLookup("java:comp/UserTransaction");
            transaction.begin();
            var isActive = transaction.getStatus() == Status.STATUS_ACTIVE;
            transaction.rollback();
            DataSource database = InitialContext.doLookup("java:app/jdbc/herald");
            try (var connection = database.getConnection()) {
                notebook.write("everything " + received.data() + " " + isActive + " " + ledger.isInTransaction() + " "
                        + connection.isValid(5) + " " + scoped.isThere());
            }
        }
    }

    /** Observers that are all in at the same time, or never end. */
    @ApplicationScoped
    public static class Crowd {

        /** How many observers the default settings call side by side. */
        public static final int SIZE = 64;

        private final CountDownLatch inside = new CountDownLatch(SIZE);

        @Inject
        Notebook notebook;

        void on(@Observes @On("crowd") Received received) throws InterruptedException {
            inside.countDown();
            if (inside.await(30, TimeUnit.SECONDS)) {
                notebook.write("all are in " + received.data());
            }
        }
    }

    /** Is busy with {@code slow} until the test lets it go. */
    @ApplicationScoped
    public static class Slowpoke {

        private final CountDownLatch leave = new CountDownLatch(1);

        void on(@Observes @On("slow") Received received) throws InterruptedException {
            leave.await(60, TimeUnit.SECONDS);
        }

        void letGo() {
            leave.countDown();
        }
    }

    /** {@code GET} shows the notebook; {@code POST} does what the parameter {@code do} says. */
    @WebServlet("/spy")
    @SuppressWarnings("serial") // never serialised
    public static class Window extends HttpServlet {

        @Inject
        transient Notebook notebook;

        @Inject
        transient Slowpoke slowpoke;

        @Inject
        transient Event<News> news;

        @Inject
        transient Event<PrivateMessage> messages;

        @Inject
        transient Herald herald;

        @Inject
        transient UserTransaction transaction;

        @Resource(lookup = "java:app/jdbc/herald")
        transient DataSource database;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("text/plain;charset=UTF-8");
            response.getWriter().print(notebook.read());
        }

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            var text = request.getParameter("text");
            try {
                perform(request.getParameter("do"), request.getParameter("to"), text);
            } catch (CompletionException | IllegalArgumentException e) {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST, e.getMessage());
            }
        }

        private void perform(String what, String to, String text) {
            switch (what) {
                case "fire-news" -> news.fire(News.of(text));
                case "fire-news-async" ->
                    news.fireAsync(News.of(text)).toCompletableFuture().join();
                case "fire-private" -> messages.fire(PrivateMessage.of(to, text));
                case "commit" -> inTransaction(text, true);
                case "roll-back" -> inTransaction(text, false);
                case "publish" ->
                    herald.publish(new ChannelName(to), "placed", Json.createValue(text))
                            .toCompletableFuture()
                            .join();
                case "publish-and-wait-for-another" ->
                    herald.publish(new ChannelName(to), "placed", Json.createValue(1))
                            .thenCompose(first -> {
                                herald.publish(new ChannelName(to), "placed", Json.createValue(2))
                                        .toCompletableFuture()
                                        .join();
                                return herald.in("/").to(to).emit("placed", Json.createValue(3));
                            })
                            .thenAccept(third -> herald.publish(new ChannelName(to), "placed", Json.createValue(4))
                                    .toCompletableFuture()
                                    .join())
                            .thenRun(() -> notebook.write("all is in " + to));
                case "send" -> herald.connections().forEach(c -> herald.send(c.id(), "hello", Json.createValue(text)));
                case "count-in-database" -> countInDatabase(to);
                case "let-go" -> slowpoke.letGo();
                default -> throw new IllegalArgumentException(what);
            }
        }

        /** In Herald's own database, by the name that applications have for it. */
        private void countInDatabase(String channel) {
            try (var connection = database.getConnection();
                    var select = connection.prepareStatement("SELECT COUNT(*) FROM message WHERE channel = ?")) {
                select.setString(1, channel);
                try (var rows = select.executeQuery()) {
                    rows.next();
                    notebook.write(channel + " has " + rows.getInt(1));
                }
            } catch (SQLException e) {
                throw new IllegalStateException("Herald's database cannot be used", e);
            }
        }

        private void inTransaction(String text, boolean commit) {
            try {
                transaction.begin();
                news.fire(News.of(text));
                if (commit) {
                    transaction.commit();
                } else {
                    transaction.rollback();
                }
            } catch (Exception e) {
                throw new IllegalStateException("the container's transactions do not work", e);
            }
        }
    }
}
