package dev.herald.asyncapi;

import jakarta.json.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One event that the application takes from clients, or sends to them. Immutable.
 *
 * @param action who sends it
 * @param address where
 * @param event its name
 * @param message what it carries
 * @param answer what the acknowledgement carries; empty when nothing is known of one
 * @param description a sentence for people; may be empty
 */
public record EventOperation(
        Action action, Address address, String event, Message message, Optional<Message> answer, String description) {

    /** What the application does. */
    public enum Action {
        /** A client sends the event. */
        RECEIVE("receive"),
        /** The application sends the event. */
        SEND("send");

        private final String word;

        Action(String word) {
            this.word = word;
        }

        /** As AsyncAPI calls it. */
        String word() {
            return word;
        }
    }

    /**
     * A namespace, or a channel.
     *
     * @param text with the names of its parameters in braces, for example {@code orders.{region}}
     * @param parameters a Parameter Object for each, by its name of the characters {@code A-Z a-z 0-9 _ -}
     * @param description a sentence for people
     */
    public record Address(String text, Map<String, JsonObject> parameters, String description) {

        public Address {
            parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
        }
    }

    /**
     * The arguments of an event or of an acknowledgement.
     *
     * @param payload the JSON Schema of the only argument, or of the list of several; empty when there are none
     * @param names of the arguments; none when they are not known
     */
    public record Message(Optional<JsonObject> payload, List<String> names) {

        public Message {
            names = List.copyOf(names);
        }
    }
}
