package dev.herald.request;

import static dev.herald.request.ErrorCode.CHANNEL_INVALID;
import static dev.herald.request.ErrorCode.EVENT_INVALID;
import static dev.herald.request.ErrorCode.EVENT_RESERVED;
import static dev.herald.request.ErrorCode.HISTORY_INVALID;
import static dev.herald.request.ErrorCode.ID_INVALID;
import static dev.herald.request.ErrorCode.INVALID;
import static dev.herald.request.ErrorCode.MALFORMED;
import static dev.herald.request.ErrorCode.SEEN_INVALID;
import static dev.herald.request.ErrorCode.SINCE_INVALID;
import static dev.herald.request.ErrorCode.TO_INVALID;

import dev.herald.api.ChannelName;
import dev.herald.api.Credentials;
import dev.herald.api.JsonBytes;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.document.Awareness;
import dev.herald.document.Change;
import dev.herald.document.ChangeException;
import dev.herald.document.DocumentState;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.hub.HistoryPage;
import dev.herald.json.WellFormed;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import org.jspecify.annotations.Nullable;

/**
 * A client's request as it came, not yet checked. Nothing is converted: a string is never read as a number, nor a number as a
 * string.
 *
 * @param event what is asked for, or the name of a message
 * @param fields what more the client says of it: {@code channel}, {@code to}, {@code id}, {@code since}, {@code before}, {@code
 *     limit}, {@code offset}, {@code epoch}, and of documents {@code name}, {@code base}, {@code merge}, {@code patch}, {@code state};
 *     others are ignored
 * @param json a message's data as JSON text that {@link dev.herald.json.JsonGuard} has passed
 */
public record RawRequest(@Nullable String event, JsonObject fields, String json) {

    /** Kept: the static methods of {@code Json} look for it anew with each call. */
    private static final JsonProvider JSON = JsonProvider.provider();

    /** A whole number that is not negative. */
    private static final String WHOLE = "0|[1-9][0-9]{0,17}";

    /** A request that has no data. */
    public RawRequest(String event, JsonObject fields) {
        this(event, fields, "null");
    }

    /**
     * A request that is one JSON object, with its {@code event} and its {@code data} beside the other fields.
     *
     * @throws RejectedException when the event is no string
     */
    public static RawRequest of(JsonObject message) {
        var event = string(message, "event");
        return event != null && event.startsWith(Request.OfDocument.BEGIN)
                ? ofDocument(event, message)
                : new RawRequest(event, message, String.valueOf(message.getOrDefault("data", JsonValue.NULL)));
    }

    /** A request about a document, in which what looks like bytes is escaped, as it is on the feed and by HTTP. */
    public static RawRequest ofDocument(String event, JsonObject fields) {
        var isEscaped = fields.toString().contains(JsonBytes.MARK);
        return new RawRequest(event, isEscaped ? JsonBytes.unescape(fields).asJsonObject() : fields);
    }

