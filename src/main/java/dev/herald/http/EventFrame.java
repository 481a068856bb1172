package dev.herald.http;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.hub.Delivery;
import dev.herald.outbox.Outbox;

/** Something on its way to one listener. */
sealed interface EventFrame extends Outbox.Message {

    /**
     * A message of the hub's, written once for all of its recipients.
     *
     * @param isReplay whether it was read from the log anew, perhaps for this listener only
     */
    record Delivered(Delivery delivery, boolean isReplay) implements EventFrame {

        @Override
        public int size() {
            return delivery.size();
        }

        @Override
        public int ownSize() {
            return isReplay ? size() : 0;
        }
    }

    /**
     * How the listener's messages of a channel begin.
     *
     * @param position the last message that it has or does not get any more
     */
    record Begins(String event, String json, ChannelName channel, Position position) implements EventFrame {

        @Override
        public int size() {
            return 100 + json.length();
        }
    }

    /** The listener gets no more messages of a channel. */
    record Ends(String json, ChannelName channel) implements EventFrame {

        @Override
        public int size() {
            return 100 + json.length();
        }
    }

    /** What is no message: a comment, or how to come back. */
    record Line(String text) implements EventFrame {

        @Override
        public int size() {
            return text.length();
        }
    }
}
