package dev.herald.admin;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ConnectionAttempt;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.random.RandomIds;
import dev.herald.request.Admission;
import jakarta.json.JsonString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Lets the Admin UI into its namespace, by name and password or by the session that an earlier login got. All other namespaces are the
 * application's. Passwords are checked one at a time on the executor's threads, because a hash takes long. Any
 * thread may call, holding no lock, as the application's gate is called.
 */
public final class AdminGate implements Admission {

    /** Under what the connection's session is kept, from which the UI is told. */
    static final String SESSION = "herald-admin-session";

    private static final System.Logger LOG = System.getLogger(AdminGate.class.getName());

    /** How many may wait for their password to be checked. */
    private static final int MAX_WAITING = 16;

    /** How many wrong passwords an address may give in a {@link #PERIOD}. */
    static final int MAX_WRONG = 10;

    private static final Duration PERIOD = Duration.ofMinutes(1);

    /** How many addresses are remembered; the one that came first is forgotten. */
    private static final int MAX_ADDRESSES = 10_000;

    /** How many sessions are remembered; the oldest is forgotten. */
    private static final int MAX_SESSIONS = 100;

    private static final Duration SESSION_AGE = Duration.ofDays(1);
    private static final int SESSION_BYTES = 18;

    private final LimitedLog log = new LimitedLog(LOG);
    private final AdminSettings settings;
    private final Admission application;
    private final LongSupplier nanoTime;
    private final OrderedDispatcher<String, Runnable> checks;

    // Both guarded by themselves.
    private final Map<String, Wrong> wrong = bounded(MAX_ADDRESSES);
    private final Map<String, Long> sessions = bounded(MAX_SESSIONS);

    /** Wrong passwords of one address. */
    private record Wrong(long since, int count) {}

    /**
     * The gate before the application's.
     *
     * @param executor lends one thread at a time
     */
    public AdminGate(AdminSettings settings, Admission application, Executor executor, LongSupplier nanoTime) {
        this.settings = settings;
        this.application = application;
        this.nanoTime = nanoTime;
        this.checks = new OrderedDispatcher<>(executor, 1, MAX_WAITING, (key, check) -> check.run());
    }

    @SuppressWarnings("serial") // never serialised
    private static <V> Map<String, V> bounded(int size) {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > size;
            }
        };
    }

    @Override
    public void examine(ConnectionAttempt attempt, Runnable then) {
        if (!attempt.namespace().equals(settings.namespace())) {
            application.examine(attempt, then);
        } else if (hasSession(given(attempt, "sessionId"))) {
            then.run();
        } else if (isTried(address(attempt))) {
            refuse(attempt, "too many wrong passwords", "too many attempts; try again in a minute");
            then.run();
        } else if (checks.isFull()) {
            refuse(attempt, "too many wait for their password to be checked", "the server is busy; try again");
            then.run();
        } else {
            checks.add("", () -> {
                check(attempt);
                then.run();
            });
        }
    }

    private void check(ConnectionAttempt attempt) {
        var isUser = MessageDigest.isEqual(
                given(attempt, "username").getBytes(StandardCharsets.UTF_8),
                settings.username().getBytes(StandardCharsets.UTF_8));
        // Checked in any case: the time tells nobody whether the name was right.
        var isPassword = settings.password().is(given(attempt, "password"));
        if (isUser && isPassword) {
            var session = RandomIds.ofBytes(SESSION_BYTES);
            synchronized (sessions) {
                sessions.put(session, nanoTime.getAsLong());
            }
            attempt.put(SESSION, session);
            LOG.log(INFO, "the Admin UI is opened by " + settings.username() + " from " + address(attempt));
        } else {
            count(address(attempt));
            refuse(attempt, "the name or the password is wrong", "invalid credentials");
        }
    }

    private void refuse(ConnectionAttempt attempt, String why, String sentence) {
        log.log(WARNING, "the Admin UI is refused to " + address(attempt) + ": " + why);
        attempt.refuse(sentence);
    }

    private static String address(ConnectionAttempt attempt) {
        return attempt.handshake().remoteAddress();
    }

    /** Empty when it is not given, or no text. */
    private static String given(ConnectionAttempt attempt, String name) {
        return attempt.auth().get(name) instanceof JsonString text ? text.getString() : "";
    }

    private boolean hasSession(String id) {
        synchronized (sessions) {
            var since = sessions.get(id);
            return since != null && nanoTime.getAsLong() - since < SESSION_AGE.toNanos();
        }
    }

    private boolean isTried(String address) {
        synchronized (wrong) {
            var tried = wrong.get(address);
            return tried != null && tried.count() >= MAX_WRONG && !isOver(tried);
        }
    }

    private boolean isOver(Wrong tried) {
        return nanoTime.getAsLong() - tried.since() > PERIOD.toNanos();
    }

    private void count(String address) {
        synchronized (wrong) {
            var tried = wrong.get(address);
            wrong.put(
                    address,
                    tried == null || isOver(tried)
                            ? new Wrong(nanoTime.getAsLong(), 1)
                            : new Wrong(tried.since(), tried.count() + 1));
        }
    }
}
