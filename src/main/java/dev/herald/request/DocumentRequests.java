package dev.herald.request;

import dev.herald.api.Position;
import dev.herald.document.Awareness;
import dev.herald.document.ChangeException;
import dev.herald.document.Changed;
import dev.herald.document.DocumentState;
import dev.herald.document.Documents;
import dev.herald.document.Opened;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Does what clients ask of shared documents, once it is permitted. Any thread may call, holding no lock. What it returns may fail as what
 * documents return; {@link #rejected} and {@link Rejections#of} say what the client is told then.
 */
final class DocumentRequests {

    /** How often a document is opened anew when its changes come faster than it is opened. */
    private static final int TRIES = 5;

    private static final JsonProvider JSON = JsonProvider.provider();

    private final Hub hub;
    private final Documents documents;
    private final Awareness awareness;
    private final Quotas quotas;
    private final Rooms rooms;

    DocumentRequests(Hub hub, Documents documents, Awareness awareness, Quotas quotas, Rooms rooms) {
        this.hub = hub;
        this.documents = documents;
        this.awareness = awareness;
        this.quotas = quotas;
        this.rooms = rooms;
    }

    CompletionStage<Reply> perform(Member member, Request.OfDocument request) {
        // One that is to be opened comes another way: it needs to know what was revoked since it was decided.
        if (request instanceof Request.PresentInDocument present) {
            return CompletableFuture.completedStage(present(member, present));
        }
        return perform(Asker.of(member), request);
    }

    /** Without a connection, a document can be read and changed, but not opened. */
    CompletionStage<Reply> perform(Asker asker, Request.OfDocument request) {
        if (request instanceof Request.ChangeDocument change) {
            return change(asker, change);
        } else if (request instanceof Request.ReadDocument read) {
            return documents
                    .read(read.name())
                    .thenApply(state -> new Reply.Document(
                            version(state.position()),
                            named(read.name(), state.position()) + ",\"value\":" + state.text() + "}"));
        } else if (request instanceof Request.PeopleInDocument people) {
            return CompletableFuture.completedStage(new Reply.DocumentPeople(awareness.people(people.name())));
        }
        throw new IllegalArgumentException("this needs a connection: " + request.getClass());
    }

    /** A version of a document in all its lives. */
    private static String version(Position position) {
        return position.offset() + "-" + position.epoch();
    }

    private static String named(String name, Position position) {
        return "{\"name\":" + JSON.createValue(name) + "," + at(position);
    }

    private static String at(Position position) {
        return "\"version\":" + position.offset() + ",\"epoch\":" + JSON.createValue(position.epoch());
    }

    /** @param revocations how many there were before it was decided that the document may be opened */
    CompletionStage<Reply> open(Member member, Request.Open request, int revocations) {
        return open(member, request, revocations, TRIES);
    }

    private CompletionStage<Reply> open(Member member, Request.Open request, int revocations, int tries) {
        return documents.open(request.name(), request.since()).thenCompose(opened -> {
            var joined = member.join(request.channel(), opened.position());
            if (joined.isEmpty()) {
                return reply(new Reply.Rejected(ErrorCode.NOT_JOINED, "this connection has ended"));
            }
            if (!joined.get().outcome().recovered()) {
                member.takeBack(joined.get());
                return tries > 1
                        ? open(member, request, revocations, tries - 1)
                        : reply(new Reply.Rejected(
                                ErrorCode.OVERLOADED, "the document changes faster than it is read; try again"));
            }
            if (revocations != Asker.of(member).decisions().revocations()) {
                rooms.askAgain(member, request.channel());
            }
            awareness.opened(request.name());
            return reply(new Reply.Opened(joined.get(), json(opened)));
        });
    }

    private static String json(Opened opened) {
        var what = opened.changes() == null
                ? ",\"value\":" + opened.value()
                : ",\"changes\":[" + String.join(",", opened.changes()) + "]";
        return named(opened.name(), opened.position()) + what + "}";
    }

    private CompletionStage<Reply> change(Asker asker, Request.ChangeDocument request) {
        var tooMany = quotas.checkChannel(asker, () -> hub.isNew(request.channel()));
        if (tooMany.isPresent()) {
            return reply(tooMany.get());
        }
        return documents
                .change(request.name(), asker.person(), request.base(), request.only(), request.id(), request.change())
                .thenApply(changed -> {
                    if (changed.position().offset() == 1 && !changed.duplicate()) {
                        quotas.chargeChannel(asker);
                    }
                    return new Reply.DocumentChanged(version(changed.position()), json(changed));
                });
    }

    private static String json(Changed changed) {
        return "{" + at(changed.position()) + ",\"duplicate\":" + changed.duplicate() + "}";
    }

    private Reply present(Member member, Request.PresentInDocument request) {
        if (!member.channels().contains(request.channel())) {
            return new Reply.Rejected(ErrorCode.NOT_JOINED, "open document " + request.name() + " first");
        }
        return awareness.present(member, request.name(), request.state())
                ? new Reply.DocumentPeople("{}")
                : new Reply.Rejected(ErrorCode.OVERLOADED, "too many people say what they do in documents; try again");
    }

    private static CompletionStage<Reply> reply(Reply reply) {
        return CompletableFuture.completedStage(reply);
    }

    /** What a client is told whose change is not made. */
    static Reply.Rejected rejected(ChangeException e) {
        var instead = JSON.createObjectBuilder();
        e.index().ifPresent(index -> instead.add("index", index));
        e.head().ifPresent(head -> add(instead, head));
        var code = switch (e.reason()) {
            case INVALID -> ErrorCode.INVALID;
            case CONFLICT -> ErrorCode.CONFLICT;
            case REFUSED -> ErrorCode.REFUSED;
            case TOO_LARGE -> ErrorCode.TOO_LARGE;
        };
        return new Reply.Rejected(code, e.code(), String.valueOf(e.getMessage()), null, instead.build());
    }

    private static void add(JsonObjectBuilder json, DocumentState head) {
        json.add("version", head.version())
                .add("epoch", head.position().epoch())
                .add("value", head.value());
    }
}
