package dev.herald.request;

import dev.herald.api.Action;
import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.document.Awareness;
import dev.herald.document.Change;
import dev.herald.hub.HistoryPage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a client asks of Herald, in whichever protocol: well-formed, but not yet allowed. */
public sealed interface Request {

    /** The word that stands for the asker's own private channel where a channel is named, and the event of private messages. */
    String PRIVATE = "private";

    /** The event by which clients ask for a channel's past. */
    String HISTORY = "history";

    /** The event by which clients say what has been seen. */
    String SEEN = "seen";

    /** The event by which clients join a channel. */
    String JOIN = "join";

    /** The event by which clients give a new token, where tokens are taken. */
    String AUTHENTICATE = "authenticate";

    /** The event by which clients leave a channel. */
    String LEAVE = "leave";

    /**
     * What must be permitted so that this is done, apart from what {@link Permission#byChannel} says.
     *
     * @param own the asker's private channel
     * @return empty when nothing needs to be: the asker gives something up, or speaks to the application alone
     */
    Optional<Right> right(ChannelName own);

    /**
     * A message for everyone in a channel.
     *
     * @param json the data as JSON text
     * @param id the sender's own id of the message, by which a repeat is recognised; {@code null} when it has none
     */
    record Publish(
            String event,
            ChannelName channel,
            String json,
            @Nullable String id) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.PUBLISH, channel));
        }
    }

    /**
     * A message for one person.
     *
     * @param to the person's id
     * @param json the data as JSON text
     * @param id as in {@link Publish}
     */
    record Tell(String to, String json, @Nullable String id) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.PUBLISH, ChannelName.ofUser(to)));
        }
    }

    /**
     * Wants a channel's messages.
     *
     * @param since the last message the client has; {@code null} to begin now
     */
    record Join(ChannelName channel, @Nullable Position since) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.JOIN, channel));
        }
    }

    /** Wants a channel's messages no longer. */
    record Leave(ChannelName channel) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.empty();
        }
    }

    /**
     * Wants a page of a channel's past.
     *
     * @param before only messages of lower offsets, at least 1
     * @param limit the most messages, 1 to {@link HistoryPage#MAX_LIMIT}
     */
    record History(ChannelName channel, long before, int limit) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.HISTORY, channel));
        }
    }

    /** Wants to know who is in a channel. */
    record Presence(ChannelName channel) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.PRESENCE, channel));
        }
    }

    /** Wants to know whether it may do something; nothing is done. */
    record Consider(Action action, ChannelName channel) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(action, channel));
        }
    }

    /**
     * Says that all messages of the own private channel up to one are seen on this device.
     *
     * @param offset at least 0
     * @param epoch {@code null} for the channel's as it is
     */
    record Seen(long offset, @Nullable String epoch) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.JOIN, own));
        }
    }

    /**
     * Gives a new token, by which the connection goes on.
     *
     * @param token 1 to {@link dev.herald.api.Credentials#MAX_TOKEN} characters
     */
    record Authenticate(String token) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.empty();
        }

        /** Without the token, which is a secret. */
        @Override
        public String toString() {
            return "Authenticate";
        }
    }

    /** What is asked of a shared document. */
    sealed interface OfDocument extends Request {

        /** How the events of documents begin. */
        String BEGIN = "doc:";

        /** The event by which clients open one. */
        String OPEN = "doc:open";

        /** The event by which clients change one. */
        String CHANGE = "doc:change";

        /** The event by which clients want no more of one. */
        String CLOSE = "doc:close";

        /** The event by which clients say what they do in one. */
        String PRESENCE = "doc:presence";

        /** The event by which clients ask who does what in one. */
        String PEOPLE = "doc:people";

        /** The document's name. */
        String name();

        /** The document's channel. */
        default ChannelName channel() {
            return ChannelName.ofDocument(name());
        }
    }

    /**
     * Wants a document and its changes from now on.
     *
     * @param since the version that the client has; {@code null} for none
     */
    record Open(String name, @Nullable Position since) implements OfDocument {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.JOIN, channel()));
        }
    }

    /** Wants to know what a document is, without its changes. */
    record ReadDocument(String name) implements OfDocument {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.HISTORY, channel()));
        }
    }

    /**
     * Changes a document.
     *
     * @param base the version that the client has seen; {@code null} for whichever it is
     * @param only the version that it must be still; {@code null} for whichever the change fits
     * @param id as in {@link Publish}
     */
    record ChangeDocument(
            String name,
            @Nullable Long base,
            @Nullable Position only,
            @Nullable String id,
            Change change) implements OfDocument {

        /** The same change, only of this version. */
        public ChangeDocument onlyAt(@Nullable Position version) {
            return new ChangeDocument(name, base, version, id, change);
        }

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.PUBLISH, channel()));
        }
    }

    /**
     * Says what the person does in a document: where the cursor is, what is selected.
     *
     * @param state as JSON text, at most {@link Awareness#MAX_STATE} characters; {@code null} (the word) when nothing any more
     */
    record PresentInDocument(String name, String state) implements OfDocument {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.PRESENCE, channel()));
        }
    }

    /** Wants to know who does what in a document. */
    record PeopleInDocument(String name) implements OfDocument {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.of(new Right(Action.PRESENCE, channel()));
        }
    }

    /**
     * A message for the application's observers alone.
     *
     * @param json the data as JSON text
     * @param answer takes the application's answer
     */
    record ToApplication(String event, String json, Answer answer) implements Request {

        @Override
        public Optional<Right> right(ChannelName own) {
            return Optional.empty();
        }
    }
}
