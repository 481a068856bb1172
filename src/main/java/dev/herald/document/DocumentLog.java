package dev.herald.document;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.hub.Log;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.Replay;
import dev.herald.hub.Snapshots;
import dev.herald.json.JsonReading;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents: the latest snapshot, and the changes after it from the log. Any thread may call, holding no lock: it waits for the
 * database, and fails with {@link LogUnavailableException}.
 */
final class DocumentLog {

    /** The event of a change. */
    static final String CHANGED = "doc:changed";

    /** The most characters of a change as it is written: what H2 holds of one text. */
    static final int MAX_TEXT = 1024 * 1024;

    /** How many changes are read at a time. */
    private static final int PAGE = 200;

    /** How often reading begins anew, because the log is trimmed meanwhile. */
    private static final int TRIES = 5;

    private final Log log;
    private final Snapshots snapshots;

    DocumentLog(Log log, Snapshots snapshots) {
        this.log = log;
        this.snapshots = snapshots;
    }

    /**
     * A document as it is now.
     *
     * @param snapshot the version of the latest snapshot that was looked at; 0 for none
     */
    record Read(DocumentState state, long snapshot) {}

    /**
     * Reads a document.
     *
     * @param known an earlier value, so that only the changes after it are read; {@code null} for none
     */
    Read read(ChannelName channel, String name, @Nullable DocumentState known) {
        if (known != null) {
            var state = catchUp(channel, known);
            if (state.isPresent()) {
                return new Read(state.get(), 0);
            }
        }
        for (var n = 0; n < TRIES; n++) {
            var snapshot = snapshots.latest(name);
            var state = catchUp(channel, begin(channel, snapshot));
            if (state.isPresent()) {
                return new Read(
                        state.get(), snapshot.map(Snapshots.Snapshot::version).orElse(0L));
            }
        }
        throw new LogUnavailableException("changes of document " + name + " are missing in the log");
    }

    private DocumentState begin(ChannelName channel, Optional<Snapshots.Snapshot> snapshot) {
        var epoch = log.head(channel).epoch();
        return snapshot.map(kept -> new DocumentState(
                        new Position(epoch, kept.version()),
                        parse(kept.json()),
                        kept.json().length()))
                .orElse(new DocumentState(new Position(epoch, 0), JsonValue.EMPTY_JSON_OBJECT, 2));
    }

    /** The document with all later changes; empty when some of them are not in the log, or not any more. */
    private Optional<DocumentState> catchUp(ChannelName channel, DocumentState known) {
        var state = known;
        while (true) {
            if (!(log.since(channel, state.position(), PAGE) instanceof Replay.Complete complete)) {
                return Optional.empty();
            }
            for (var message : complete.messages()) {
                state = changed(state, message);
            }
            if (state.version() >= complete.head().offset()) {
                return Optional.of(state);
            }
        }
    }

    private static DocumentState changed(DocumentState before, Envelope message) {
        var position = Objects.requireNonNull(message.position(), "a message of a log has a position");
        return ChangeMessage.of(message)
                .map(ChangeMessage::change)
                .map(change -> before.changed(position, change, change.on(before.value())))
                .orElse(new DocumentState(position, before.value(), before.size()));
    }

    /**
     * The changes between two versions, each as the JSON text that clients get.
     *
     * @param atMost of their text together, in characters
     * @return empty when they are longer, or not all in the log any more
     */
    Optional<List<String>> changes(ChannelName channel, Position since, long upTo, long atMost) {
        var texts = new ArrayList<String>();
        var size = 0L;
        var from = since;
        while (from.offset() < upTo) {
            if (!(log.since(channel, from, PAGE) instanceof Replay.Complete complete)) {
                return Optional.empty();
            }
            for (var message : complete.messages()) {
                var position = Objects.requireNonNull(message.position(), "a message of a log has a position");
                from = position;
                size += message.json().length();
                if (size > atMost || !message.event().equals(CHANGED)) {
                    return Optional.empty();
                }
                if (position.offset() <= upTo) {
                    texts.add(message.json());
                }
            }
            if (complete.messages().isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(texts);
    }

    /** Keeps a value, so that nobody needs the changes before it to know it. */
    void keep(String name, DocumentState state) {
        snapshots.keep(
                name, new Snapshots.Snapshot(state.version(), state.value().toString()));
    }

    private static JsonValue parse(String json) {
        return JsonReading.read(json);
    }
}
