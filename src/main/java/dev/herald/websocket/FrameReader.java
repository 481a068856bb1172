package dev.herald.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Reads messages from a client's bytes, in whatever pieces they arrive (RFC 6455, 5). It never holds more of a message than the
 * limit, and only bytes that have arrived: an announced length costs no memory. Not thread-safe.
 *
 * <p>After the peer's first mistake it only looks for the peer's close frame and drops everything else, as long as the frames
 * can still be told apart.
 */
final class FrameReader {

    private static final int RESERVED_BITS = 0x70;
    private static final int OPCODE_BITS = 0x0F;
    private static final int CONTROL_BIT = 0x08;
    private static final int MASK_BIT = 0x80;
    private static final int LENGTH_BITS = 0x7F;
    private static final int MASK_SIZE = 4;
    private static final int MAX_HEADER = 2 + Long.BYTES + MASK_SIZE;
    private static final long SECOND = 1_000_000_000L;
    private static final byte[] NOTHING = {};

    private final WebSocketLimits limits;
    private final LongSupplier nanoTime;
    private final Receiver receiver;

    // The frame that is being read.
    private final byte[] header = new byte[MAX_HEADER];
    private int headerLength;
    private boolean inPayload;
    private long payloadLength;
    private long position;
    private byte[] control = NOTHING;

    // The message that is being read, over its frames.
    private int messageOpcode = Frames.CONTINUATION;
    private int fragments;
    private byte[] message = NOTHING;
    private int messageLength;
    /**
     * The check of the current text. Between messages it is at the start of a character: after a text that ends within one,
     * nothing more is read.
     */
    private final Utf8Check utf8 = new Utf8Check();

    private long secondBegan;
    private int controlFrames;

    private boolean failed;
    private boolean closed;

    /** What the peer's bytes say, in their order. */
    interface Receiver {

        void text(String message);

        void binary(byte[] message);

        void ping(byte[] payload);

        /** Returns whether it answers one of our pings: such pongs are not limited. */
        boolean pong(byte[] payload);

        /**
         * The peer's last frame; nothing comes after it.
         *
         * @param code 1005 when the frame has none
         */
        void close(int code, String reason);

        /** The peer broke a rule. After this, only a close may come, with unchecked contents. */
        void mistake(int code, String reason);
    }

