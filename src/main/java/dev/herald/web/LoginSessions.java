package dev.herald.web;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.TRACE;

import dev.herald.api.Login;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.InvocationTargetException;
import java.security.Principal;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

    /** Who is signed in in a session; until it is over. */
    private static final class Signed implements BooleanSupplier {

        private final String user;
        private volatile boolean isOver;

        Signed(String user) {
            this.user = user;
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
                (same, there) ->
                        there != null && there.user.equals(user.getName()) ? there : replaced(there, user.getName()));
        if (request.getSession(false) == null) {
            // It ended at the same time.
            ended(id);
        }
        return login.endedBy(signed);
    }

    /** Another user of the same session: the first one has signed out. */
    private static Signed replaced(@Nullable Signed before, String user) {
        if (before != null) {
            before.end();
        }
        return new Signed(user);
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
