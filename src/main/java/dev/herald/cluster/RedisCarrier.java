package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * {@code PUBLISH} and {@code SUBSCRIBE} of Redis or Valkey. Nothing is stored there. Only single connections of the client library are
 * used, in the older form of the protocol: that needs none of its other libraries.
 *
 * <p>No other class uses the client library.
 */
final class RedisCarrier implements Carrier {

    private static final System.Logger LOG = System.getLogger(RedisCarrier.class.getName());

    /** As long as what clients may send by JSON, and far below what Redis can. */
    static final int MAX_BYTES = 64 * 1024;

    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(3);

    /** How long the server may be silent: a bus tells itself something more often. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final URI address;
    private final JedisClientConfig configuration;

    /**
     * Not connected yet.
     *
     * @param address {@code redis://user:password@host:port}, or {@code rediss://} for TLS
     * @throws IllegalArgumentException when it is no such address
     */
    RedisCarrier(URI address) {
        if (!JedisURIHelper.isValid(address)
                || !(JedisURIHelper.isRedisScheme(address) || JedisURIHelper.isRedisSSLScheme(address))) {
            throw new IllegalArgumentException(
                    "the address of Redis or Valkey is redis://host:port or rediss://host:port");
        }
        this.address = address;
        this.configuration = DefaultJedisClientConfig.builder()
                .resp2()
                .connectionTimeoutMillis((int) CONNECT_PATIENCE.toMillis())
                .socketTimeoutMillis((int) PATIENCE.toMillis())
                .user(JedisURIHelper.getUser(address))
                .password(JedisURIHelper.getPassword(address))
                .sslOptions(JedisURIHelper.isRedisSSLScheme(address) ? SslOptions.defaults() : null)
                .clientName("herald-bus")
                .build();
    }

    @Override
    public String name() {
        return "Redis at " + address.getHost() + ":" + address.getPort();
    }

    @Override
    public int maxBytes() {
        return MAX_BYTES;
    }

    @Override
    public Ear openEar() throws IOException {
        return new Subscribing(open());
    }

    @Override
    public Mouth openMouth() throws IOException {
        return new Publishing(open());
    }

    private Connection open() throws IOException {
        try {
            return new Connection(JedisURIHelper.getHostAndPort(address), configuration);
        } catch (JedisException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void end(Connection connection) {
        try {
            connection.forceDisconnect();
        } catch (IOException | JedisException e) {
            LOG.log(DEBUG, "the connection was gone already", e);
        }
    }

    /** A connection that subscribes gets nothing but arrays: what kind it is, the channel, and the message or how many channels there are. */
    private static final class Subscribing implements Ear {

        private final Connection connection;
        /** What came while a command's answer was waited for. */
        private final List<Said> early = new ArrayList<>();

        Subscribing(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void listen(Collection<String> more, Collection<String> noMore) throws IOException {
            ask(Command.SUBSCRIBE, more);
            ask(Command.UNSUBSCRIBE, noMore);
        }

        private void ask(Command command, Collection<String> channels) throws IOException {
            if (channels.isEmpty()) {
                return;
            }
            try {
                connection.sendCommand(command, channels.toArray(String[]::new));
                for (var answers = 0; answers < channels.size(); ) {
                    var came = early.size();
                    read(early);
                    answers += early.size() == came ? 1 : 0;
                }
            } catch (JedisException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public List<Said> await() throws IOException {
            var said = List.copyOf(early);
            early.clear();
            if (!said.isEmpty()) {
                return said;
            }
            var next = new ArrayList<Said>(1);
            try {
                read(next);
            } catch (JedisException e) {
                throw new IOException(e.getMessage(), e);
            }
            return next;
        }

        /** Adds what comes next, if somebody has said it. */
        private void read(List<Said> to) throws IOException {
            if (!(connection.getOne() instanceof List<?> parts) || parts.size() < 3) {
                throw new IOException("the server answers something else than messages");
            }
            if (text(parts.get(0)).equals("message")) {
                to.add(new Said(text(parts.get(1)), text(parts.get(2))));
            }
        }

        private static String text(Object part) throws IOException {
            if (part instanceof byte[] bytes) {
                return new String(bytes, UTF_8);
            }
            throw new IOException("the server answers something else than messages");
        }

        @Override
        public void close() {
            end(connection);
        }
    }

    private record Publishing(Connection connection) implements Mouth {

        @Override
        public void say(List<Said> things) throws IOException {
            try {
                for (var thing : things) {
                    connection.sendCommand(Command.PUBLISH, thing.channel(), thing.text());
                }
                for (var answer : connection.getMany(things.size())) {
                    if (answer instanceof JedisException refusal) {
                        throw refusal;
                    }
                }
            } catch (JedisException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            end(connection);
        }
    }
}
