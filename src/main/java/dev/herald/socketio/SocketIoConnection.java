package dev.herald.socketio;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.PersonPrincipal;
import dev.herald.engine.CloseReason;
import dev.herald.engine.EngineListener;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.engine.EngineServer.Caller;
import dev.herald.engine.EngineSession;
import dev.herald.engine.Outgoing;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.Disconnect;
import dev.herald.socketio.SocketIoPacket.Event;
import dev.herald.socketio.SocketIoPacket.Refused;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection, and its clients: one in each namespace that it is connected to (Socket.IO protocol 5, "Connection to a
 * namespace"). What breaks the protocol closes it. Packets come one at a time; everything else may come from any thread.
 * Callers hold no lock.
 */
final class SocketIoConnection implements EngineListener {

    private static final System.Logger LOG = System.getLogger(SocketIoConnection.class.getName());

    private final EngineSession session;
    private final PersonPrincipal visitor;
    private final SocketIoServer server;
    private final SocketIoDecoder decoder;
    private final ConnectHandler connects;

    // Guarded by this object's monitor, under which nobody is called.
    private final Map<String, SocketIoClient> clients = new HashMap<>(4);
    /** How many of its clients wait to be let in. */
    private int entering;

    private long nowhereSince = System.nanoTime();
    private long incompleteSince;
    private boolean incomplete;
    private @Nullable CloseReason ended;
    /** Whether the application has ended it: then nobody comes back. */
    private boolean dismissed;

    SocketIoConnection(EngineSession session, PersonPrincipal visitor, Caller caller, SocketIoServer server) {
        this.session = session;
        this.visitor = visitor;
        this.server = server;
        this.decoder = new SocketIoDecoder(server.settings().maxAttachmentBytes());
        this.connects = new ConnectHandler(this, visitor, caller, server);
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
            LOG.log(DEBUG, () -> "the connection of " + visitor.getName() + " is closed: " + e.getMessage());
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
            connects.receive(connect, null);
            return;
        }
        if (packet instanceof Refused refused && refused.packet() instanceof Connect connect) {
            connects.receive(connect, refused.why());
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

    /** The client has broken the protocol. */
    void violated(String what) {
        LOG.log(DEBUG, () -> "the connection of " + visitor.getName() + " is closed: " + what);
        session.close(CloseReason.FORCED_CLOSE);
    }

    /** A client is being admitted. */
    synchronized void add(SocketIoClient client) {
        clients.put(client.connection().namespace(), client);
    }

    /** A client is not admitted after all; false when the connection has ended, or does not know it any more. */
    synchronized boolean take(SocketIoClient client) {
        return clients.remove(client.connection().namespace(), client) && ended == null;
    }

    /** Ends a client that was admitted after the connection had ended. */
    void endIfOver(SocketIoClient client) {
        CloseReason over;
        synchronized (this) {
            over = ended;
        }
        if (over != null) {
            remove(client);
            client.end(over.words(), isRecoverable(over));
        }
    }

    /** A client waits to be let in. The connect timeout does not run meanwhile, because the client is not to blame. */
    synchronized void beginWaiting() {
        entering++;
    }

    /** A client no longer waits. */
    synchronized void endWaiting() {
        entering--;
        nowhereSince = System.nanoTime();
    }

    /** The client is gone; its connection stays, and may connect to the namespace again. */
    void remove(SocketIoClient client) {
        boolean isNowhere;
        boolean isKnown;
        synchronized (this) {
            isKnown = clients.remove(client.connection().namespace(), client);
            isNowhere = clients.isEmpty();
            if (isNowhere) {
                nowhereSince = System.nanoTime();
            }
        }
        if (isKnown) {
            connects.forget(client.connection().namespace());
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
        synchronized (this) {
            dismissed = true;
        }
        clients().forEach(SocketIoClient::dismiss);
        connects.namespaces().forEach(namespace -> send(ClientQueue.packets(new Disconnect(namespace))));
        session.flush();
        session.close(CloseReason.FORCED_CLOSE);
    }

    boolean isProven() {
        return visitor.isProven();
    }

    PersonPrincipal visitor() {
        return visitor;
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

    synchronized boolean isEnded() {
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

    /** A client that broke the protocol, or that the application disconnected, cannot recover. */
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
                    && entering == 0
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
