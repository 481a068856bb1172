package dev.herald.board;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import dev.herald.boardstore.BoardStore;
import dev.herald.boardstore.Membership;
import dev.herald.hub.Log;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Searches messages; docs/board.md has the event. Handlers wait for the database. */
@ApplicationScoped
public class SearchEvents {

    /** How many messages of one conversation are looked at for one page. */
    static final int LOOKED_AT = 2_000;

    /** How many messages of all conversations together are looked at, the same number in each channel. */
    static final int LOOKED_AT_IN_ALL = 5_000;

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    @Inject
    Herald herald;

    @Inject
    Log log;

    @Inject
    BoardStore store;

    private Memberships memberships;
    private Messages messages;

    @PostConstruct
    void begin() {
        memberships = new Memberships(herald, log, store);
        messages = new Messages(log, store, memberships);
    }

    /**
     * What is searched, and where: in a channel, in the talk with a person, or in all that the person is in.
     *
     * @param before only messages of lower offsets; not when all is searched
     */
    public record Search(
            @Nullable String text,
            @Nullable String channel,
            @Nullable String with,
            @Nullable Long before) {}

    /** Searches. */
    @OnEvent("board:search")
    JsonObject search(@Nullable Search given, Connection connection) {
        var search = Given.required(given);
        var finder = new Finder(log, messages, Wanted.of(search.text()));
        var isInAll = search.channel() == null && search.with() == null;
        var before = search.before();
        if (before != null && (isInAll || before < 1)) {
            throw new EventException("before-invalid", "before is an offset in a channel or with somebody");
        }
        if (isInAll) {
            searchAll(finder, connection);
            return finder.answer();
        }
        var where = Messages.Where.of(search.channel(), search.with(), connection);
        memberships.require(connection, Action.HISTORY, where.channel());
        finder.lookIn(where.channel(), where::has, Objects.requireNonNullElse(before, Long.MAX_VALUE), LOOKED_AT);
        return JSON.createObjectBuilder(finder.answer())
                .add("next", finder.next())
                .build();
    }

    private void searchAll(Finder finder, Connection connection) {
        var channels = new LinkedHashSet<>(List.of(ChannelName.NEWS));
        store.channels().memberships(connection.person().id()).stream()
                .map(Membership::channel)
                .forEach(channels::add);
        channels.removeIf(channel -> !memberships.may(connection, Action.HISTORY, channel));
        var own = ChannelName.ofUser(connection.person().id());
        var each = LOOKED_AT_IN_ALL / (channels.size() + 1);
        if (memberships.may(connection, Action.HISTORY, own)) {
            finder.lookIn(own, message -> Talks.partner(message).isPresent(), Long.MAX_VALUE, each);
        }
        for (var channel : channels) {
            var where = new Messages.Where(channel, null);
            finder.lookIn(channel, where::has, Long.MAX_VALUE, each);
        }
    }
}
