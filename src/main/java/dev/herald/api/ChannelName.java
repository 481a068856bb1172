package dev.herald.api;

import java.io.ByteArrayOutputStream;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of a channel.
 *
 * <pre>{@code
 * ChannelName orders = new ChannelName("orders.north");
 * List<Envelope> latest = herald.latest(orders, 10);
 * List<Envelope> forAnn = herald.latest(ChannelName.ofUser("ann"), 10);
 * }</pre>
 *
 * @param value 1 to 128 of the characters {@code A-Z a-z 0-9 _ . : -}; case matters
 */
public record ChannelName(String value) {

    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 128;

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_.:-]{1," + MAX_LENGTH + "}");

    /** The channel that every connection is in. */
    public static final ChannelName NEWS = new ChannelName("news");

    private static final String USER_PREFIX = "user:";
    private static final String NAMESPACE_PREFIX = "ns:";
    private static final String DOCUMENT_PREFIX = "doc:";

    /** The longest name of a document, in characters. */
    public static final int MAX_DOCUMENT = MAX_LENGTH - 4;

    /** The namespaces of Socket.IO begin with a slash, which is escaped: so no room of theirs has such a name. */
    private static final String CONNECTION_PREFIX = NAMESPACE_PREFIX + "connection:";

    /** What {@link #escaped} makes of a name that is not too long. */
    private static final Pattern ESCAPED = Pattern.compile("(?:[A-Za-z0-9_-]|\\.[0-9a-f]{2})*");

    private static final HexFormat HEX = HexFormat.of();

    public ChannelName {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "a channel name is 1 to " + MAX_LENGTH + " of the characters A-Z a-z 0-9 _ . : -");
        }
    }

    /**
     * The private channel of one person: whatever is published here reaches all connections of that person and nobody
     * else's. Different people have different channels: each byte (UTF-8) of the id that is not {@code A-Z a-z 0-9 _ -}
     * is written as {@code .} and two hexadecimal digits; an id that is too long for that, as two dots and its SHA-256 in
     * base64url.
     *
     * @throws IllegalArgumentException when the id is empty or no well-formed Unicode
     */
    public static ChannelName ofUser(String personId) {
        if (personId.isEmpty()) {
            throw new IllegalArgumentException("a person's id is not empty");
        }
        return escaped(USER_PREFIX, personId);
    }

    /**
     * The channel that all connections in a namespace of Socket.IO are in: {@code news} for the main one. That of another
     * namespace is escaped as the person is in {@link #ofUser}.
     *
     * @throws IllegalArgumentException when the namespace is no well-formed Unicode
     */
    public static ChannelName ofNamespace(String namespace) {
        return namespace.equals(Connection.MAIN) ? NEWS : escaped(NAMESPACE_PREFIX, namespace);
    }

    /**
     * The channel of a room. The rooms of the main namespace are the channels of the same name, except that nobody gets into
     * another person's private one. Those of other namespaces cannot be named by clients.
     *
     * @throws IllegalArgumentException when there can be no such room
     */
    public static ChannelName ofRoom(String namespace, String room) {
        if (!namespace.equals(Connection.MAIN)) {
            return escaped(NAMESPACE_PREFIX, namespace + "," + room);
        }
        var channel = new ChannelName(room);
        if (!channel.isOpen()) {
            throw new IllegalArgumentException("this channel is not open to everyone: " + room);
        }
        return channel;
    }

    /**
     * The name of the room that this is the channel of, as it was given to {@link #ofRoom}. Empty for all that is no room of this
     * namespace: the channels that its connections are in by themselves, and other namespaces' rooms. Empty as well for a room whose
     * name was too long to be kept: that of {@code namespace,room} with more than 125 characters, of which each byte (UTF-8) that is
     * not {@code A-Z a-z 0-9 _ -} counts three.
     */
    public Optional<String> roomIn(String namespace) {
        if (namespace.equals(Connection.MAIN)) {
            return isOpen() && !equals(NEWS) ? Optional.of(value) : Optional.empty();
        }
        var begin = escaped(NAMESPACE_PREFIX, namespace + ",").value();
        return Optional.of(value)
                .filter(name -> name.startsWith(begin))
                .map(name -> name.substring(begin.length()))
                .filter(name -> ESCAPED.matcher(name).matches())
                .map(ChannelName::unescaped);
    }

    /** The names of the rooms among these channels; see {@link #roomIn}. */
    static Set<String> roomsIn(String namespace, Set<ChannelName> channels) {
        return channels.stream()
                .flatMap(channel -> channel.roomIn(namespace).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The channel of a single connection; only the application publishes to it. It is not the room whose name is the
     * connection's id: in the main namespace, clients could join that room.
     *
     * @throws IllegalArgumentException when there can be no such connection
     */
    public static ChannelName ofConnection(String namespace, String connectionId) {
        return escaped(CONNECTION_PREFIX, namespace + "," + connectionId);
    }

    /**
     * The channel of a shared document. It is written to by changing the document.
     *
     * @param name 1 to {@value #MAX_DOCUMENT} of the characters that channels' names have
     * @throws IllegalArgumentException when there can be no such document
     */
    public static ChannelName ofDocument(String name) {
        if (name.isEmpty()
                || name.length() > MAX_DOCUMENT
                || !VALID.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a document's name is 1 to " + MAX_DOCUMENT + " of the characters A-Z a-z 0-9 _ . : -");
        }
        return new ChannelName(DOCUMENT_PREFIX + name);
    }

    /** The name of the document that this is the channel of; empty for any other channel. */
    public Optional<String> document() {
        return isDocument() ? Optional.of(value.substring(DOCUMENT_PREFIX.length())) : Optional.empty();
    }

    /** Whether this is a shared document's channel, to which nobody publishes by its name. */
    public boolean isDocument() {
        return value.startsWith(DOCUMENT_PREFIX) && value.length() > DOCUMENT_PREFIX.length();
    }

    private static ChannelName escaped(String prefix, String text) {
        var bytes = utf8(text);
        var name = new StringBuilder(prefix);
        for (var octet : bytes) {
            var c = (char) (octet & 0xFF);
            if (c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-')) {
                name.append(c);
            } else {
                name.append('.').append(HEX.toHexDigits(octet));
            }
        }
        return new ChannelName(name.length() <= MAX_LENGTH ? name.toString() : prefix + ".." + digest(bytes));
    }

    /** The text whose bytes are written so. */
    private static String unescaped(String name) {
        var bytes = new ByteArrayOutputStream(name.length());
        for (var n = 0; n < name.length(); n++) {
            if (name.charAt(n) == '.') {
                bytes.write(HexFormat.fromHexDigits(name, n + 1, n + 3));
                n += 2;
            } else {
                bytes.write(name.charAt(n));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        try {
            var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            var bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("an id or a name is well-formed Unicode", e);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether this is somebody's private channel, which nobody else may join or publish to by its name. */
    public boolean isPrivate() {
        return value.startsWith(USER_PREFIX);
    }

    /** Whether clients may join it and publish to it by its name: it is neither private nor another namespace's. */
    public boolean isOpen() {
        return !isPrivate() && !value.startsWith(NAMESPACE_PREFIX);
    }

    /** Whether this is the channel of a single connection. */
    public boolean isOfConnection() {
        return value.startsWith(CONNECTION_PREFIX);
    }

    @Override
    public String toString() {
        return value;
    }
}
