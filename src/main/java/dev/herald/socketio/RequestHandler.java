package dev.herald.socketio;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.hub.HistoryPage;
import dev.herald.hub.Subscription;
import dev.herald.request.ErrorCode;
import dev.herald.request.RawRequest;
import dev.herald.request.RejectedException;
import dev.herald.request.Rejections;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import dev.herald.request.Requests;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Event;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Does what one client asks for, and answers. The answer is an acknowledgement if the client asked for one; otherwise only
 * rejections are answered, with the event {@code error}. Events of one client come one at a time; any thread may answer,
 * holding no lock.
 */
final class RequestHandler {

    private static final System.Logger LOG = System.getLogger(RequestHandler.class.getName());

    private final SocketIoClient client;
    private final Requests requests;

    RequestHandler(SocketIoClient client, Requests requests) {
        this.client = client;
        this.requests = requests;
    }

    /** Takes an event: one of Herald's own names is a request, any other is for the application. */
    void receive(Event event) {
        var answer = answer(event);
        var all = EventArguments.split(event.json());
        var arguments = all.subList(1, all.size());
        try {
            var request = event.name().equals(Request.AUTHENTICATE) && requests.takesTokens()
                    ? Optional.of(ChannelRequests.authenticate(arguments))
                    : client.connection().isMain()
                            ? ChannelRequests.read(event.name(), arguments, event.attachments())
                            : Optional.<RawRequest>empty();
            var reply = request.isPresent()
                    ? requests.handle(client.member(), request.get())
                    : requests.handle(
                            client.member(), toApplication(event.name(), arguments, event.attachments(), answer));
            var unused = reply.thenAccept(given -> tell(event.name(), given, answer));
        } catch (RejectedException e) {
            reject(event.name(), e.reply(), answer);
        }
    }

    private Answer answer(Event event) {
        return event.ackId() == null ? Answer.NONE : new OneAnswer(event.ackId());
    }

    /** Answers an event whose data is not taken, and perhaps not even its name. */
    void reject(Event event, Reply.Rejected e) {
        reject(event.name().isEmpty() ? null : event.name(), e, answer(event));
    }

    private static Request toApplication(String event, List<String> arguments, List<Bytes> attachments, Answer answer) {
        return new Request.ToApplication(event, EventArguments.toHub(arguments, attachments), answer);
    }

    /** Handles failures here: the thread that completed the reply would lose them. */
    private void tell(String event, Reply reply, Answer answer) {
        try {
            answer(event, reply, answer);
        } catch (RuntimeException e) {
            LOG.log(ERROR, "connection " + client.connection().id() + " was not told what became of " + event, e);
        }
    }

    private void answer(String event, Reply reply, Answer answer) {
        if (reply instanceof Reply.Published published) {
            answer.give(published.receipt().json());
        } else if (reply instanceof Reply.Joined joined) {
            begin(event, joined.subscription(), Replies.joined(joined.subscription()), answer);
        } else if (reply instanceof Reply.Opened opened) {
            begin(event, opened.subscription(), opened.json(), answer);
        } else if (reply instanceof Reply.OfDocument ofDocument) {
            answer.give(ofDocument.json());
        } else if (reply instanceof Reply.Left left) {
            leave(event, left.channel(), answer);
        } else if (reply instanceof Reply.History history) {
            history(event, history.page(), answer);
        } else if (reply instanceof Reply.Seen seen) {
            answer.give(Replies.seen(seen.channel(), seen.upTo()));
        } else if (reply instanceof Reply.Authenticated authenticated) {
            answer.give(Replies.authenticated(authenticated));
        } else if (reply instanceof Reply.Rejected rejected && isSilent(rejected)) {
            client.server().unhandled().note(client.connection(), event);
        } else if (reply instanceof Reply.Rejected rejected) {
            reject(event, rejected, answer);
        }
    }

    /** As in the reference server, an event that nobody handles is not acknowledged; the client's timeout tells it. */
    private boolean isSilent(Reply.Rejected rejected) {
        return rejected.code() == ErrorCode.NO_HANDLER
                && !client.server().settings().answersUnhandled();
    }

    /**
     * Once the client is kept with it, answers that it has joined, and lets the channel's messages come. It may be kept with an
     * earlier begin, if it starts over: after a crash it gets more than it asked for then.
     */
    private void begin(String event, Subscription joined, String reply, Answer answer) {
        client.afterKeeping(failure -> {
            if (failure == null || client.isKeptIn(joined.channel())) {
                joined.start(subscription -> announce(reply, answer));
                // If it has ended meanwhile, it was not announced.
                if (client.member().channels().contains(joined.channel())) {
                    answer.give(reply);
                } else {
                    var left = "channel " + joined.channel() + " was left again meanwhile";
                    answer.give(Replies.rejected(new Reply.Rejected(ErrorCode.NOT_JOINED, left)));
                }
            } else {
                client.member().takeBack(joined);
                reject(event, Rejections.of(asRequest(), failure), answer);
                // It may be kept with the channel after all: nobody knows.
                client.afterKeeping(again -> {});
            }
        });
    }

    /** Called under a lock: nothing is written. */
    private static boolean announce(String reply, Answer answer) {
        return !(answer instanceof OneAnswer one) || one.queue(reply);
    }

    private void leave(String event, ChannelName left, Answer answer) {
        client.afterKeeping(failure -> {
            if (failure == null) {
                answer.give(Replies.left(left));
            } else {
                reject(event, Rejections.of(asRequest(), failure), answer);
            }
        });
    }

    /** A page may be large. When it does not fit into the queue, the client is told so, as it can ask again. */
    private void history(String event, HistoryPage page, Answer answer) {
        if (!(answer instanceof OneAnswer one)) {
            var why = "history comes as an acknowledgement: give a callback";
            reject(event, new Reply.Rejected(ErrorCode.HISTORY_INVALID, why), answer);
        } else if (!one.queueAsItIs(Replies.history(page))) {
            reject(event, Reply.Rejected.ofFullQueue(), answer);
        } else {
            client.flush();
        }
    }

    private String asRequest() {
        return "a request of connection " + client.connection().id();
    }

    /** Who asked for an answer gets the error as one; everybody else as an event. */
    private void reject(@Nullable String event, Reply.Rejected e, Answer answer) {
        LOG.log(
                DEBUG,
                () -> "connection " + client.connection().id() + " is answered "
                        + e.code().code() + ": " + e.sentence());
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
