package dev.herald.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * Several messages in one text, as it goes over the bus: a {@code 1} for this form, the sender, a number, and then for each message how
 * many characters its topic and its text have, and both. The number makes texts differ, as PostgreSQL says equal ones of one transaction
 * only once.
 *
 * @param sender {@value #SENDER} characters of ASCII
 */
record Parcel(String sender, List<Message> messages) {

    /** How long a sender's name is. */
    static final int SENDER = 8;

    private static final char FORM = '1';
    private static final int NUMBER = 4;
    private static final int LENGTH = 5;

    /** How much a parcel is longer than what is in it, in bytes. */
    static final int WRAPPING = 1 + SENDER + NUMBER;

    /** How much a message in a parcel is longer than its topic and text, in bytes. */
    static final int LABEL = 2 * LENGTH;

    /** No topic and no text is longer than this, in characters. */
    static final int LONGEST = (1 << (4 * LENGTH)) - 1;

    /** What one node tells about one topic. */
    record Message(String topic, String text) {}

    /** Puts messages into a text. Belongs to one thread. */
    static final class Writer {

        private final StringBuilder text = new StringBuilder();
        private int bytes = WRAPPING;

        Writer(String sender, long number) {
            text.append(FORM).append(sender).append(hex(number & 0xffff, NUMBER));
        }

        /** Whether a message of so many bytes fits into a text of so many. */
        boolean fits(int messageBytes, int maxBytes) {
            return bytes + LABEL + messageBytes <= maxBytes;
        }

        /** Adds a message whose topic and text have so many bytes. */
        void add(Message message, int messageBytes) {
            bytes += LABEL + messageBytes;
            text.append(hex(message.topic().length(), LENGTH))
                    .append(hex(message.text().length(), LENGTH))
                    .append(message.topic())
                    .append(message.text());
        }

        private static String hex(long number, int digits) {
            var shortest = Long.toHexString(number);
            return "0".repeat(digits - shortest.length()) + shortest;
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    /**
     * Takes a text apart.
     *
     * @throws IllegalArgumentException when it was not written by a {@link Writer}
     */
    static Parcel read(String text) {
        if (text.length() < WRAPPING || text.charAt(0) != FORM) {
            throw new IllegalArgumentException("this is no parcel of this version");
        }
        var messages = new ArrayList<Message>();
        for (var at = WRAPPING; at < text.length(); ) {
            var topic = at + LABEL;
            if (topic > text.length()) {
                throw new IllegalArgumentException("the parcel ends within a message");
            }
            var body = topic + length(text, at);
            var end = body + length(text, at + LENGTH);
            if (end > text.length()) {
                throw new IllegalArgumentException("the parcel ends within a message");
            }
            messages.add(new Message(text.substring(topic, body), text.substring(body, end)));
            at = end;
        }
        return new Parcel(text.substring(1, 1 + SENDER), messages);
    }

    /** As {@link Integer#parseInt} would take a sign. */
    private static int length(String text, int at) {
        var length = 0;
        for (var i = at; i < at + LENGTH; i++) {
            var digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                throw new IllegalArgumentException("the parcel has no length where one should be");
            }
            length = (length << 4) | digit;
        }
        return length;
    }

    /**
     * How many bytes of UTF-8 a text has.
     *
     * @throws IllegalArgumentException when it has U+0000, which PostgreSQL takes in no text, or an unpaired surrogate
     */
    static int bytes(String text) {
        var bytes = 0;
        for (var i = 0; i < text.length(); i++) {
            var one = text.charAt(i);
            if (one == 0) {
                throw new IllegalArgumentException("a text with U+0000 cannot be told to other nodes");
            } else if (one < 0x80) {
                bytes++;
            } else if (one < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(one)) {
                bytes += 3;
            } else if (i + 1 < text.length() && Character.isSurrogatePair(one, text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                throw new IllegalArgumentException("a text with half a character cannot be told to other nodes");
            }
        }
        return bytes;
    }
}
