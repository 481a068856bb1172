package dev.herald.socketio;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.Attributes;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.ConnectionState;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.RefusedException;
import dev.herald.engine.CloseReason;
import dev.herald.engine.EngineServer.Caller;
import dev.herald.engine.EngineSession;
import dev.herald.hub.DeviceName;
import dev.herald.hub.GapException;
import dev.herald.hub.LimitException;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.Member;
import dev.herald.random.RandomIds;
import dev.herald.request.ErrorCode;
import dev.herald.request.Logins;
import dev.herald.socketio.Recoveries.Outcome;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.ConnectError;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the clients of one connection into namespaces (Socket.IO protocol 5, "Connection to a namespace"): has the application
 * examine who asks, lets it wait for its turn, and then goes on where it was, or begins anew. CONNECT packets come one at a time,
 * what follows by any thread; its monitor is held only to read and write its own fields.
 */
final class ConnectHandler {

    private static final System.Logger LOG = System.getLogger(ConnectHandler.class.getName());
    private static final JsonProvider JSON = JsonProvider.provider();
    private static final int SID_BYTES = 15;

    private final SocketIoConnection carrier;
    private final EngineSession session;
    private final PersonPrincipal visitor;
    private final Caller caller;
    private final SocketIoServer server;

    // Guarded by this object's monitor.
    /** Those that the client has asked for, and is in or waits for. */
    private final Set<String> namespaces = new HashSet<>(4);

    private int invalidNamespaces;

    ConnectHandler(SocketIoConnection carrier, PersonPrincipal visitor, Caller caller, SocketIoServer server) {
        this.carrier = carrier;
        this.session = carrier.session();
        this.visitor = visitor;
        this.caller = caller;
        this.server = server;
    }

    /**
     * Takes a CONNECT.
     *
     * @param malformed why what it carries is not taken; {@code null} if it is
     */
    void receive(Connect connect, @Nullable String malformed) {
        var namespace = connect.namespace();
        var isKnown = server.settings().hasNamespace(namespace);
        boolean isTwice;
        boolean isOneTooMany;
        boolean isTooMuch;
        synchronized (this) {
            isOneTooMany = isKnown && namespaces.size() >= SocketIoSettings.MAX_NAMESPACES;
            isTwice = isKnown && !isOneTooMany && !namespaces.add(namespace);
            isTooMuch = !isKnown && ++invalidNamespaces > server.settings().maxInvalidNamespaces();
        }
        if (isTwice || isTooMuch) {
            carrier.violated(
                    isTwice ? "it connects to a namespace twice" : "it asks for too many namespaces that are none");
        } else if (isOneTooMany) {
            var sentence = "this connection is in as many namespaces as it may: " + SocketIoSettings.MAX_NAMESPACES;
            refuse(namespace, new ConnectionAttempt.Refusal(sentence, null));
        } else if (isKnown && malformed != null) {
            refuse(namespace, malformed(malformed));
        } else if (isKnown && server.requests().logins().isOver(visitor)) {
            refuse(namespace, unauthorized(Logins.OVER));
        } else if (isKnown) {
            var handshake = visitor.handshake().withAuth(connect.auth());
            var attempt = new ConnectionAttempt(visitor.with(handshake), namespace);
            server.admission().examine(attempt, () -> decide(attempt));
        } else {
            refuse(namespace, new ConnectionAttempt.Refusal("Invalid namespace", null));
        }
    }

    /** The attempt has been examined. */
    private void decide(ConnectionAttempt attempt) {
        var refusal = attempt.refusal();
        if (refusal.isPresent()) {
            LOG.log(
                    DEBUG,
                    () -> attempt.person().id() + " may not connect to " + attempt.namespace() + ": "
                            + refusal.get().message());
            refuse(attempt.namespace(), refusal.get());
            return;
        }
        carrier.beginWaiting();
        if (!server.entrance().enter(carrier, () -> letIn(attempt))) {
            carrier.endWaiting();
            session.close(CloseReason.FORCED_CLOSE);
        }
    }

