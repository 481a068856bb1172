package dev.herald.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server in memory that can be cut, stopped, and made to do wrong. Any thread may call. */
final class FakeCarrier implements Carrier {

    private static final Said CUT = new Said("", "cut");

    private final List<FakeEar> ears = new CopyOnWriteArrayList<>();
    private final Set<Object> mouths = new HashSet<>();
    private boolean isAway;

    /** Whether what is said reaches nobody, as behind a pooler. */
    volatile boolean isMute;

    /** What contains this is refused. */
    volatile String poison = "\u0000";

    /** How often something was said, however much at once. */
    volatile int calls;

    @Override
    public String name() {
        return "a server in memory";
    }

    @Override
    public int maxBytes() {
        return 500;
    }

    synchronized void cut() {
        ears.forEach(ear -> ear.queue.add(CUT));
        ears.clear();
        mouths.clear();
    }

    synchronized void stop() {
        isAway = true;
        cut();
    }

    synchronized void restart() {
        isAway = false;
    }

    synchronized int connections() {
        return ears.size() + mouths.size();
    }

    private synchronized void checkPresence() throws IOException {
        if (isAway) {
            throw new IOException("nobody answers");
        }
    }

    @Override
    public synchronized Ear openEar() throws IOException {
        checkPresence();
        var ear = new FakeEar();
        ears.add(ear);
        return ear;
    }

    @Override
    public synchronized Mouth openMouth() throws IOException {
        checkPresence();
        var mouth = new FakeMouth();
        mouths.add(mouth);
        return mouth;
    }

    private final class FakeMouth implements Mouth {

        @Override
        public void say(List<Said> things) throws IOException {
            synchronized (FakeCarrier.this) {
                if (!mouths.contains(this)) {
                    throw new IOException("cut");
                }
                calls++;
                for (var said : things) {
                    if (said.text().getBytes(StandardCharsets.UTF_8).length > maxBytes()) {
                        throw new IOException("too long");
                    }
                    if (said.text().contains(poison)) {
                        throw new IOException("poison");
                    }
                    if (!isMute) {
                        ears.stream()
                                .filter(ear -> ear.channels.contains(said.channel()))
                                .forEach(ear -> ear.queue.add(said));
                    }
                }
            }
        }

        @Override
        public void close() {
            synchronized (FakeCarrier.this) {
                mouths.remove(this);
            }
        }
    }

    private final class FakeEar implements Ear {

        final BlockingQueue<Said> queue = new LinkedBlockingQueue<>();
        final Set<String> channels = new HashSet<>();

        @Override
        public void listen(Collection<String> more, Collection<String> noMore) {
            synchronized (FakeCarrier.this) {
                channels.addAll(more);
                channels.removeAll(noMore);
            }
        }

        @Override
        public List<Said> await() throws IOException {
            try {
                var all = new ArrayList<Said>();
                var first = queue.poll(20, TimeUnit.MILLISECONDS);
                if (first != null) {
                    all.add(first);
                    queue.drainTo(all);
                }
                if (all.contains(CUT)) {
                    throw new IOException("cut");
                }
                return all;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            ears.remove(this);
            queue.add(CUT);
        }
    }
}
