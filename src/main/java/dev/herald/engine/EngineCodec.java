package dev.herald.engine;

import dev.herald.engine.EnginePacket.Binary;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.engine.EnginePacket.Close;
import dev.herald.engine.EnginePacket.Message;
import dev.herald.engine.EnginePacket.Noop;
import dev.herald.engine.EnginePacket.Open;
import dev.herald.engine.EnginePacket.Ping;
import dev.herald.engine.EnginePacket.Pong;
import dev.herald.engine.EnginePacket.Upgrade;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** Reads and writes packets (Engine.IO protocol 4, "Packet encoding"). Keeps nothing; thread-safe. */
public final class EngineCodec {

    /** Stands between the packets of a payload. Text of JSON never contains it. */
    private static final char SEPARATOR = '\u001e';

    /** Goes before the base64 of a binary message, where only text can travel. */
    private static final char BINARY = 'b';

    /** What needs no escape in JSON: session ids and the names of transports. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

    private EngineCodec() {}

    /**
     * Reads a text frame of a WebSocket ("WebSocket": one packet for each frame). Binary frames are not read here: all of their
     * bytes are one {@link Binary} message.
     *
     * @throws MalformedPacketException when it is empty, of unknown type, or {@code b} without base64
     */
    public static EnginePacket decodeText(String frame) {
        if (frame.isEmpty()) {
            throw new MalformedPacketException("a packet is empty");
        }
        var data = frame.substring(1);
        return switch (frame.charAt(0)) {
            case '0' -> new Open(data);
            case '1' -> new Close();
            case '2' -> new Ping(data);
            case '3' -> new Pong(data);
            case '4' -> new Message(data);
            case '5' -> new Upgrade();
            case '6' -> new Noop();
            case BINARY -> new Binary(decodeBase64(inOneLine(data)));
            default -> throw new MalformedPacketException("a packet is of unknown type");
        };
    }

    /**
     * Splits a polling request's body into packets ("HTTP long-polling").
     *
     * @param body at most {@code maxPayload} bytes in UTF-8
     * @param maxPackets the most packets; a body with more is refused before any packet object is made
     * @return the packets in the client's order, never empty
     * @throws MalformedPacketException when there are too many, or one of them is what {@link #decodeText} refuses; then none
     *     of them counts
     */
    public static List<EnginePacket> decodePayload(String body, int maxPackets) {
        var packets = new ArrayList<EnginePacket>(count(body, maxPackets));
        for (int start = 0, end; start <= body.length(); start = end + 1) {
            end = endOfPacket(body, start);
            packets.add(decodeText(body.substring(start, end)));
        }
        return List.copyOf(packets);
    }

    private static int count(String body, int maxPackets) {
        var packets = 0;
        for (int start = 0, end; start <= body.length(); start = end + 1) {
            end = endOfPacket(body, start);
            if (end == start) {
                throw new MalformedPacketException("a packet is empty");
            }
            packets++;
            if (packets > maxPackets) {
                throw new MalformedPacketException("a payload has more than " + maxPackets + " packets");
            }
        }
        return packets;
    }

    private static int endOfPacket(String body, int start) {
        var end = body.indexOf(SEPARATOR, start);
        return end < 0 ? body.length() : end;
    }

    /** Removes line breaks: the official Java client writes its base64 in lines of 76 characters. */
    private static String inOneLine(String base64) {
        return base64.indexOf('\n') < 0 ? base64 : base64.replace("\r\n", "").replace("\n", "");
    }

    /** Java's decoder accepts missing padding, and ignores surplus bits. Both are refused here. */
    private static Bytes decodeBase64(String base64) {
        byte[] data;
        try {
            data = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw noBase64();
        }
        var lastGroup = data.length == 0 ? 0 : (data.length - 1) / 3;
        var end = Base64.getEncoder().encodeToString(Arrays.copyOfRange(data, lastGroup * 3, data.length));
        if (!base64.endsWith(end)) {
            throw noBase64();
        }
        return Bytes.wrap(data);
    }

    private static MalformedPacketException noBase64() {
        return new MalformedPacketException("a binary packet is not the base64 of RFC 4648 with its padding");
    }

    /**
     * Writes a packet as text frame of a WebSocket.
     *
     * @throws IllegalArgumentException for a {@link Binary} message: it is a binary frame, of its bytes alone
     */
    public static String encodeText(EnginePacket packet) {
        if (packet instanceof Message message) {
            return '4' + message.text();
        } else if (packet instanceof Ping ping) {
            return '2' + ping.data();
        } else if (packet instanceof Pong pong) {
            return '3' + pong.data();
        } else if (packet instanceof Open open) {
            return '0' + open.json();
        } else if (packet instanceof Close) {
            return "1";
        } else if (packet instanceof Upgrade) {
            return "5";
        } else if (packet instanceof Noop) {
            return "6";
        }
        throw new IllegalArgumentException("a binary message is no text frame");
    }

    /** Writes a packet as part of a payload, in which bytes travel as base64. */
    public static String encodeForPolling(EnginePacket packet) {
        if (packet instanceof Binary binary) {
            return BINARY + Base64.getEncoder().encodeToString(binary.data().toArray());
        }
        return encodeText(packet);
    }

    /**
     * Joins packets to the body of a polling response.
     *
     * @param packets as {@link #encodeForPolling} wrote them, at least one
     */
    public static String joinPayload(Collection<String> packets) {
        return String.join(String.valueOf(SEPARATOR), packets);
    }

    /**
     * Writes what an {@link Open} packet carries ("Handshake").
     *
     * @param upgrades the names of the transports that this session can be upgraded to
     * @param pingInterval in milliseconds
     * @param pingTimeout in milliseconds
     * @param maxPayload the longest polling request and WebSocket message from the client, in bytes
     * @throws IllegalArgumentException when the id or a name needs other characters than letters, digits, {@code _} and
     *     {@code -}
     */
    public static String handshake(
            String sid, List<String> upgrades, long pingInterval, long pingTimeout, int maxPayload) {
        var json = new StringBuilder("{\"sid\":").append(quoted(sid)).append(",\"upgrades\":[");
        for (var n = 0; n < upgrades.size(); n++) {
            json.append(n == 0 ? "" : ",").append(quoted(upgrades.get(n)));
        }
        return json.append("],\"pingInterval\":")
                .append(pingInterval)
                .append(",\"pingTimeout\":")
                .append(pingTimeout)
                .append(",\"maxPayload\":")
                .append(maxPayload)
                .append('}')
                .toString();
    }

    private static String quoted(String plain) {
        if (!PLAIN.matcher(plain).matches()) {
            throw new IllegalArgumentException("neither a session id nor a transport has such a name");
        }
        return '"' + plain + '"';
    }
}
