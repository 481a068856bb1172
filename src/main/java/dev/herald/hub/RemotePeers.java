package dev.herald.hub;

import dev.herald.api.AllConnections;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.UnansweredException;
import dev.herald.api.UnreachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The connections of all nodes: what is done with one, and what is asked of many. A connection that is here is served here, and no
 * other node hears of it; for another one all nodes are asked, as a client keeps its id when it recovers at another node.
 *
 * <p>Any thread may call, holding no lock; joining may wait for the log, nothing else waits. Stages complete on any thread. There is
 * no lock.
 */
public final class RemotePeers {

    /** How long a node may take for what asks no client; the way there and back is not in it. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Presence presence;
    private final Neighbours neighbours;

    RemotePeers(Presence presence, Neighbours neighbours) {
        this.presence = presence;
        this.neighbours = neighbours;
    }

    // One connection.

    /**
     * Does something with a connection, wherever it is.
     *
     * @return what came of it, empty when no node has the connection; exceptionally with what the deed itself throws, or
     *     {@link UnansweredException} when a node that may have the connection does not answer
     */
    public CompletionStage<Optional<List<String>>> with(String connectionId, PeerDeed deed) {
        var here = presence.find(connectionId);
        if (here.isPresent()) {
            return deed.doWith(here.get()).thenApply(Optional::of);
        }
        var what = Stream.concat(Stream.of("one", connectionId), deed.toTexts().stream())
                .toList();
        return neighbours
                .call(new NodeCall(connectionId, what, deed.patience(), answer -> !answer.isEmpty()))
                .thenCompose(RemotePeers::outcome);
    }

    private static CompletionStage<Optional<List<String>>> outcome(List<NodeAnswer> answers) {
        var found = answers.stream().filter(one -> !one.answer().isEmpty()).findFirst();
        if (found.isPresent()) {
            return PeerDeed.outcome(found.get().answer()).thenApply(Optional::of);
        }
        return answers.stream()
                .flatMap(one -> one.unreached().stream())
                .findFirst()
                .<CompletionStage<Optional<List<String>>>>map(node -> CompletableFuture.failedStage(
                        new UnansweredException("nobody knows whether it was done: " + node.why())))
                .orElseGet(() -> CompletableFuture.completedStage(Optional.empty()));
    }

    // Many connections.

    /**
     * What somebody on another node has answered.
     *
     * @param json {@code null} when there is no answer
     * @param why why there is none
     */
    public record Reply(
            Connection connection,
            @Nullable String json,
            @Nullable String why) {}

    /** What the other nodes have found, and which of them did not answer. */
    public record Elsewhere<T>(List<T> found, List<UnreachedNode> unreached) {}

    /** The connections here that a message is for. */
    public List<Member> here(Audience audience) {
        audience.channels().stream()
                .filter(ChannelName::isOfConnection)
                .forEach(room -> presence.ownerOf(room).ifPresent(owner -> owner.join(room)));
        return presence.members(audience.namespace(), audience.channels()).stream()
                .filter(member -> !member.test(audience.except()))
                .toList();
    }

    /** All that are for a message, on all nodes. Completes exceptionally never. */
    public CompletionStage<AllConnections> list(Audience audience) {
        var here = here(audience).stream().map(Member::connection).toList();
        return call(audience, audience.toTexts("list"), PATIENCE).thenApply(answers -> {
            var all = new ArrayList<>(here);
            answers.found().forEach(reply -> all.add(reply.connection()));
            return new AllConnections(all, answers.unreached());
        });
    }

    /** Asks those of the other nodes. Completes exceptionally never. */
    public CompletionStage<Elsewhere<Reply>> ask(Audience audience, String event, String json, Duration patience) {
        var what = new ArrayList<>(audience.toTexts("ask"));
        what.addAll(List.of(event, json, String.valueOf(millis(patience))));
        return call(audience, what, patience);
    }

    private CompletionStage<Elsewhere<Reply>> call(Audience audience, List<String> what, Duration patience) {
        return neighbours
                .call(new NodeCall(audience.namespace(), what, patience, answer -> false))
                .thenApply(answers -> new Elsewhere<>(
                        answers.stream()
                                .flatMap(one -> ReplyTexts.read(one.answer()).stream())
                                .toList(),
                        answers.stream()
                                .flatMap(one -> one.unreached().stream())
                                .toList()));
    }

    /** No clock counts longer than some hundred years. */
    static long millis(Duration patience) {
        return patience.compareTo(Duration.ofDays(36_500)) < 0 ? Math.max(0, patience.toMillis()) : 3_153_600_000_000L;
    }

    // What other nodes ask.

    /**
     * Answers another node.
     *
     * @return empty when the connection is not here; completes exceptionally with what is this node's own fault
     * @throws RuntimeException when no node of this version asks so
     */
    public CompletionStage<List<String>> answer(List<String> what) {
        var size = what.size();
        return switch (what.get(0)) {
            case "one" -> {
                var deed = PeerDeed.read(what.subList(2, size));
                yield presence.find(what.get(1))
                        .map(member -> PeerDeed.toTexts(deed.doWith(member)))
                        .orElse(CompletableFuture.completedStage(List.of()));
            }
            case "list" -> CompletableFuture.completedStage(ReplyTexts.list(here(Audience.read(what))));
            case "ask" ->
                ReplyTexts.gather(
                        here(Audience.read(what.subList(0, size - 3))),
                        what.get(size - 3),
                        what.get(size - 2),
                        Duration.ofMillis(Long.parseLong(what.get(size - 1))));
            default -> throw new IllegalArgumentException("this version knows no call " + what.get(0));
        };
    }
}
