package dev.herald.socketio;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.RefusedException;
import dev.herald.hub.Draft;
import dev.herald.hub.ErrorCode;
import dev.herald.hub.Hub;
import dev.herald.hub.RejectedException;
import dev.herald.hub.Request;
import dev.herald.hub.Subscription;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Event;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Does what one client asks for, and answers it: with an acknowledgement who asked for one, and with the event {@code error} what is
 * rejected otherwise. Events of one client come one at a time; answers go out by any thread.
 */
final class RequestHandler {

    private static final System.Logger LOG = System.getLogger(RequestHandler.class.getName());

    private final SocketIoClient client;
    private final Hub hub;

    RequestHandler(SocketIoClient client, Hub hub) {
        this.client = client;
        this.hub = hub;
    }

    /** Takes an event: one of Herald's own names is a request, any other is for the application. */
    void receive(Event event) {
        var answer = answer(event);
        try {
            var all = EventArguments.split(event.json());
            var arguments = all.subList(1, all.size());
            var request = client.connection().isMain()
                    ? ChannelRequests.read(event.name(), arguments, event.attachments())
                    : Optional.<Request>empty();
            if (request.isPresent()) {
                obey(event.name(), request.get(), answer);
            } else {
                var json = EventArguments.toHub(arguments, event.attachments());
                hub.hand(client.member(), event.name(), json, answer);
            }
        } catch (RejectedException e) {
            reject(event.name(), e, answer);
        }
    }

    private Answer answer(Event event) {
        return event.ackId() == null ? Answer.NONE : new OneAnswer(event.ackId());
    }

    /** Answers an event whose data is not taken, and perhaps not even its name. */
    void reject(Event event, RejectedException e) {
        reject(event.name().isEmpty() ? null : event.name(), e, answer(event));
    }

    private void obey(String event, Request request, Answer answer) {
        if (request instanceof Request.Join join) {
            client.member().join(join).ifPresent(joined -> begin(event, joined, answer));
        } else if (request instanceof Request.Leave leave) {
            leave(event, leave, answer);
        } else if (request instanceof Request.History history) {
            history(history, answer);
        } else if (request instanceof Request.Seen seen) {
            seen(event, seen, answer);
        } else if (request instanceof Request.Publish publish) {
            publish(event, publish, answer);
        } else if (request instanceof Request.Tell tell) {
            tell(event, tell, answer);
        }
    }

    /**
     * Once the client is kept with it, answers that it has joined, and lets the channel's messages come. It may be kept with an
     * earlier begin, if it starts over: after a crash it gets more than it asked for then.
     */
    private void begin(String event, Subscription joined, Answer answer) {
        client.afterKeeping(failure -> {
            if (failure == null || client.isKeptIn(joined.channel())) {
                joined.start(subscription -> announce(subscription, answer));
                // If it has ended meanwhile, it was not announced.
                if (client.member().channels().contains(joined.channel())) {
                    answer.give(Replies.joined(joined));
                } else {
                    var left = "channel " + joined.channel() + " was left again meanwhile";
                    answer.give(Replies.rejected(new RejectedException(ErrorCode.NOT_JOINED, null, left)));
                }
            } else {
                client.member().takeBack(joined);
                reject(event, rejection(failure), answer);
                // It may be kept with the channel after all: nobody knows.
                client.afterKeeping(again -> {});
            }
        });
    }

    /** Called under a lock: nothing is written. */
    private static boolean announce(Subscription subscription, Answer answer) {
        return !(answer instanceof OneAnswer one) || one.queue(Replies.joined(subscription));
    }

    private void leave(String event, Request.Leave request, Answer answer) {
        var left = client.member().leave(request);
        client.afterKeeping(failure -> {
            if (failure == null) {
                answer.give(Replies.left(left));
            } else {
                reject(event, rejection(failure), answer);
            }
        });
    }

    /** A page may be large. When it does not fit into the queue, the client is told so, as it can ask again. */
    private void history(Request.History request, Answer answer) {
        if (!(answer instanceof OneAnswer one)) {
            throw new RejectedException(
                    ErrorCode.HISTORY_INVALID, null, "history comes as an acknowledgement: give a callback");
        }
        if (!one.queueAsItIs(Replies.history(client.member().history(request)))) {
            throw new RejectedException(
                    ErrorCode.OVERLOADED, null, "too much waits for you already; ask again when you have read it");
        }
        client.flush();
    }

    private void seen(String event, Request.Seen request, Answer answer) {
        var own = client.member().privateChannel();
        client.member().seen(request).whenComplete((seen, failure) -> {
            if (failure == null) {
                answer.give(Replies.seen(own, seen));
            } else {
                reject(event, rejection(failure), answer);
            }
        });
    }

    private void publish(String event, Request.Publish request, Answer answer) {
        var from = client.connection().person();
        publish(new Draft(request.channel(), event, from, null, request.json(), request.id()), answer);
    }

    private void tell(String event, Request.Tell request, Answer answer) {
        var channel = ChannelName.ofUser(request.to());
        var from = client.connection().person();
        publish(new Draft(channel, event, from, request.to(), request.json(), request.id()), answer);
    }

    private void publish(Draft draft, Answer answer) {
        hub.receive(client.member(), draft).whenComplete((receipt, failure) -> {
            if (failure == null) {
                answer.give(receipt.json());
            } else {
                reject(draft.event(), rejection(failure), answer);
            }
        });
    }

    private RejectedException rejection(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            return new RejectedException(ErrorCode.of(refused.reason()), null, String.valueOf(refused.getMessage()));
        }
        if (cause instanceof RejectedException rejected) {
            return rejected;
        }
        LOG.log(ERROR, "a message of connection " + client.connection().id() + " was not published", cause);
        return new RejectedException(ErrorCode.SERVER_ERROR, null, "the server made a mistake; try again");
    }

    /** Who asked for an answer gets the error as one; everybody else as an event. */
    private void reject(@Nullable String event, RejectedException e, Answer answer) {
        LOG.log(
                DEBUG,
                () -> "connection " + client.connection().id() + " is answered "
                        + e.code().code() + ": " + e.getMessage());
        if (!answer.give(Replies.rejected(e))) {
            client.complain(event, e);
        }
    }

    /** The answer to one event; the first counts. */
    private final class OneAnswer implements Answer {

        private final long ackId;
        private final AtomicBoolean given = new AtomicBoolean();

        OneAnswer(long ackId) {
            this.ackId = ackId;
        }

        @Override
        public boolean give(String json) {
            if (!given.compareAndSet(false, true)) {
                return false;
            }
            if (!enqueue(json)) {
                client.fellBehind();
            }
            client.flush();
            return true;
        }

        /** Queues the answer, unless it is given; false when there is no room for it. */
        boolean queue(String json) {
            return !given.compareAndSet(false, true) || enqueue(json);
        }

        private boolean enqueue(String json) {
            var arguments = EventArguments.fromHub(json);
            var array = "[" + String.join(",", arguments.texts()) + "]";
            return client.enqueue(new Ack(client.connection().namespace(), ackId, array, arguments.attachments()));
        }

        /** Queues an answer in which bytes stay what they are in JSON; false when there is no room for it. */
        boolean queueAsItIs(String json) {
            return client.enqueue(new Ack(client.connection().namespace(), ackId, "[" + json + "]", List.of()));
        }
    }
}