    /** The value of a URL's parameter as a field: a positive integer is a number, anything else a string. */
    public static JsonValue parameter(String text) {
        if (!text.matches("[1-9][0-9]*")) {
            return JSON.createValue(text);
        }
        return JSON.createValue(text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text));
    }

    /**
     * The client's own id of a message.
     *
     * @param fields of the message
     * @return {@code null} when it gave none
     * @throws RejectedException when it is no valid id
     */
    public static @Nullable String id(JsonObject fields) {
        var id = string(fields, "id");
        if (id != null && (id.isEmpty() || id.length() > Draft.MAX_CLIENT_ID || !WellFormed.is(id))) {
            throw new RejectedException(ID_INVALID, "id is 1 to " + Draft.MAX_CLIENT_ID + " characters");
        }
        return id;
    }

    /**
     * The new token that a client gives.
     *
     * @throws RejectedException when it gives none, or a long one
     */
    Request.Authenticate authenticate() {
        var token = string("token");
        if (token == null || token.isEmpty() || token.length() > Credentials.MAX_TOKEN) {
            throw new RejectedException(
                    MALFORMED, "a new token is given as {token}, 1 to " + Credentials.MAX_TOKEN + " characters");
        }
        return new Request.Authenticate(token);
    }

    /**
     * What is asked for.
     *
     * @param own the asker's private channel
     * @throws RejectedException when it is no valid request
     */
    public Request read(ChannelName own) {
        var id = id(fields);
        var name = checkedEvent();
        return switch (name) {
            case Request.JOIN -> new Request.Join(channel(own), since());
            case Request.LEAVE -> new Request.Leave(channel(own));
            case Request.HISTORY -> history(own);
            case Request.SEEN -> seen();
            case Request.PRIVATE -> new Request.Tell(to(), json, id);
            case Request.OfDocument.OPEN -> new Request.Open(document(), version());
            case Request.OfDocument.CHANGE -> change(id);
            case Request.OfDocument.CLOSE -> new Request.Leave(ChannelName.ofDocument(document()));
            case Request.OfDocument.PRESENCE -> new Request.PresentInDocument(document(), state());
            case Request.OfDocument.PEOPLE -> new Request.PeopleInDocument(document());
            default -> publish(name, own, id);
        };
    }

    private String checkedEvent() {
        if (event == null || !EventName.isValid(event)) {
            throw new RejectedException(
                    EVENT_INVALID, "event is the message's name, 1 to " + EventName.MAX_LENGTH + " characters");
        }
        return event;
    }

    private Request.Publish publish(String name, ChannelName own, @Nullable String id) {
        if (EventName.isReserved(name)) {
            throw new RejectedException(EVENT_RESERVED, "the event " + name + " is the server's own");
        }
        var isNews = name.equals("news") && string("channel") == null;
        return new Request.Publish(name, isNews ? ChannelName.NEWS : channel(own), json, id);
    }

    private String document() {
        var name = string("name");
        try {
            return ChannelName.ofDocument(name == null ? "" : name).document().orElseThrow();
        } catch (IllegalArgumentException e) {
            throw new RejectedException(CHANNEL_INVALID, "name: " + e.getMessage());
        }
    }

    /** The version of a document that a client has. */
    private @Nullable Position version() {
        if (!(fields.get("since") instanceof JsonObject since)) {
            if (fields.containsKey("since")) {
                throw new RejectedException(SINCE_INVALID, "since is {version, epoch}");
            }
            return null;
        }
        var epoch = string(since, "epoch");
        var version = String.valueOf(since.get("version"));
        if (epoch == null || epoch.isEmpty() || epoch.length() > 64 || !version.matches(WHOLE)) {
            throw new RejectedException(SINCE_INVALID, "since is {version, epoch}: a whole number and a string");
        }
        return new Position(epoch, Long.parseLong(version));
    }

    private Request.ChangeDocument change(@Nullable String id) {
        var base = fields.get("base");
        if (base != null && !base.toString().matches(WHOLE)) {
            throw new RejectedException(INVALID, "base is the version that you have seen: a whole number");
        }
        var kind = fields.containsKey("patch") ? "patch" : "merge";
        var json = fields.get(kind);
        if (json == null || (kind.equals("patch") && fields.containsKey("merge"))) {
            throw new RejectedException(INVALID, "a change has a merge or a patch");
        }
        return new Request.ChangeDocument(
                document(), base == null ? null : Long.parseLong(base.toString()), null, id, change(kind, json));
    }

    private static Change change(String kind, JsonValue json) {
        try {
            return Change.of(kind, json);
        } catch (ChangeException e) {
            throw new RejectedException(DocumentRequests.rejected(e));
        }
    }

    private String state() {
        var state = DocumentState.text(fields.getOrDefault("state", JsonValue.NULL));
        if (state.length() > Awareness.MAX_STATE) {
            throw new RejectedException(INVALID, "a state has at most " + Awareness.MAX_STATE + " characters of JSON");
        }
        return state;
    }

    private Request.History history(ChannelName own) {
        var channel = channel(own);
        var before = fields.containsKey("before") ? positive("before") : Long.MAX_VALUE;
        var limit = fields.containsKey("limit") ? positive("limit") : HistoryPage.DEFAULT_LIMIT;
        if (before < 1) {
            throw new RejectedException(HISTORY_INVALID, "before is an offset: a positive integer");
        }
        if (limit < 1 || limit > HistoryPage.MAX_LIMIT) {
            throw new RejectedException(HISTORY_INVALID, "limit is an integer from 1 to " + HistoryPage.MAX_LIMIT);
        }
        return new Request.History(channel, before, (int) limit);
    }

    private Request.Seen seen() {
        var offset = String.valueOf(fields.get("offset"));
        if (!offset.matches(WHOLE)) {
            throw new RejectedException(
                    SEEN_INVALID, "offset is that of the last message seen: a whole number, not negative");
        }
        return new Request.Seen(Long.parseLong(offset), string("epoch"));
    }

    /** The number, or the largest one if it is larger; 0 for what is no positive integer. */
    private long positive(String field) {
        var text = String.valueOf(fields.get(field));
        if (!text.matches("[1-9][0-9]*")) {
            return 0;
        }
        return text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text);
    }

    /**
     * The channel that is named.
     *
     * @param own the asker's private channel
     * @throws RejectedException when none is, or not well
     */
    public ChannelName channel(ChannelName own) {
        var name = string("channel");
        if (name == null) {
            throw new RejectedException(CHANNEL_INVALID, "channel is missing");
        }
        try {
            return name.equals(Request.PRIVATE) ? own : new ChannelName(name);
        } catch (IllegalArgumentException e) {
            throw new RejectedException(CHANNEL_INVALID, String.valueOf(e.getMessage()));
        }
    }

    private String to() {
        var to = string("to");
        if (to == null || to.isEmpty() || to.length() > Person.MAX_ID || !WellFormed.is(to)) {
            throw new RejectedException(TO_INVALID, "to is the id of a person");
        }
        return to;
    }

    private @Nullable Position since() {
        var since = fields.get("since");
        try {
            return since == null ? null : Position.of(since);
        } catch (IllegalArgumentException e) {
            throw new RejectedException(SINCE_INVALID, "since: " + e.getMessage());
        }
    }

    private @Nullable String string(String field) {
        return string(fields, field);
    }

    private static @Nullable String string(JsonObject fields, String field) {
        var value = fields.get(field);
        if (value == null) {
            return null;
        }
        if (value instanceof JsonString string) {
            return string.getString();
        }
        throw new RejectedException(MALFORMED, field + " is a string");
    }
}
