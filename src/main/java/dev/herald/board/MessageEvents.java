package dev.herald.board;

import dev.herald.api.Action;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import dev.herald.api.Receipt;
import dev.herald.boardstore.BoardStore;
import dev.herald.boardstore.ChannelTables.Outcome;
import dev.herald.hub.Log;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What pages do with messages that are there: edit, delete and react, and read the past; docs/board.md has the events. What becomes of
 * a message is stored first and then told in its channel, by an event of the application's, which has no sender: what clients send
 * there under the same name has one. Handlers wait for the database.
 */
@ApplicationScoped
public class MessageEvents {

    /** The most messages of a page of the past. */
    static final int MAX_PAGE = 200;

    private static final int PAGE = 50;

    /** How many messages are looked at for one page. */
    static final int LOOKED_AT = 2_000;

    private static final int MAX_EMOJI = 32;

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    @Inject
    Herald herald;

    @Inject
    Log log;

    @Inject
    BoardStore store;

    private Memberships memberships;
    private Messages messages;
    private Twins twins;

    @PostConstruct
    void begin() {
        memberships = new Memberships(herald, log, store);
        messages = new Messages(log, store, memberships);
        twins = new Twins(log);
    }

    /** A message, and its new text. */
    public record Edit(
            @Nullable String channel,
            @Nullable String with,
            long offset,
            @Nullable String epoch,
            @Nullable String msg) {}

    /** Gives a message of one's own another text. */
    @OnEvent("board:edit")
    CompletionStage<JsonObject> edit(@Nullable Edit given, Connection connection) {
        var edit = Given.required(given);
        var text = edit.msg() == null ? "" : edit.msg();
        if (text.isBlank() || text.length() > ChannelEvents.MAX_TEXT) {
            throw new EventException("msg-invalid", "a text is 1 to " + ChannelEvents.MAX_TEXT + " characters");
        }
        var copies = copiesOfOwn(edit.channel(), edit.with(), edit.offset(), edit.epoch(), connection);
        copies.forEach((copy, partner) -> {
            if (!store.marks().edit(messages.place(copy), text)) {
                throw new EventException("unknown", "the message is deleted");
            }
        });
        return told(copies, "edit", connection, data -> data.add("msg", text));
    }

    /** A message. */
    public record Delete(
            @Nullable String channel,
            @Nullable String with,
            long offset,
            @Nullable String epoch) {}

    /** Deletes a message of one's own. */
    @OnEvent("board:delete")
    CompletionStage<JsonObject> delete(@Nullable Delete given, Connection connection) {
        var delete = Given.required(given);
        var copies = copiesOfOwn(delete.channel(), delete.with(), delete.offset(), delete.epoch(), connection);
        copies.keySet().forEach(copy -> store.marks().delete(messages.place(copy)));
        return told(copies, "delete", connection, data -> {});
    }

    /** A message, and a reaction to it. */
    public record React(
            @Nullable String channel,
            @Nullable String with,
            long offset,
            @Nullable String epoch,
            @Nullable String emoji,
            boolean on) {}

    /** Reacts to a message, or takes that back. */
    @OnEvent("board:react")
    CompletionStage<JsonObject> react(@Nullable React given, Connection connection) {
        var react = Given.required(given);
        var emoji = react.emoji() == null ? "" : react.emoji();
        if (emoji.isEmpty() || emoji.length() > MAX_EMOJI || emoji.codePoints().anyMatch(MessageEvents::isOfText)) {
            throw new EventException("emoji-invalid", "a reaction is one emoji");
        }
        var where = Messages.Where.of(react.channel(), react.with(), connection);
        var message = messages.find(where, react.offset(), react.epoch(), connection);
        var copies = copies(where, message, connection);
        var outcomes = copies.keySet().stream()
                .map(copy -> store.marks()
                        .react(messages.place(copy), connection.person().id(), emoji, react.on()))
                .toList();
        if (outcomes.contains(Outcome.TOO_MANY)) {
            throw new EventException("too-many", "there are too many reactions to this message");
        } else if (!outcomes.contains(Outcome.DONE)) {
            return CompletableFuture.completedStage(
                    JSON.createObjectBuilder().add("unchanged", true).build());
        }
        return told(
                copies, "react", connection, data -> data.add("emoji", emoji).add("on", react.on()));
    }

    private static boolean isOfText(int one) {
        return Character.isLetter(one) || Character.isWhitespace(one) || Character.isISOControl(one);
    }

