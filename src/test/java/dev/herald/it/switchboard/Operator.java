package dev.herald.it.switchboard;

import dev.herald.api.AllConnections;
import dev.herald.api.Answers;
import dev.herald.api.Connection;
import dev.herald.api.Herald;
import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import dev.herald.api.ToConnection;
import dev.herald.api.UnreachedNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Each event has the id of a connection, which may be on another node. */
@ApplicationScoped
@Namespace("/switchboard")
public class Operator {

    @Inject
    Herald herald;

    /** What all have answered, who has not, and the nodes that were not reached. */
    public record Round(List<String> given, List<String> missing, List<String> unreached) {}

    private ToConnection on(String id) {
        return herald.connection(id);
    }

    @OnEvent("isHere")
    boolean isHere(String id) {
        return herald.peer(id).isPresent();
    }

    @OnEvent("send")
    CompletionStage<Boolean> send(String id, String text) {
        return on(id).send("said", text);
    }

    @OnEvent("question")
    CompletionStage<String> question(String id, String text) {
        return on(id).ask(Duration.ofSeconds(5), "question", String.class, text);
    }

    @OnEvent("enter")
    CompletionStage<Boolean> enter(String id, String room) {
        return on(id).join(room);
    }

    @OnEvent("exit")
    CompletionStage<Boolean> exit(String id, String room) {
        return on(id).leave(room);
    }

    @OnEvent("rooms")
    CompletionStage<Set<String>> rooms(String id) {
        return on(id).rooms();
    }

    @OnEvent("end")
    CompletionStage<Boolean> end(String id) {
        return on(id).disconnect();
    }

    @OnEvent("round")
    CompletionStage<Round> round(String room, int seconds) {
        return herald.in("/switchboard")
                .to(room)
                .ask(Duration.ofSeconds(seconds), "question", String.class, "all")
                .thenApply(Operator::round);
    }

    private static Round round(Answers<String> answers) {
        return new Round(
                answers.values(),
                answers.missing().stream().map(Answers.Missing::why).toList(),
                answers.unreached().stream().map(UnreachedNode::why).toList());
    }

    @OnEvent("all")
    CompletionStage<List<String>> all() {
        return herald.allConnections("/switchboard")
                .thenApply(AllConnections::open)
                .thenApply(open -> open.stream().map(Connection::id).toList());
    }
}
