package dev.herald.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Builds the server's frames: whole messages, not masked (RFC 6455, 5.2). A frame may be sent to any number of connections. */
public final class Frames {

    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;

    /** What a control frame carries at most, in bytes (RFC 6455, 5.5). */
    static final int MAX_CONTROL_PAYLOAD = 125;

    /** In a frame's first byte: it is the message's last frame. */
    static final int FIN = 0x80;

    /** In a frame's second byte, instead of a length: the length is in the next two, or eight, bytes. */
    static final int TWO_BYTE_LENGTH = 126;

    static final int EIGHT_BYTE_LENGTH = 127;

    private Frames() {}

    /** A text message. Half a surrogate pair becomes a question mark, because UTF-8 cannot represent it. */
    public static byte[] text(String message) {
        return frame(TEXT, message.getBytes(UTF_8));
    }

    /** A binary message. */
    public static byte[] binary(byte[] message) {
        return frame(BINARY, message);
    }

    /**
     * A part of a text message (RFC 6455, 5.4). The parts of one message follow each other, and nothing but control frames comes
     * between them.
     *
     * @param bytes UTF-8
     * @param goesOn whether a part came before
     */
    public static byte[] textPart(byte[] bytes, boolean goesOn, boolean isLast) {
        return part(TEXT, bytes, goesOn, isLast);
    }

    /** A part of a binary message, as {@link #textPart} makes one. */
    public static byte[] binaryPart(byte[] bytes, boolean goesOn, boolean isLast) {
        return part(BINARY, bytes, goesOn, isLast);
    }

    private static byte[] part(int opcode, byte[] bytes, boolean goesOn, boolean isLast) {
        var frame = frame(goesOn ? CONTINUATION : opcode, bytes);
        if (!isLast) {
            frame[0] &= (byte) ~FIN;
        }
        return frame;
    }

    /**
     * A ping, which the peer answers with a pong of the same payload.
     *
     * @param payload at most 125 bytes
     */
    public static byte[] ping(byte[] payload) {
        return frame(PING, payload);
    }

    static byte[] pong(byte[] payload) {
        return frame(PONG, payload);
    }

    /**
     * The last frame.
     *
     * @param code {@link CloseCodes#NONE} for a frame without code and reason
     * @param reason cut at a character to what a close frame holds
     */
    static byte[] close(int code, String reason) {
        if (code == CloseCodes.NONE) {
            return frame(CLOSE, new byte[0]);
        }
        var text = reason.getBytes(UTF_8);
        var length = Math.min(text.length, MAX_CONTROL_PAYLOAD - Short.BYTES);
        while (length < text.length && length > 0 && (text[length] & 0xC0) == 0x80) {
            length--;
        }
        var payload = new byte[Short.BYTES + length];
        payload[0] = (byte) (code >> Byte.SIZE);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, Short.BYTES, length);
        return frame(CLOSE, payload);
    }

    private static byte[] frame(int opcode, byte[] payload) {
        var length = payload.length;
        var lengthSize = length < TWO_BYTE_LENGTH ? 0 : length <= 0xFFFF ? Short.BYTES : Long.BYTES;
        var frame = new byte[2 + lengthSize + length];
        frame[0] = (byte) (FIN | opcode);
        frame[1] = (byte) (lengthSize == 0 ? length : lengthSize == Short.BYTES ? TWO_BYTE_LENGTH : EIGHT_BYTE_LENGTH);
        for (var n = 0; n < lengthSize; n++) {
            frame[2 + n] = (byte) ((long) length >> (Byte.SIZE * (lengthSize - 1 - n)));
        }
        System.arraycopy(payload, 0, frame, 2 + lengthSize, length);
        return frame;
    }
}
