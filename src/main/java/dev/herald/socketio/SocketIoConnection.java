package dev.herald.socketio;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.RefusedException;
import dev.herald.engine.CloseReason;
import dev.herald.engine.EngineListener;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.engine.EngineServer.Caller;
import dev.herald.engine.EngineSession;
import dev.herald.engine.Outgoing;
import dev.herald.hub.DeviceName;
import dev.herald.hub.GapException;
import dev.herald.hub.LimitException;
import dev.herald.hub.Member;
import dev.herald.request.ErrorCode;
import dev.herald.socketio.Recoveries.Outcome;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.ConnectError;
import dev.herald.socketio.SocketIoPacket.Disconnect;
import dev.herald.socketio.SocketIoPacket.Event;
import dev.herald.socketio.SocketIoPacket.Refused;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection, and its clients: one in each namespace that it is connected to (Socket.IO protocol 5, "Connection to a
 * namespace"). What breaks the protocol closes it. Packets come one at a time; everything else may come from any thread.
 */
final class SocketIoConnection implements EngineListener {

    private static final System.Logger LOG = System.getLogger(SocketIoConnection.class.getName());
    private static final JsonProvider JSON = JsonProvider.provider();

    private final EngineSession session;
    private final Person person;
    private final boolean isProven;
    private final Caller caller;
    private final SocketIoServer server;
    private final SocketIoDecoder decoder;

    // Guarded by this object's monitor, under which nobody is called.
    private final Map<String, SocketIoClient> clients = new HashMap<>(4);
    private final Set<String> examined = new HashSet<>(4);
    private int invalidNamespaces;
    private long nowhereSince = System.nanoTime();
    private long incompleteSince;
    private boolean incomplete;
    private @Nullable CloseReason ended;
    /** Whether the application has ended it: then nobody comes back. */
    private boolean dismissed;

    SocketIoConnection(EngineSession session, PersonPrincipal visitor, Caller caller, SocketIoServer server) {
        this.session = session;
        this.person = visitor.person();
        this.isProven = visitor.isProven();
        this.caller = caller;
        this.server = server;
        this.decoder = new SocketIoDecoder(server.settings().maxAttachmentBytes());
    }

    @Override
    public void onText(String text) {
        decode(() -> decoder.text(text));
    }

    @Override
    public void onBinary(Bytes data) {
        decode(() -> decoder.binary(data));
    }

    private interface Decoding {
        Optional<SocketIoPacket> decode();
    }

    private void decode(Decoding decoding) {
        Optional<SocketIoPacket> packet;
        try {
            packet = decoding.decode();
        } catch (MalformedSocketIoException e) {
            LOG.log(DEBUG, () -> "the connection of " + person.id() + " is closed: " + e.getMessage());
            session.close(CloseReason.PARSE_ERROR);
            return;
        }
        noteIncomplete(decoder.isIncomplete());
        packet.ifPresent(this::receive);
    }

    private void noteIncomplete(boolean isIncomplete) {
        boolean begins;
        synchronized (this) {
            begins = isIncomplete && !incomplete;
            incomplete = isIncomplete;
            if (begins) {
                incompleteSince = System.nanoTime();
            }
        }
        if (begins) {
            server.watch(this);
        }
    }

    private void receive(SocketIoPacket packet) {
        if (packet instanceof Connect connect) {
            connect(connect, null);
            return;
        }
        if (packet instanceof Refused refused && refused.packet() instanceof Connect connect) {
            connect(connect, refused.why());
            return;
        }
        SocketIoClient client;
        synchronized (this) {
            client = clients.get(packet.namespace());
        }
        if (client == null || !client.isConnected()) {
            violated("it is not in the namespace that it speaks to");
        } else if (packet instanceof Event event) {
            client.receive(event);
        } else if (packet instanceof Ack ack) {
            client.receive(ack);
        } else if (packet instanceof Refused refused) {
            client.refuse(refused);
        } else if (packet instanceof Disconnect) {
            remove(client);
            client.end("client namespace disconnect", false);
        }
    }

    private void violated(String what) {
        LOG.log(DEBUG, () -> "the connection of " + person.id() + " is closed: " + what);
        session.close(CloseReason.FORCED_CLOSE);
    }

    /** @param malformed why what it carries is not taken; {@code null} if it is */
    private void connect(Connect connect, @Nullable String malformed) {
        var namespace = connect.namespace();
        var isKnown = server.settings().hasNamespace(namespace);
        boolean isTwice;
        boolean isTooMuch;
        synchronized (this) {
            isTwice = clients.containsKey(namespace) || (isKnown && !examined.add(namespace));
            isTooMuch = !isKnown && ++invalidNamespaces > server.settings().maxInvalidNamespaces();
        }
        if (isTwice || isTooMuch) {
            violated(isTwice ? "it connects to a namespace twice" : "it asks for too many namespaces that are none");
        } else if (isKnown && malformed != null) {
            refuse(namespace, malformed(malformed));
        } else if (isKnown) {
            var attempt = new ConnectionAttempt(person, namespace, connect.auth());
            server.admission().examine(attempt, () -> decide(attempt, connect));
        } else {
            refuse(namespace, new ConnectionAttempt.Refusal("Invalid namespace", null));
        }
    }

    /** The attempt has been examined. */
    private void decide(ConnectionAttempt attempt, Connect connect) {
        var refusal = attempt.refusal();
        if (refusal.isPresent()) {
            LOG.log(
                    DEBUG,
                    () -> person.id() + " may not connect to " + attempt.namespace() + ": "
                            + refusal.get().message());
            refuse(attempt.namespace(), refusal.get());
            return;
        }
        try {
            var auth = (JsonObject) EventArguments.parse(connect.auth());
            var bareness = Bareness.of(auth, caller, server.settings().bare());
            if (!isEnded() && (bareness != Bareness.NONE || !recover(attempt.namespace(), auth))) {
                begin(attempt.namespace(), auth, bareness);
            }
        } catch (LimitException | RefusedException e) {
            LOG.log(WARNING, "connections are turned away: " + e.getMessage());
            if (e instanceof RefusedException refused && refused.reason() == RefusedException.Reason.LOG_UNAVAILABLE) {
                // A client that is refused gives up; one whose connection is closed comes back, and finds the log
                // again.
                session.close(CloseReason.FORCED_CLOSE);
                return;
            }
            refuse(attempt.namespace(), new ConnectionAttempt.Refusal(String.valueOf(e.getMessage()), null));
        } catch (RuntimeException e) {
            // By whichever thread: not left to others, who would not close it.
            LOG.log(ERROR, "the connection of " + person.id() + " is closed for a mistake of the server's own", e);
            session.close(CloseReason.FORCED_CLOSE);
        }
    }

    private static ConnectionAttempt.Refusal malformed(String why) {
        var data = JSON.createObjectBuilder()
                .add("code", ErrorCode.MALFORMED.code())
                .add("message", why)
                .build();
        return new ConnectionAttempt.Refusal("malformed: " + why, data);
    }

    private void refuse(String namespace, ConnectionAttempt.Refusal refusal) {
        synchronized (this) {
            examined.remove(namespace);
        }
        var json = JSON.createObjectBuilder().add("message", refusal.message());
        if (refusal.data() != null) {
            json.add("data", refusal.data());
        }
        send(SocketIoClient.packets(new ConnectError(namespace, json.build().toString())));
        session.flush();
    }

    private void begin(String namespace, JsonObject auth, Bareness bareness) {
        var recoveries = server.recoveries();
        var sid = SocketIoClient.newSid();
        var pid = server.settings().recovery() ? recoveries.newId() : null;
        var stale = text(auth, "offset");
        var client = new SocketIoClient(
                new Connection(sid, person, namespace),
                bareness == Bareness.NONE ? pid : null,
                bareness != Bareness.NONE,
                new Progress(stale.orElse(null)),
                device(namespace, auth),
                this,
                server);
        admit(client, () -> server.hub().connect(client));
        // By an id that is not kept, a client shows when it comes back that it is one that recovers.
        client.begin(auth, bareness == Bareness.GUESSED ? pid : null);
    }

    /** Goes on where the client was, if it asks for that and nothing is missing; false when it is to begin anew. */
    private boolean recover(String namespace, JsonObject auth) {
        var pid = text(auth, "pid");
        if (pid.isEmpty() || !server.settings().recovery()) {
            return false;
        }
        var recoveries = server.recoveries();
        var offset = text(auth, "offset").orElse(null);
        if (auth.containsKey("offset") && (offset == null || !Progress.isOffset(offset))) {
            return lost(Outcome.MALFORMED, "the offset is not one of Herald's");
        }
        var found = recoveries.claim(pid.get(), System.nanoTime());
        if (found.isEmpty()) {
            return lost(Outcome.UNKNOWN, null);
        }
        var state = found.get();
        if (!isOf(state) || !state.connection().namespace().equals(namespace)) {
            recoveries.forget(pid.get());
            return lost(Outcome.FOREIGN, null);
        }
        if (offset != null && !state.progress().isReadable(offset)) {
            recoveries.forget(pid.get());
            return lost(Outcome.GAP, "the client was in more channels than are known");
        }
        var client = new SocketIoClient(
                state.connection(), pid.get(), false, state.progress(), device(namespace, auth), this, server);
        try {
            admit(client, () -> server.hub().resume(client, state.progress().returnTo(offset, state.begins())));
        } catch (GapException e) {
            recoveries.forget(pid.get());
            return lost(Outcome.GAP, e.getMessage());
        } catch (RuntimeException e) {
            // It may have more luck when it tries again.
            recoveries.suspend(pid.get(), state).ifPresent(recoveries::unkeep);
            throw e;
        }
        client.goOn(() -> recoveries.count(Outcome.RECOVERED, person.id(), null), () -> beginInstead(client, auth));
        return true;
    }

    /** A client is back, but cannot be kept: it begins anew. */
    private void beginInstead(SocketIoClient client, JsonObject auth) {
        lost(Outcome.UNKNOWN, "it could not be kept");
        var namespace = client.connection().namespace();
        synchronized (this) {
            if (ended != null || !clients.remove(namespace, client)) {
                return;
            }
        }
        begin(namespace, auth, Bareness.NONE);
    }

    /** A guest who shows no cookie is somebody new with each connection: then the private id, which is a secret, says who it is. */
    private boolean isOf(Recoveries.Suspended state) {
        return state.connection().person().id().equals(person.id()) || (!isProven && !state.isProven());
    }

    private boolean lost(Outcome outcome, @Nullable String why) {
        server.recoveries().count(outcome, person.id(), why);
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

    /** Has the hub admit a client. It is known here before: as soon as the hub tells of it, a bean may end it. */
    private void admit(SocketIoClient client, Supplier<Member> hub) {
        var namespace = client.connection().namespace();
        synchronized (this) {
            clients.put(namespace, client);
        }
        try {
            client.become(hub.get());
        } catch (RuntimeException e) {
            synchronized (this) {
                clients.remove(namespace, client);
            }
            throw e;
        }
        CloseReason over;
        synchronized (this) {
            over = ended;
        }
        if (over != null) {
            remove(client);
            client.end(over.words(), isRecoverable(over));
        }
    }

    /** The client is gone; its connection stays, and may connect to the namespace again. */
    void remove(SocketIoClient client) {
        boolean isNowhere;
        synchronized (this) {
            var namespace = client.connection().namespace();
            if (clients.remove(namespace, client)) {
                examined.remove(namespace);
            }
            isNowhere = clients.isEmpty();
            if (isNowhere) {
                nowhereSince = System.nanoTime();
            }
        }
        if (isNowhere) {
            server.watch(this);
        }
    }

    /**
     * The application ends the connection. Each of the client's namespaces is told, also one that is still being examined: a client
     * library comes back if it does not hear from the server, in one namespace, that it is not wanted.
     */
    void endAll() {
        List<String> examinedOnly;
        synchronized (this) {
            dismissed = true;
            examinedOnly = examined.stream()
                    .filter(namespace -> !clients.containsKey(namespace))
                    .toList();
        }
        clients().forEach(SocketIoClient::dismiss);
        examinedOnly.forEach(namespace -> send(SocketIoClient.packets(new Disconnect(namespace))));
        session.flush();
        session.close(CloseReason.FORCED_CLOSE);
    }

    boolean isProven() {
        return isProven;
    }

    EngineSession session() {
        return session;
    }

    void send(Outgoing packets) {
        if (!session.offer(packets)) {
            session.close(CloseReason.SLOW_READER);
        }
    }

    private synchronized List<SocketIoClient> clients() {
        return List.copyOf(clients.values());
    }

    private synchronized boolean isEnded() {
        return ended != null;
    }

    @Override
    public void onDrained() {
        clients().forEach(SocketIoClient::resume);
    }

    @Override
    public void onClose(CloseReason reason) {
        List<SocketIoClient> left;
        synchronized (this) {
            ended = reason;
            left = List.copyOf(clients.values());
            clients.clear();
        }
        if (reason == CloseReason.SERVER_SHUTTING_DOWN) {
            server.recoveries().close();
        }
        left.forEach(client -> client.end(reason.words(), isRecoverable(reason)));
    }

    /** Who sends what is no packet, or was sent away, does not come back as the one it was. */
    private synchronized boolean isRecoverable(CloseReason reason) {
        return reason != CloseReason.PARSE_ERROR && !dismissed;
    }

    /** Looks at the clock; false when nothing is to be waited for. */
    boolean tick(long now) {
        boolean isLate;
        boolean isWaiting;
        synchronized (this) {
            if (ended != null) {
                return false;
            }
            var isHalf = incomplete
                    && now - incompleteSince
                            >= server.settings().attachmentTimeout().toNanos();
            var isNowhere = clients.isEmpty()
                    && now - nowhereSince >= server.settings().connectTimeout().toNanos();
            isLate = isHalf || isNowhere;
            isWaiting = incomplete || clients.isEmpty();
        }
        if (isLate) {
            violated("it did not say in time what it had to");
            return false;
        }
        var isOwed = clients().stream().map(client -> client.tick(now)).reduce(false, Boolean::logicalOr);
        return isWaiting || isOwed;
    }
}
