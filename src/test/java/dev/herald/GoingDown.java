package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.Bystander;
import dev.herald.it.RawWebSocket;
import dev.herald.it.ServerLog;
import dev.herald.it.ServerProcess;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Herald under load goes down in order: clients are told, what was acknowledged is kept, and the log tells of no mistake. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
abstract class GoingDown {

    private static final System.Logger LOG = System.getLogger(GoingDown.class.getName());

    private static final String CHANNEL = "going-down";
    private static final int EACH = 4;
    private static final int ACKNOWLEDGED_BEFORE = 300;
    private static final int GOING_AWAY = 1001;
    private static final int SLOW_READER = 4008;
    private static final int NO_CLOSE_FRAME = 1006;
    private static final Pattern FEED_ANSWER =
            Pattern.compile("^(?=.*\"event\":\"(?:ack|error)\").*\"id\":\"([0-9]+)\"");
    private static final Pattern FEED_ACK = Pattern.compile("\"event\":\"ack\"");
    private static final Pattern SOCKETIO_ANSWER = Pattern.compile("^43([0-9]+)\\[");
    private static final Pattern SOCKETIO_ACK = Pattern.compile("\"offset\"");
    private static final Pattern EPOCH = Pattern.compile("\"epoch\":\"([^\"]+)\"");
    private static final Pattern HEAD = Pattern.compile("\"head\":([0-9]+)");
    private static final Pattern OFFSET = Pattern.compile("\"offset\":([0-9]+)");
    private static final Pattern DATA = Pattern.compile("\"data\":\"([^\"]+)\"");

    private final Path log = Path.of(System.getProperty("herald.war"))
            .resolveSibling("server/" + getClass().getSimpleName() + ".log");
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private ServerProcess server;

    /** Starts a server; its log goes to the file. */
    abstract ServerProcess start(File log, String... settings) throws IOException;

    /** Lets Herald go down; returns when it has gone, or goes. */
    abstract void goDown(ServerProcess server) throws IOException;

