package dev.herald.engine;

import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/** A client that polls, for tests of what Engine.IO carries. Its methods are for one thread; {@link #cut} and the server are not. */
public final class PollingClient {

    private static final String SEPARATOR = "\u001e";

    private final EngineSession session;
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private volatile boolean waiting;
    private volatile Runnable whenAnswered = () -> {};

    private PollingClient(EngineSession session) {
        this.session = session;
    }

    /** A new session, whose handshake is over. */
    public static PollingClient open(EngineServer server, Principal principal, boolean isProven) {
        return open(server, principal, isProven, EngineServer.Caller.UNKNOWN);
    }

    /** A new session of a client that says what program it is. */
    public static PollingClient open(
            EngineServer server, Principal principal, boolean isProven, EngineServer.Caller caller) {
        var client = new PollingClient(
                server.open(EngineSettings.POLLING, principal, isProven, caller).orElseThrow());
        client.poll();
        client.heard.clear();
        return client;
    }

    /** Sends packets, all in one POST. */
    public void post(String... packets) {
        if (session.beginPost()) {
            session.receivePayload(String.join(SEPARATOR, packets));
            session.endPost();
        }
    }

    /** Waits for packets from now on; what comes can be {@linkplain #hear heard}. */
    public void poll() {
        if (!waiting) {
            waiting = true;
            session.poll(new Listening());
        }
    }

    /** All packets that have come by now, and whatever still waits for this client. It polls from now on. */
    public List<String> hear() {
        var all = new ArrayList<String>();
        do {
            drainTo(all);
            poll();
        } while (!heard.isEmpty());
        return all;
    }

    /** All packets that have come by now. */
    public List<String> heardSoFar() {
        var all = new ArrayList<String>();
        drainTo(all);
        return all;
    }

    private void drainTo(List<String> all) {
        for (var next = heard.poll(); next != null; next = heard.poll()) {
            all.add(next);
        }
    }

    /** What happens on the thread that answers a poll. */
    public void whenAnswered(Runnable task) {
        whenAnswered = task;
    }

    /** Whether the server has ended the session. */
    public boolean isClosed() {
        return !session.isListening();
    }

    /** The connection breaks, and the server notices. */
    public void cut() {
        session.pollLost();
    }

    /** What the server has of it. */
    public EngineSession session() {
        return session;
    }

    private final class Listening implements Poll {

        private final String mark = UUID.randomUUID().toString();

        @Override
        public String mark() {
            return mark;
        }

        @Override
        public boolean hasWaited() {
            return true;
        }

        @Override
        public void answer(List<Outgoing> packets) {
            var payload = packets.stream().map(Outgoing::payload).collect(Collectors.joining(SEPARATOR));
            heard.addAll(Arrays.asList(payload.split(SEPARATOR, -1)));
            waiting = false;
            whenAnswered.run();
        }

        @Override
        public void release() {
            heard.add("6");
            waiting = false;
        }

        @Override
        public void refuse(EngineError error) {
            // The session is over: there is nothing more to hear.
        }

        @Override
        public void refuse() {
            // The session is over: there is nothing more to hear.
        }
    }
}
