package dev.herald.feed;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.JsonBytes;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.hub.HistoryPage;
import dev.herald.hub.Subscription;
import dev.herald.request.ErrorCode;
import dev.herald.request.Reply;
import jakarta.json.JsonValue;
import jakarta.json.bind.annotation.JsonbPropertyOrder;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the feed says to one client, besides messages ({@code docs/feed.md}, "To the client"). Members that are null are left out. */
sealed interface ToClient {

    /** What is answered besides messages and pages; empty when nothing is. Who gave no id is told of failures only. */
    static Optional<ToClient> answer(Reply reply, @Nullable String id) {
        if (reply instanceof Reply.Rejected rejected) {
            return Optional.of(Refusal.of(id, rejected));
        } else if (reply instanceof Reply.Left left) {
            return Optional.of(Left.of(left.channel(), id));
        } else if (id == null) {
            return Optional.empty();
        } else if (reply instanceof Reply.Published published) {
            return Optional.of(Ack.of(id, published.receipt()));
        } else if (reply instanceof Reply.Seen seen) {
            return Optional.of(Seen.of(id, seen.channel(), seen.upTo()));
        } else if (reply instanceof Reply.DocumentPeople people) {
            return Optional.of(new OfDocument("doc:people", id, people.json()));
        } else if (reply instanceof Reply.OfDocument ofDocument) {
            return Optional.of(new OfDocument("ack", id, ofDocument.json()));
        } else if (reply instanceof Reply.Authenticated authenticated) {
            return Optional.of(Authenticated.of(id, authenticated));
        }
        return Optional.empty();
    }

    /** Who the client is; its first message. */
    @JsonbPropertyOrder({"event", "connection", "person"})
    record Connected(String event, String connection, Who person) implements ToClient {

        static Connected of(Connection connection) {
            var person = connection.person();
            return new Connected("connected", connection.id(), new Who(person.id(), person.name()));
        }
    }

    /** A person as the client sees it. */
    @JsonbPropertyOrder({"id", "name"})
    record Who(String id, String name) {}

    /** A message is published. */
    @JsonbPropertyOrder({"event", "id", "channel", "offset", "epoch", "duplicate", "kind"})
    record Ack(
            String event,
            @Nullable String id,
            String channel,
            @Nullable Long offset,
            @Nullable String epoch,
            boolean duplicate,
            String kind)
            implements ToClient {

        static Ack of(@Nullable String id, Receipt receipt) {
            var position = receipt.position();
            return new Ack(
                    "ack",
                    id,
                    receipt.channel().value(),
                    position == null ? null : position.offset(),
                    position == null ? null : position.epoch(),
                    receipt.duplicate(),
                    receipt.kind().label());
        }
    }

    /** Private messages are seen. */
    @JsonbPropertyOrder({"event", "id", "channel", "offset", "epoch"})
    record Seen(String event, @Nullable String id, String channel, long offset, String epoch) implements ToClient {

        static Seen of(@Nullable String id, ChannelName channel, Position seen) {
            return new Seen("ack", id, channel.value(), seen.offset(), seen.epoch());
        }
    }

    /** The client's new token is taken. */
    @JsonbPropertyOrder({"event", "id", "until"})
    record Authenticated(
            String event, @Nullable String id, @Nullable String until) implements ToClient {

        static Authenticated of(@Nullable String id, Reply.Authenticated reply) {
            return new Authenticated(
                    "ack", id, reply.until() == null ? null : reply.until().toString());
        }
    }

    /** The client has joined a channel, and gets its messages after this position. */
    @JsonbPropertyOrder({"event", "id", "channel", "recovered", "reason", "since", "head", "epoch"})
    record Joined(
            String event,
            @Nullable String id,
            String channel,
            boolean recovered,
            @Nullable String reason,
            @Nullable Long since,
            long head,
            String epoch)
            implements ToClient {

        static Joined of(Subscription subscription, @Nullable String id) {
            var start = subscription.outcome();
            return new Joined(
                    "joined",
                    id,
                    subscription.channel().value(),
                    start.recovered(),
                    start.reason() == null ? null : start.reason().name().toLowerCase(Locale.ROOT),
                    start.since() == null ? null : start.since().offset(),
                    start.head().offset(),
                    start.head().epoch());
        }
    }

    /** The client has left a channel; with a code and a sentence if it may not be there. */
    @JsonbPropertyOrder({"event", "id", "channel", "code", "message"})
    record Left(
            String event,
            @Nullable String id,
            String channel,
            @Nullable String code,
            @Nullable String message) implements ToClient {

        static Left of(ChannelName channel, @Nullable String id) {
            return new Left("left", id, channel.value(), null, null);
        }
    }

    /** A page of a channel's past. */
    record History(@Nullable String id, HistoryPage page) implements ToClient {}

    /** Something of a shared document: an object that is written already, to which the event and the id are added. */
    record OfDocument(String event, @Nullable String id, String json) implements ToClient {}

    /** A message was refused. */
    @JsonbPropertyOrder({"event", "id", "code", "message", "retryAfter", "data", "index", "version", "epoch", "value"})
    record Refusal(
            String event,
            @Nullable String id,
            String code,
            String message,
            @Nullable Long retryAfter,
            @Nullable JsonValue data,
            @Nullable JsonValue index,
            @Nullable JsonValue version,
            @Nullable JsonValue epoch,
            @Nullable JsonValue value)
            implements ToClient {

        /** A refusal of something else than a change of a document. */
        Refusal(
                String event,
                @Nullable String id,
                String code,
                String message,
                @Nullable Long retryAfter,
                @Nullable JsonValue data) {
            this(event, id, code, message, retryAfter, data, null, null, null, null);
        }

        static Refusal of(@Nullable String id, Reply.Rejected rejected) {
            var wait = rejected.retryAfterMillis();
            return new Refusal(
                    "error",
                    id,
                    rejected.word(),
                    rejected.sentence(),
                    wait.isPresent() ? wait.getAsLong() : null,
                    null,
                    rejected.instead().get("index"),
                    rejected.instead().get("version"),
                    rejected.instead().get("epoch"),
                    escaped(rejected.instead().get("value")));
        }

        private static @Nullable JsonValue escaped(@Nullable JsonValue value) {
            return value == null ? null : JsonBytes.escape(value);
        }

        /** The connection ends. */
        static Refusal ofConnection(String code, String sentence) {
            return new Refusal("error", null, code, sentence, null, null);
        }

        /** The application does not let the client connect. */
        static Refusal of(ConnectionAttempt.Refusal refusal) {
            return new Refusal("error", null, ErrorCode.REFUSED.code(), refusal.message(), null, refusal.data());
        }
    }

    /** The answer to a ping. */
    record Pong(String event) implements ToClient {}
}