    /** It is this client's turn. */
    private void letIn(ConnectionAttempt attempt) {
        var namespace = attempt.namespace();
        try {
            var auth = attempt.auth();
            var bareness = Bareness.of(auth, caller, server.settings().bare());
            if (!carrier.isEnded() && (bareness != Bareness.NONE || !recover(attempt, auth))) {
                begin(attempt, auth, bareness);
            }
        } catch (LimitException e) {
            server.entrance().warn("connections are turned away: " + e.getMessage());
            refuse(namespace, new ConnectionAttempt.Refusal(String.valueOf(e.getMessage()), null));
        } catch (RefusedException | LogUnavailableException e) {
            // A client that is refused gives up; one whose connection is closed comes back, when it may be let in.
            server.entrance().warn("connections are closed, and their clients come back later: " + e.getMessage());
            session.close(CloseReason.FORCED_CLOSE);
        } catch (RuntimeException | Error e) {
            // Handled here, whichever thread it is: others would not close the connection.
            LOG.log(
                    ERROR,
                    "the connection of " + visitor.getName() + " is closed for a mistake of the server's own",
                    e);
            session.close(CloseReason.FORCED_CLOSE);
        } finally {
            carrier.endWaiting();
        }
    }

    private static ConnectionAttempt.Refusal malformed(String why) {
        var data = JSON.createObjectBuilder()
                .add("code", ErrorCode.MALFORMED.code())
                .add("message", why)
                .build();
        return new ConnectionAttempt.Refusal("malformed: " + why, data);
    }

    private static ConnectionAttempt.Refusal unauthorized(String sentence) {
        var data = JSON.createObjectBuilder()
                .add("code", ErrorCode.UNAUTHORIZED.code())
                .add("message", sentence)
                .build();
        return new ConnectionAttempt.Refusal(ErrorCode.UNAUTHORIZED.code(), data);
    }

    private void refuse(String namespace, ConnectionAttempt.Refusal refusal) {
        forget(namespace);
        var json = JSON.createObjectBuilder().add("message", refusal.message());
        if (refusal.data() != null) {
            json.add("data", refusal.data());
        }
        carrier.send(
                ClientQueue.packets(new ConnectError(namespace, json.build().toString())));
        session.flush();
    }

    private void begin(ConnectionAttempt attempt, JsonObject auth, Bareness bareness) {
        var namespace = attempt.namespace();
        var recoveries = server.recoveries();
        var sid = RandomIds.ofBytes(SID_BYTES);
        var pid = server.settings().recovery() ? recoveries.newId() : null;
        var stale = text(auth, "offset");
        var client = new SocketIoClient(
                connection(sid, attempt.person(), attempt, attempt.attributes()),
                bareness == Bareness.NONE ? pid : null,
                bareness != Bareness.NONE,
                new RecoveryOffsets(stale.orElse(null)),
                device(namespace, auth),
                carrier,
                server);
        admit(client, () -> server.hub().connect(client));
        // By an id that is not kept, a client shows when it comes back that it is one that recovers.
        new Arrival(client).begin(auth, bareness == Bareness.GUESSED ? pid : null);
    }

    /** Goes on where the client was, if it asks for that and nothing is missing; false when it is to begin anew. */
    private boolean recover(ConnectionAttempt attempt, JsonObject auth) {
        var namespace = attempt.namespace();
        var pid = text(auth, "pid");
        if (pid.isEmpty() || !server.settings().recovery()) {
            return false;
        }
        var recoveries = server.recoveries();
        var offset = text(auth, "offset").orElse(null);
        if (auth.containsKey("offset") && (offset == null || !RecoveryOffsets.isOffset(offset))) {
            return lost(attempt, Outcome.MALFORMED, "the offset is not one of Herald's");
        }
        var found = recoveries.claim(pid.get(), System.nanoTime());
        if (found.isEmpty()) {
            return lost(attempt, Outcome.UNKNOWN, null);
        }
        var state = found.get();
        if (!isOf(state, attempt) || !state.connection().namespace().equals(namespace)) {
            recoveries.forget(pid.get());
            return lost(attempt, Outcome.FOREIGN, null);
        }
        if (offset != null && !state.offsets().isReadable(offset)) {
            recoveries.forget(pid.get());
            return lost(attempt, Outcome.GAP, "the client was in more channels than are known");
        }
        return goOn(pid.get(), state, attempt, auth);
    }