    FrameReader(WebSocketLimits limits, LongSupplier nanoTime, Receiver receiver) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.receiver = receiver;
    }

    /** Takes the next bytes from the start of an array, which it changes. */
    void read(byte[] bytes, int length) {
        var at = 0;
        while (at < length && !closed) {
            at = inPayload ? readPayload(bytes, at, length) : readHeader(bytes, at, length);
        }
    }

    private int readHeader(byte[] bytes, int from, int end) {
        for (var at = from; at < end; ) {
            header[headerLength++] = bytes[at++];
            if (headerLength == 1) {
                checkKind();
            } else {
                if (headerLength == 2) {
                    checkMaskAndControlLength();
                }
                if (headerLength == 2 + lengthSize()) {
                    checkLength();
                }
                if (headerLength == headerSize()) {
                    inPayload = true;
                    position = 0;
                    return readPayload(bytes, at, end);
                }
            }
        }
        return end;
    }

    private int opcode() {
        return header[0] & OPCODE_BITS;
    }

    private boolean isFinal() {
        return (header[0] & Frames.FIN) != 0;
    }

    private boolean isControl() {
        return (header[0] & CONTROL_BIT) != 0;
    }

    private boolean isMasked() {
        return (header[1] & MASK_BIT) != 0;
    }

    private int lengthSize() {
        return switch (header[1] & LENGTH_BITS) {
            case Frames.TWO_BYTE_LENGTH -> Short.BYTES;
            case Frames.EIGHT_BYTE_LENGTH -> Long.BYTES;
            default -> 0;
        };
    }

    private int headerSize() {
        return 2 + lengthSize() + (isMasked() ? MASK_SIZE : 0);
    }

    private void checkKind() {
        if ((header[0] & RESERVED_BITS) != 0) {
            fail(CloseCodes.PROTOCOL_ERROR, "reserved bit");
            return;
        }
        switch (opcode()) {
            case Frames.TEXT, Frames.BINARY -> {
                if (messageOpcode != Frames.CONTINUATION) {
                    fail(CloseCodes.PROTOCOL_ERROR, "message in a message");
                }
            }
            case Frames.CONTINUATION -> {
                if (messageOpcode == Frames.CONTINUATION) {
                    fail(CloseCodes.PROTOCOL_ERROR, "continuation of nothing");
                }
            }
            case Frames.CLOSE, Frames.PING, Frames.PONG -> {
                if (!isFinal()) {
                    fail(CloseCodes.PROTOCOL_ERROR, "fragmented control frame");
                }
            }
            default -> fail(CloseCodes.PROTOCOL_ERROR, "reserved opcode");
        }
    }

    private void checkMaskAndControlLength() {
        if (!isMasked()) {
            fail(CloseCodes.PROTOCOL_ERROR, "frame is not masked");
        } else if (isControl() && lengthSize() > 0) {
            fail(CloseCodes.PROTOCOL_ERROR, "control frame is too long");
        }
    }

    /** Knows the length; begins the frame unless that is too long, or one too many. */
    private void checkLength() {
        var size = lengthSize();
        payloadLength = header[1] & LENGTH_BITS;
        if (size > 0) {
            payloadLength = 0;
            for (var n = 2; n < 2 + size; n++) {
                payloadLength = payloadLength << Byte.SIZE | (header[n] & 0xFF);
            }
        }
        var shortest = size == 0 ? 0 : size == Short.BYTES ? Frames.TWO_BYTE_LENGTH : 0x1_0000;
        if (payloadLength < 0) {
            fail(CloseCodes.PROTOCOL_ERROR, "length is negative");
            // It is unknown where the next frame begins.
            payloadLength = Long.MAX_VALUE;
        } else if (payloadLength < shortest) {
            fail(CloseCodes.PROTOCOL_ERROR, "length is not in its shortest form");
        } else if (failed) {
            return;
        } else if (isControl()) {
            beginControl();
        } else {
            beginData();
        }
    }

    private void beginControl() {
        control = payloadLength == 0 ? NOTHING : new byte[(int) payloadLength];
        if (opcode() == Frames.CLOSE) {
            return;
        }
        var now = nanoTime.getAsLong();
        if (controlFrames == 0 || now - secondBegan >= SECOND) {
            secondBegan = now;
            controlFrames = 0;
        }
        if (++controlFrames > limits.maxControlFramesPerSecond()) {
            fail(CloseCodes.POLICY, "too many control frames");
        }
    }

    private void beginData() {
        if (opcode() != Frames.CONTINUATION) {
            messageOpcode = opcode();
        }
        if (payloadLength > limits.maxMessageBytes() - messageLength) {
            fail(CloseCodes.TOO_BIG, "message is over " + limits.maxMessageBytes() + " bytes");
        } else if (++fragments > limits.maxFragments()) {
            fail(CloseCodes.POLICY, "message has over " + limits.maxFragments() + " fragments");
        }
    }

    private int readPayload(byte[] bytes, int at, int end) {
        var length = (int) Math.min(end - at, payloadLength - position);
        if (!failed) {
            unmask(bytes, at, length);
            if (isControl()) {
                System.arraycopy(bytes, at, control, (int) position, length);
            }
        }
        position += length;
        var isWhole = position == payloadLength;
        if (!failed && !isControl()) {
            addToMessage(bytes, at, length, isWhole && isFinal());
        }
        if (isWhole) {
            inPayload = false;
            headerLength = 0;
            if (isControl()) {
                endControl();
            }
        }
        return at + length;
    }

    private void unmask(byte[] bytes, int offset, int length) {
        var mask = headerSize() - MASK_SIZE;
        for (var n = 0; n < length; n++) {
            bytes[offset + n] ^= header[mask + (int) (position + n & 3)];
        }
    }

    private void addToMessage(byte[] bytes, int offset, int length, boolean isLast) {
        if (messageOpcode == Frames.TEXT && (!utf8.accepts(bytes, offset, length) || (isLast && !utf8.isComplete()))) {
            fail(CloseCodes.INVALID_TEXT, "text is not UTF-8");
        } else if (isLast && messageLength == 0) {
            deliver(bytes, offset, length);
        } else {
            append(bytes, offset, length);
            if (isLast) {
                deliver(message, 0, messageLength);
            }
        }
    }

    private void append(byte[] bytes, int offset, int length) {
        var needed = messageLength + length;
        if (needed > message.length) {
            var roomier = (int) Math.min(limits.maxMessageBytes(), Math.max(needed, 2L * message.length));
            message = Arrays.copyOf(message, roomier);
        }
        System.arraycopy(bytes, offset, message, messageLength, length);
        messageLength = needed;
    }

    private void deliver(byte[] bytes, int offset, int length) {
        var isText = messageOpcode == Frames.TEXT;
        forgetMessage();
        if (isText) {
            receiver.text(new String(bytes, offset, length, UTF_8));
        } else {
            receiver.binary(Arrays.copyOfRange(bytes, offset, offset + length));
        }
    }

    private void forgetMessage() {
        messageOpcode = Frames.CONTINUATION;
        fragments = 0;
        message = NOTHING;
        messageLength = 0;
    }

    private void endControl() {
        var payload = control;
        control = NOTHING;
        if (opcode() == Frames.CLOSE) {
            endClose(payload);
        } else if (opcode() == Frames.PING && !failed) {
            receiver.ping(payload);
        } else if (opcode() == Frames.PONG && !failed && receiver.pong(payload)) {
            controlFrames--;
        }
    }

    private void endClose(byte[] payload) {
        var code = CloseCodes.NONE;
        var reason = "";
        if (!failed && payload.length == 1) {
            fail(CloseCodes.PROTOCOL_ERROR, "half a close code");
        } else if (!failed && payload.length > 1) {
            code = (payload[0] & 0xFF) << Byte.SIZE | (payload[1] & 0xFF);
            var length = payload.length - Short.BYTES;
            var check = new Utf8Check();
            if (!CloseCodes.isSendable(code)) {
                fail(CloseCodes.PROTOCOL_ERROR, "close code " + code);
            } else if (!check.accepts(payload, Short.BYTES, length) || !check.isComplete()) {
                fail(CloseCodes.INVALID_TEXT, "close reason is not UTF-8");
            } else {
                reason = new String(payload, Short.BYTES, length, UTF_8);
            }
        }
        closed = true;
        forgetMessage();
        receiver.close(code, reason);
    }

    /** The first mistake counts. */
    private void fail(int code, String reason) {
        if (!failed) {
            failed = true;
            forgetMessage();
            control = NOTHING;
            receiver.mistake(code, reason);
        }
    }

    /** The bytes of messages and control frames that this holds. */
    int held() {
        return message.length + control.length;
    }
}
