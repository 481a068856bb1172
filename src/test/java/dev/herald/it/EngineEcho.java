package dev.herald.it;

import dev.herald.engine.CloseReason;
import dev.herald.engine.EngineListener;
import dev.herald.engine.EnginePacket;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineServlet;
import dev.herald.engine.EngineSession;
import dev.herald.engine.EngineSettings;
import dev.herald.engine.Outgoing;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An Engine.IO server that sends back what it hears; a few words it obeys instead. */
@WebServlet(urlPatterns = "/engine.io/*", asyncSupported = true)
@SuppressWarnings("serial") // never serialised
public class EngineEcho extends EngineServlet {

    @Resource
    transient ManagedScheduledExecutorService timer;

    @Resource
    transient ManagedExecutorService executor;

    private transient EngineServer server;

    private final transient Set<Integer> open = ConcurrentHashMap.newKeySet();

    @Override
    public void init() {
        var defaults = EngineSettings.DEFAULT;
        server = new EngineServer(
                defaults.toBuilder()
                        .pingInterval(Duration.ofMillis(500))
                        .pingTimeout(Duration.ofSeconds(10))
                        .queuedBytes(4L * defaults.maxPayload())
                        .build(),
                (session, principal) -> new Echo(session),
                timer,
                executor);
    }

    @Override
    public void destroy() {
        server.close();
    }

    @Override
    protected EngineServer server() {
        return server;
    }

    @Override
    protected boolean isAllowed(HttpServletRequest request) {
        return !"evil".equals(request.getHeader("X-Test"));
    }

    private final class Echo implements EngineListener {

        private final EngineSession session;
        private final int number = System.identityHashCode(this);
        /** What did not fit into the session's queue. */
        private final Queue<Outgoing> waiting = new ConcurrentLinkedQueue<>();

        Echo(EngineSession session) {
            this.session = session;
            open.add(number);
        }

        @Override
        public void onText(String text) {
            if (text.equals("close")) {
                say("closing");
                session.close(CloseReason.FORCED_CLOSE);
            } else if (text.equals("who")) {
                say(Integer.toString(number));
            } else if (text.startsWith("gone? ")) {
                say(open.contains(Integer.valueOf(text.substring("gone? ".length()))) ? "no" : "yes");
            } else if (text.startsWith("flood ")) {
                var count = Integer.parseInt(text.substring("flood ".length()));
                for (var n = 0; n < count; n++) {
                    say("f" + n);
                }
            } else {
                say(text);
            }
        }

        @Override
        public void onBinary(EnginePacket.Bytes data) {
            send(Outgoing.of(new EnginePacket.Binary(data)));
        }

        private void say(String text) {
            send(Outgoing.of(new EnginePacket.Message(text)));
        }

        private void send(Outgoing packets) {
            waiting.add(packets);
            onDrained();
        }

        @Override
        public void onDrained() {
            synchronized (waiting) {
                while (!waiting.isEmpty() && session.offer(waiting.peek())) {
                    waiting.remove();
                }
            }
            session.flush();
        }

        @Override
        public void onClose(CloseReason reason) {
            open.remove(number);
        }
    }
}
