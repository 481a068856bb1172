package dev.herald.web;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.TRACE;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.herald.api.Login;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.lang.reflect.InvocationTargetException;
import java.security.Principal;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP sessions in which signed-in users have opened connections, so that these end with them. There are at most as many
 * as the container has sessions. Any thread may call, holding no lock, as the container is asked.
 */
@ApplicationScoped
public class LoginSessions {

    private static final System.Logger LOG = System.getLogger(LoginSessions.class.getName());

    @Inject
    Callers callers;

    private final Map<String, Signed> sessions = new ConcurrentHashMap<>();
    private final AtomicBoolean isLooking = new AtomicBoolean();

    /** Who is signed in in a session; until it is over. */
    private static final class Signed implements BooleanSupplier {

        private final String user;
        private final HttpSession session;
        private volatile boolean isOver;
        private volatile long lastUse = System.nanoTime();

        Signed(String user, HttpSession session) {
            this.user = user;
            this.session = session;
        }

        void use() {
            lastUse = System.nanoTime();
        }

        /** Whether the container has ended it, or would if none of its WebSockets were open. */
        boolean isGone() {
            try {
                var seconds = session.getMaxInactiveInterval();
                return seconds > 0 && System.nanoTime() - lastUse > SECONDS.toNanos(seconds);
            } catch (IllegalStateException e) {
                LOG.log(TRACE, "an HTTP session is over", e);
                return true;
            }
        }

        @Override
        public boolean getAsBoolean() {
            return isOver;
        }

        void end() {
            isOver = true;
        }
    }

    /** By what the container knows the user of a request, and how long. */
    Login login(HttpServletRequest request, Principal user) {
        var login = callers.withCaller(Login.until(expiry(user), Login.LASTING.attributes()));
        var session = request.getSession(false);
        if (session == null) {
            return login;
        }
        var id = session.getId();
        var signed = sessions.compute(
                id,
                (same, there) -> there != null && there.user.equals(user.getName())
                        ? there
                        : replaced(there, new Signed(user.getName(), session)));
        if (request.getSession(false) == null) {
            // It ended at the same time.
            ended(id);
        }
        return login.endedBy(signed);
    }

    /** Another user of the same session: the first one has signed out. */
    private static Signed replaced(@Nullable Signed before, Signed now) {
        if (before != null) {
            before.end();
        }
        return now;
    }

    /** Nobody is signed in in the session of this request. */
    void nobody(HttpServletRequest request) {
        if (!sessions.isEmpty()) {
            var session = request.getSession(false);
            if (session != null) {
                ended(session.getId());
            }
        }
    }

    /** A request uses its session, if it has one. Called by its thread, before all else. */
    void used(HttpServletRequest request) {
        var session = sessions.isEmpty() ? null : request.getSession(false);
        var signed = session == null ? null : sessions.get(session.getId());
        if (signed != null) {
            signed.use();
        }
    }

    /**
     * Ends the logins of sessions that were not used for too long. Payara itself keeps a session for as long as one of its WebSockets
     * is open.
     * Called again and again by the timer's thread, which it does not hold up.
     *
     * @param executor lends a thread, as the container is asked
     */
    public void look(Executor executor) {
        if (sessions.isEmpty() || !isLooking.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(this::lookNow);
        } catch (RejectedExecutionException e) {
            LOG.log(DEBUG, "no thread is free to look for sessions that are over", e);
            isLooking.set(false);
        }
    }

    private void lookNow() {
        try {
            sessions.forEach((id, signed) -> {
                if (signed.isGone()) {
                    ended(id);
                }
            });
        } catch (RuntimeException e) {
            LOG.log(WARNING, "sessions that are over could not be looked for", e);
        } finally {
            isLooking.set(false);
        }
    }

    /** The container has ended a session. */
    public void ended(String id) {
        var signed = sessions.remove(id);
        if (signed != null) {
            signed.end();
        }
    }

    /** The container has given a session another id. */
    public void renamed(String before, String now) {
        var signed = sessions.remove(before);
        if (signed != null) {
            sessions.put(now, signed);
        }
    }

    /**
     * When a token ends that the container has checked: MicroProfile JWT's principals say so, by {@code getExpirationTime()} in seconds.
     * Their interface is looked for by its method, as not every server has it.
     */
    private static @Nullable Instant expiry(Principal user) {
        for (var type = (Class<?>) user.getClass(); type != null; type = type.getSuperclass()) {
            for (var known : type.getInterfaces()) {
                try {
                    var seconds = known.getMethod("getExpirationTime").invoke(user);
                    return seconds instanceof Long time && time > 0 ? Instant.ofEpochSecond(time) : null;
                } catch (NoSuchMethodException e) {
                    LOG.log(TRACE, "a principal is no token", e); // as most are
                } catch (IllegalAccessException | InvocationTargetException e) {
                    LOG.log(DEBUG, "the container does not say when a token ends", e);
                }
            }
        }
        return null;
    }
}
