package dev.herald.feed;

import java.util.Optional;

/** Joins the parts in which one client's messages arrive, and never holds more than one message may have. */
final class TextAssembly {

    private final int maxBytes;
    private StringBuilder parts = new StringBuilder();
    private int bytes;

    TextAssembly(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    int maxBytes() {
        return maxBytes;
    }

    /** A message is longer than it may be. */
    @SuppressWarnings("serial") // never serialised
    static final class TooLongException extends RuntimeException {}

    /**
     * Adds a part.
     *
     * @return the whole message with its last part
     * @throws TooLongException before anything beyond the limit is held; the connection's further parts must not come here
     */
    Optional<String> add(String part, boolean last) {
        bytes += bytesInUtf8(part);
        if (bytes > maxBytes || bytes < 0) {
            parts = new StringBuilder();
            throw new TooLongException();
        }
        if (last && parts.isEmpty()) {
            bytes = 0;
            return Optional.of(part);
        }
        parts.append(part);
        if (!last) {
            return Optional.empty();
        }
        var message = parts.toString();
        // A new buffer: the emptied one would keep the room of a long message as long as the connection lives.
        parts = new StringBuilder();
        bytes = 0;
        return Optional.of(message);
    }

    /** Half a surrogate pair counts 2 bytes, so the count is right even when a pair is cut by the end of a part. */
    private static int bytesInUtf8(String text) {
        var count = text.length();
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c >= 0x80) {
                count += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return count;
    }
}
