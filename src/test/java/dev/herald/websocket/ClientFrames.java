package dev.herald.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Frames as a client builds them, right and wrong. */
final class ClientFrames {

    /** The key of RFC 6455, 5.7. */
    private static final byte[] KEY = hex("37fa213d");

    private ClientFrames() {}

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    static byte[] text(String message) {
        return frame(true, Frames.TEXT, message.getBytes(UTF_8));
    }

    static byte[] frame(boolean last, int opcode, String payload) {
        return frame(last, opcode, payload.getBytes(UTF_8));
    }

    static byte[] frame(boolean last, int opcode, byte[] payload) {
        var frame = ByteBuffer.allocate(payload.length + 14).put((byte) ((last ? 0x80 : 0) | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.put(KEY);
        for (var n = 0; n < payload.length; n++) {
            frame.put((byte) (payload[n] ^ KEY[n % 4]));
        }
        return read(frame);
    }

    static byte[] close(int code, String reason) {
        var text = reason.getBytes(UTF_8);
        return frame(
                true,
                Frames.CLOSE,
                read(ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text)));
    }

    private static byte[] read(ByteBuffer written) {
        var bytes = new byte[written.flip().remaining()];
        written.get(bytes);
        return bytes;
    }

    static byte[] join(byte[]... parts) {
        var joined = new ByteArrayOutputStream();
        for (var part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
