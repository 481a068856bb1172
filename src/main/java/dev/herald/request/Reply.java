package dev.herald.request;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.hub.DeviceName;
import dev.herald.hub.HistoryPage;
import dev.herald.hub.Subscription;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What became of a request. */
public sealed interface Reply {

    /** The message is in its channel. */
    record Published(Receipt receipt) implements Reply {}

    /**
     * The client is in the channel.
     *
     * @param subscription not started: first the client is told how it begins
     */
    record Joined(Subscription subscription) implements Reply {}

    /** The client is in the channel no longer. */
    record Left(ChannelName channel) implements Reply {}

    /** What is answered of a shared document, in the same words in every protocol. */
    sealed interface OfDocument extends Reply {

        /** The answer: the text of a JSON object, as it is written in the hub. */
        String json();
    }

    /**
     * The client has a document open.
     *
     * @param subscription not started: first the client is told the answer
     */
    record Opened(Subscription subscription, String json) implements OfDocument {}

    /**
     * A document as it is.
     *
     * @param version by which clients recognise that it is the same
     */
    record Document(String version, String json) implements OfDocument {}

    /**
     * A document is changed.
     *
     * @param version as in {@link Document}
     */
    record DocumentChanged(String version, String json) implements OfDocument {}

    /** Who does what in a document. */
    record DocumentPeople(String json) implements OfDocument {}

    /** A page of a channel's past. */
    record History(HistoryPage page) implements Reply {}

    /**
     * It is kept what was seen on the client's device.
     *
     * @param channel the client's private one
     * @param upTo the last message that was seen
     */
    record Seen(ChannelName channel, Position upTo) implements Reply {}

    /**
     * The client's new token is taken.
     *
     * @param until when it ends; {@code null} when it does not
     */
    record Authenticated(@Nullable Instant until) implements Reply {}

    /** The application's observers have the message; they may answer it. */
    record Handed() implements Reply {}

    /**
     * Who is in a channel.
     *
     * @param count of people
     * @param people the first of them in the order of joining, at most {@value #MAX_PEOPLE}
     */
    record Presence(ChannelName channel, int count, List<Person> people) implements Reply {

        /** How many people are named. */
        public static final int MAX_PEOPLE = 1_000;

        public Presence {
            people = List.copyOf(people);
        }
    }

    /**
     * Nothing was done.
     *
     * @param code what is wrong
     * @param word the stable word for it that the client is told: the code's, or one of the application's own
     * @param sentence for people
     * @param retryAfter after which time the same may succeed; {@code null} when time alone helps nothing, or nobody knows
     * @param instead what there is instead, as further members of the error: of a document that is not changed, its version, epoch and
     *     value; empty for most
     */
    record Rejected(
            ErrorCode code,
            String word,
            String sentence,
            @Nullable Duration retryAfter,
            JsonObject instead) implements Reply {

        /** Rejects with the code's own word. */
        public Rejected(ErrorCode code, String sentence) {
            this(code, code.code(), sentence, null);
        }

        /** Rejects without anything instead. */
        public Rejected(ErrorCode code, String word, String sentence, @Nullable Duration retryAfter) {
            this(code, word, sentence, retryAfter, JsonValue.EMPTY_JSON_OBJECT);
        }

        /** What a client is told of a mistake of the server's or of its application's: to try again may not help. */
        public static final String MISTAKE = "the server made a mistake, which is in its log";

        /** Something has failed that is no fault of the client's. */
        public static Rejected ofMistake(ErrorCode code) {
            return new Rejected(code, MISTAKE);
        }

        /** Too much was asked for. */
        public static Rejected ofRate(String sentence, Duration retryAfter) {
            return new Rejected(ErrorCode.RATE_LIMITED, ErrorCode.RATE_LIMITED.code(), sentence, retryAfter);
        }

        /** The time to wait as clients are told: in whole milliseconds, rounded up. */
        public OptionalLong retryAfterMillis() {
            return retryAfter == null
                    ? OptionalLong.empty()
                    : OptionalLong.of(retryAfter.plusNanos(999_999).toMillis());
        }

        /** What a client is told that gives a device's name that is none; it goes on without. */
        public static Rejected ofDevice() {
            return new Rejected(ErrorCode.DEVICE_INVALID, DeviceName.RULE);
        }

        /** A page of history does not fit into what waits for the client. */
        public static Rejected ofFullQueue() {
            return new Rejected(
                    ErrorCode.OVERLOADED, "too much waits for you already; ask again when you have read it");
        }
    }
}
