package dev.herald.admin;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ConnectionAttempt;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.random.RandomIds;
import dev.herald.request.Admission;
import dev.herald.request.Guesses;
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

    /** How many sessions are remembered; the oldest is forgotten. */
    private static final int MAX_SESSIONS = 100;

    private static final String WRONG = "the name or the password is wrong";
    private static final Duration SESSION_AGE = Duration.ofDays(1);
    private static final int SESSION_BYTES = 18;

    private final LimitedLog log = new LimitedLog(LOG);
    private final AdminSettings settings;
    private final Admission application;
    private final Guesses guesses;
    private final LongSupplier nanoTime;
    private final OrderedDispatcher<String, Runnable> checks;

    // Guarded by itself.
    @SuppressWarnings("serial") // never serialised
    private final Map<String, Long> sessions = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_SESSIONS;
        }
    };

    /**
     * The gate before the application's.
     *
     * @param guesses for these passwords alone
     * @param executor lends one thread at a time
     */
    public AdminGate(
            AdminSettings settings, Admission application, Guesses guesses, Executor executor, LongSupplier nanoTime) {
        this.settings = settings;
        this.application = application;
        this.guesses = guesses;
        this.nanoTime = nanoTime;
        this.checks = new OrderedDispatcher<>(executor, 1, MAX_WAITING, (key, check) -> check.run());
    }

    @Override
    public void examine(ConnectionAttempt attempt, Runnable then) {
        if (!attempt.namespace().equals(settings.namespace())) {
            application.examine(attempt, then);
        } else if (hasSession(given(attempt, "sessionId"))) {
            then.run();
        } else if (given(attempt, "password").isEmpty()) {
            // That of a session that is over, for example: nothing is guessed.
            refuse(attempt, WRONG, "invalid credentials");
            then.run();
        } else {
            ask(attempt, then);
        }
    }

    private void ask(ConnectionAttempt attempt, Runnable then) {
        // Whoever is named: there is one name only.
        var wait = guesses.begin(address(attempt), settings.username());
        if (wait.isPresent()) {
            attempt.refuse("too many attempts; try again in "
                    + wait.get().plusMillis(999).toSeconds() + " s");
            then.run();
        } else if (checks.isFull()) {
            guesses.unchecked(address(attempt), settings.username());
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
            guesses.right(address(attempt), settings.username());
            LOG.log(INFO, "the Admin UI is opened by " + settings.username() + " from " + address(attempt));
        } else {
            refuse(attempt, WRONG, "invalid credentials");
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
}
