package dev.herald.feed;

import dev.herald.api.Envelope;
import dev.herald.hub.Delivery;
import dev.herald.hub.Dialect;
import dev.herald.outbox.Outbox;

/** A text message on its way to one client. */
sealed interface Frame extends Outbox.Message {

    /** What is sent; asked for once the socket is free. */
    String text();

    /** A message that exists only for this client, or comes as it is. */
    record Text(String text) implements Frame {

        @Override
        public int size() {
            return text.length();
        }
    }

    /**
     * A message of the hub's, written once for all of its recipients.
     *
     * @param isReplay whether it was read from the log anew, perhaps for this client only
     */
    record Delivered(Delivery delivery, Dialect<String> dialect, boolean isReplay) implements Frame {

        @Override
        public int size() {
            return delivery.size();
        }

        @Override
        public int ownSize() {
            return isReplay ? size() : 0;
        }

        @Override
        public String text() {
            return delivery.as(dialect);
        }

        Envelope message() {
            return delivery.message();
        }
    }
}
