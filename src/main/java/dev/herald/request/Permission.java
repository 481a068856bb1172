package dev.herald.request;

import static dev.herald.request.ErrorCode.CHANNEL_FORBIDDEN;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Decides who may do what. Thread-safe; called once for each request of a client, on the thread that brought it, under no lock. */
@FunctionalInterface
public interface Permission {

    /** A decision. */
    sealed interface Decision {

        /** It may be done. */
        record Allowed() implements Decision {}

        /**
         * It may not be done.
         *
         * @param reply what the client is told
         */
        record Denied(Reply.Rejected reply) implements Decision {

            /** Denies with a sentence for the client. */
            public Denied(ErrorCode code, String sentence) {
                this(new Reply.Rejected(code, sentence));
            }
        }
    }

    /** The answer that costs nothing. */
    CompletionStage<Decision> ALLOWED = CompletableFuture.completedFuture(new Decision.Allowed());

    /**
     * Decides on a request. A connection's requests are done in their order, however long the decisions take.
     *
     * @return completes on any thread; exceptionally when nobody can decide, and then nothing is done
     */
    CompletionStage<Decision> decide(Asker asker, Request request);

    /** Everyone may use all channels, except other people's private ones and those of other namespaces. */
    static CompletionStage<Decision> byChannel(Asker asker, Request request) {
        if (request instanceof Request.Publish publish) {
            if (publish.channel().isDocument()) {
                return denied("a document is changed with the event doc:change");
            }
            return publish.channel().isPrivate()
                    ? denied("a private channel is written to with the event private")
                    : ifOpen(publish.channel());
        } else if (request instanceof Request.Join join) {
            return ifReadableBy(asker, join.channel());
        } else if (request instanceof Request.History history) {
            return ifReadableBy(asker, history.channel());
        } else if (request instanceof Request.Presence presence) {
            return ifReadableBy(asker, presence.channel());
        } else if (request instanceof Request.Leave leave) {
            return leave.channel().isPrivate() ? ALLOWED : ifOpen(leave.channel());
        }
        return request instanceof Request.Consider one ? byChannel(asker, one) : ALLOWED;
    }

    private static CompletionStage<Decision> byChannel(Asker asker, Request.Consider request) {
        return request.action() != Action.PUBLISH
                ? ifReadableBy(asker, request.channel())
                : request.channel().isPrivate() ? ALLOWED : ifOpen(request.channel());
    }

    private static CompletionStage<Decision> ifReadableBy(Asker asker, ChannelName channel) {
        if (!channel.isPrivate()) {
            return ifOpen(channel);
        }
        return channel.equals(asker.privateChannel()) ? ALLOWED : denied("this is another person's private channel");
    }

    private static CompletionStage<Decision> ifOpen(ChannelName channel) {
        return channel.isOpen() ? ALLOWED : denied("this channel cannot be named by clients");
    }

    private static CompletionStage<Decision> denied(String sentence) {
        return CompletableFuture.completedFuture(new Decision.Denied(CHANNEL_FORBIDDEN, sentence));
    }
}