    /** The client goes on where it was, unless a message is missing; false when it is to begin anew. */
    private boolean goOn(String pid, Recoveries.Suspended state, ConnectionAttempt attempt, JsonObject auth) {
        var recoveries = server.recoveries();
        var offset = text(auth, "offset").orElse(null);
        var client = new SocketIoClient(
                connection(state, attempt),
                pid,
                false,
                state.offsets(),
                device(attempt.namespace(), auth),
                carrier,
                server);
        try {
            admit(client, () -> server.hub().resume(client, state.offsets().returnTo(offset, state.begins())));
        } catch (GapException e) {
            recoveries.forget(pid);
            return lost(attempt, Outcome.GAP, e.getMessage());
        } catch (RuntimeException e) {
            // The client may succeed when it tries again.
            recoveries.suspend(pid, state).ifPresent(recoveries::unkeep);
            throw e;
        }
        new Arrival(client)
                .goOn(
                        () -> recoveries.count(
                                Outcome.RECOVERED, attempt.person().id(), null),
                        (outcome, why) -> beginInstead(client, attempt, auth, outcome, why));
        return true;
    }

    /** A client is back, but cannot be kept, or may not be where it was: it begins anew. */
    private void beginInstead(
            SocketIoClient client, ConnectionAttempt attempt, JsonObject auth, Outcome outcome, String why) {
        lost(attempt, outcome, why);
        if (carrier.take(client)) {
            begin(attempt, auth, Bareness.NONE);
        }
    }

    /** The connection that was, as it is from now on: what was kept with it stays, unless the attempt brings something newer. */
    private static Connection connection(Recoveries.Suspended state, ConnectionAttempt attempt) {
        var before = state.connection();
        Attributes attributes;
        try {
            attributes = before.state().attributes().with(attempt.attributes());
        } catch (IllegalArgumentException e) {
            LOG.log(DEBUG, "what was kept with a connection gives way to what is kept now: both are too much", e);
            attributes = attempt.attributes();
        }
        return connection(before.id(), before.person(), attempt, attributes);
    }

    /** Who has shown by a secret that it is back is the person that it was. */
    private static Connection connection(String id, Person person, ConnectionAttempt attempt, Attributes attributes) {
        var principal = attempt.principal().with(attempt.handshake().kept()).as(person);
        return new Connection(id, person, attempt.namespace(), new ConnectionState(principal, attributes));
    }

    /**
     * A guest without a cookie is a new person with each connection. Then the private id, which is a secret, tells who the
     * guest is.
     */
    private boolean isOf(Recoveries.Suspended state, ConnectionAttempt attempt) {
        return state.connection().person().id().equals(attempt.person().id())
                || (!attempt.principal().isProven() && !state.isProven());
    }

    private boolean lost(ConnectionAttempt attempt, Outcome outcome, @Nullable String why) {
        server.recoveries().count(outcome, attempt.person().id(), why);
        return false;
    }

    /** Which device the client says that it is, also when it comes back: its library says the same again. */
    private static Optional<DeviceName> device(String namespace, JsonObject auth) {
        return namespace.equals(SocketIoPacket.MAIN_NAMESPACE)
                ? text(auth, "device").flatMap(DeviceName::read)
                : Optional.empty();
    }

    private static Optional<String> text(JsonObject object, String name) {
        return object.get(name) instanceof JsonString text ? Optional.of(text.getString()) : Optional.empty();
    }

    /** Has the hub admit a client. The connection knows it before: as soon as the hub tells of it, a bean may end it. */
    private void admit(SocketIoClient client, Supplier<Member> hub) {
        carrier.add(client);
        try {
            client.become(hub.get());
        } catch (RuntimeException e) {
            carrier.take(client);
            throw e;
        }
        carrier.endIfOver(client);
    }

    /** The client is in the namespace no longer, and may ask for it again. */
    synchronized void forget(String namespace) {
        namespaces.remove(namespace);
    }

    /** The namespaces that the client has asked for, and is in or waits for. */
    synchronized Set<String> namespaces() {
        return Set.copyOf(namespaces);
    }
}