    private Map<Envelope, @Nullable String> copiesOfOwn(
            @Nullable String channel,
            @Nullable String with,
            long offset,
            @Nullable String epoch,
            Connection connection) {
        var where = Messages.Where.of(channel, with, connection);
        var message = messages.find(where, offset, epoch, connection);
        var from = message.from();
        if (from == null || !from.id().equals(connection.person().id())) {
            throw new EventException("not-yours", "somebody else has written this message");
        }
        return copies(where, message, connection);
    }

    /** The message, and the other person's copy of a private one; each with the id of the person whom its owner talks with. */
    private Map<Envelope, @Nullable String> copies(Messages.Where where, Envelope message, Connection connection) {
        var partner = where.partner();
        var copies = new LinkedHashMap<Envelope, @Nullable String>();
        copies.put(message, partner);
        if (partner != null) {
            twins.find(message, connection.person(), partner)
                    .ifPresent(twin -> copies.put(twin, connection.person().id()));
        }
        return copies;
    }

    private CompletionStage<JsonObject> told(
            Map<Envelope, @Nullable String> copies,
            String event,
            Connection connection,
            Consumer<JsonObjectBuilder> more) {
        var receipts = new ArrayList<CompletionStage<Receipt>>();
        copies.forEach((copy, partner) -> {
            var data = JSON.createObjectBuilder()
                    .add("of", Messages.position(copy).offset())
                    .add("by", connection.person().id());
            if (partner != null) {
                data.add("with", partner);
            }
            more.accept(data);
            receipts.add(herald.publish(Objects.requireNonNull(copy.channel()), event, data.build()));
        });
        var first = receipts.get(0);
        return receipts.stream()
                .reduce((one, other) -> one.thenCombine(other, (receipt, unused) -> receipt))
                .orElse(first)
                .thenApply(MessageEvents::json);
    }

    private static JsonObject json(Receipt receipt) {
        var json = JSON.createObjectBuilder().add("channel", receipt.channel().value());
        var position = receipt.position();
        if (position != null) {
            json.add("offset", position.offset()).add("epoch", position.epoch());
        }
        return json.add("kind", receipt.kind().label()).build();
    }

    /**
     * Which part of the past.
     *
     * @param before only messages of lower offsets
     * @param around messages before and after this offset
     * @param limit the most messages
     */
    public record History(
            @Nullable String channel,
            @Nullable String with,
            @Nullable Long before,
            @Nullable Long around,
            @Nullable Integer limit) {}

    /** A page of the past, the newest message first. */
    @OnEvent("board:history")
    JsonObject history(@Nullable History given, Connection connection) {
        var history = Given.required(given);
        var where = Messages.Where.of(history.channel(), history.with(), connection);
        memberships.require(connection, Action.HISTORY, where.channel());
        var limit = Objects.requireNonNullElse(history.limit(), PAGE);
        var wanted = history.around() != null ? history.around() : history.before();
        if (limit < 1 || limit > MAX_PAGE || (wanted != null && wanted < 1)) {
            throw new EventException(
                    "history-invalid", "limit is 1 to " + MAX_PAGE + ", before and around are at least 1");
        }
        var head = log.head(where.channel());
        var end = head.offset() + 1;
        if (history.around() != null) {
            end = Math.min(end, history.around() + limit / 2 + 1);
        } else if (history.before() != null) {
            end = Math.min(end, history.before());
        }
        var page = new HistoryReader(where, limit, end);
        Past.read(log, where.channel(), end, LOOKED_AT, page::visit);
        var list = JSON.createArrayBuilder();
        messages.shown(where.channel(), page.messages).forEach(list::add);
        return JSON.createObjectBuilder()
                .add("messages", list)
                .add(
                        "more",
                        JSON.createObjectBuilder()
                                .add(
                                        "before",
                                        page.next > 1
                                                && !log.before(where.channel(), page.next, 1)
                                                        .messages()
                                                        .isEmpty())
                                .add("after", end <= head.offset()))
                .add("next", page.next)
                .add("head", head.offset())
                .add("epoch", head.epoch())
                .build();
    }

    private static final class HistoryReader {

        private final Messages.Where where;
        private final int limit;
        private final ArrayList<Envelope> messages = new ArrayList<>();
        private long next;

        HistoryReader(Messages.Where where, int limit, long end) {
            this.where = where;
            this.limit = limit;
            this.next = end;
        }

        boolean visit(Envelope message) {
            next = Messages.position(message).offset();
            if (where.has(message) && message.except().isEmpty()) {
                messages.add(message);
            }
            return messages.size() < limit;
        }
    }
}