    /** Lets Herald come back; returns when it is ready. */
    abstract void comeBack(ServerProcess server) throws IOException;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        server = start(log.toFile(), "herald.board=false", "herald.recovery.max-messages=1000000");
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        server.close();
    }

    /** How a connection ended: the last text, and the code of the close frame, 1006 if there was none. */
    private record End(String lastText, int code) {}

    /** A client that hears all that comes until its connection ends. */
    private static class Ear {

        final RawWebSocket socket;

        Ear(RawWebSocket socket) {
            this.socket = socket;
        }

        End hearToTheEnd() throws IOException {
            var last = "";
            try {
                while (true) {
                    last = socket.hear();
                    heard(last);
                }
            } catch (EOFException | SocketException e) {
                ended();
                return new End(last, socket.closeCode());
            }
        }

        void ended() {
            // Subscribers have nothing to stop.
        }

        void heard(String text) {
            // Subscribers only listen.
        }
    }

    /** A client that publishes as fast as it gets answers, some messages ahead of them. */
    private static final class Load extends Ear {

        private static final int AHEAD = 8;

        private final IntFunction<String> message;
        private final Pattern answer;
        private final Pattern ack;
        private final String prefix;
        private final Semaphore ahead = new Semaphore(AHEAD);
        private volatile boolean over;
        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

        /**
         * Publishes by this connection.
         *
         * @param answer whether a text answers a message; its group is the message's number
         * @param ack whether such an answer says that the message is in the log
         */
        Load(RawWebSocket socket, String prefix, IntFunction<String> message, Pattern answer, Pattern ack) {
            super(socket);
            this.prefix = prefix;
            this.message = message;
            this.answer = answer;
            this.ack = ack;
        }

        @Override
        void heard(String text) {
            var found = answer.matcher(text);
            if (found.find()) {
                if (ack.matcher(text).find()) {
                    acknowledged.add(prefix + found.group(1));
                }
                ahead.release();
            }
        }

        @Override
        void ended() {
            over = true;
            ahead.release();
        }

        Void publish() throws InterruptedException {
            try {
                for (var n = 1; ahead.tryAcquire(20, TimeUnit.SECONDS) && !over; n++) {
                    socket.say(message.apply(n));
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "the server has closed the connection", e);
            }
            return null;
        }
    }

    private RawWebSocket feed() throws IOException {
        return new RawWebSocket(server.port(), "/feed");
    }

    private Load feedPublisher(int number) throws IOException {
        var prefix = "f" + number + "-";
        return new Load(
                feed(),
                prefix,
                n -> "{\"event\":\"number\",\"channel\":\"" + CHANNEL + "\",\"data\":\"" + prefix + n + "\",\"id\":\""
                        + n + "\"}",
                FEED_ANSWER,
                FEED_ACK);
    }

    private Load socketIoPublisher(int number) throws IOException {
        var prefix = "s" + number + "-";
        return new Load(
                Bystander.connect(server.port()),
                prefix,
                n -> "42" + n + "[\"number\",\"" + prefix + n + "\",{\"channel\":\"" + CHANNEL + "\"}]",
                SOCKETIO_ANSWER,
                SOCKETIO_ACK);
    }

    private Ear feedSubscriber() throws IOException {
        var socket = feed();
        socket.say("{\"event\":\"join\",\"channel\":\"" + CHANNEL + "\"}");
        socket.readTo("\"channel\":\"" + CHANNEL + "\"");
        return new Ear(socket);
    }

    private Ear socketIoSubscriber() throws IOException {
        var socket = Bystander.connect(server.port());
        socket.say("420[\"join\",\"" + CHANNEL + "\"]");
        socket.readTo("430[");
        return new Ear(socket);
    }

    private List<Future<End>> listen(List<? extends Ear> ears) {
        return ears.stream().map(ear -> threads.submit(ear::hearToTheEnd)).toList();
    }

    private static List<End> ends(List<Future<End>> ears) throws Exception {
        var ends = new ArrayList<End>();
        for (var ear : ears) {
            ends.add(ear.get(20, TimeUnit.SECONDS));
        }
        return ends;
    }

    @Test
    void tellsEveryClientAndKeepsWhatItHasAcknowledged() throws Exception {
        var feedEars = new ArrayList<Ear>();
        var socketIoEars = new ArrayList<Ear>();
        var publishers = new ArrayList<Load>();
        for (var n = 0; n < EACH; n++) {
            feedEars.add(feedSubscriber());
            socketIoEars.add(socketIoSubscriber());
            publishers.add(feedPublisher(n));
            publishers.add(socketIoPublisher(n));
        }
        var feedEnds = listen(feedEars);
        var socketIoEnds = listen(socketIoEars);
        // What a publisher still sends makes TCP cut its connection, maybe before it has read the close frame.
        var unused = listen(publishers);
        var work = publishers.stream().map(one -> threads.submit(one::publish)).toList();
        await("load")
                .atMost(Duration.ofSeconds(60))
                .until(() -> publishers.stream().allMatch(one -> one.acknowledged.size() > ACKNOWLEDGED_BEFORE));

        goDown(server);

        for (var one : work) {
            one.get(30, TimeUnit.SECONDS);
        }
        assertThat(ends(feedEnds)).extracting(End::code).isSubsetOf(GOING_AWAY, SLOW_READER);
        assertThat(ends(socketIoEnds)).extracting(End::code).doesNotContain(NO_CLOSE_FRAME);
        var acknowledged =
                publishers.stream().flatMap(one -> one.acknowledged.stream()).toList();

        comeBack(server);
        assertThat(inTheLog()).doesNotHaveDuplicates().containsAll(acknowledged);
        assertThat(ServerLog.mistakes(log)).filteredOn(this::isOurs).isEmpty();
    }

    /** Whether a line of the log that tells of a mistake is not about the server itself. */
    boolean isOurs(String line) {
        return true;
    }

    private List<String> inTheLog() throws IOException {
        try (var reader = feed()) {
            var join = "{\"event\":\"join\",\"channel\":\"" + CHANNEL + "\"";
            reader.say(join + "}");
            var joined = hearJoined(reader);
            var head = Long.parseLong(group(HEAD, joined));
            reader.say(join + ",\"since\":{\"epoch\":\"" + group(EPOCH, joined) + "\",\"offset\":0}}");
            assertThat(hearJoined(reader)).contains("\"recovered\":true");
            var texts = new ArrayList<String>();
            for (var offset = 0L; offset < head; ) {
                var message = reader.hear();
                if (message.contains("\"event\":\"number\"")) {
                    offset = Long.parseLong(group(OFFSET, message));
                    texts.add(group(DATA, message));
                }
            }
            return texts;
        }
    }

    private static String hearJoined(RawWebSocket reader) throws IOException {
        var text = reader.hear();
        while (!text.contains("\"joined\"") || !text.contains(CHANNEL)) {
            text = reader.hear();
        }
        return text;
    }

    private static String group(Pattern pattern, String text) {
        var found = pattern.matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found.group(1);
    }
}
