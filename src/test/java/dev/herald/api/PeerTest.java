package dev.herald.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PeerTest {

    private final CompletableFuture<String> answer = new CompletableFuture<>();

    /** Answers each question with {@link #answer}. */
    private final Peer peer = (Peer) Proxy.newProxyInstance(
            Peer.class.getClassLoader(),
            new Class<?>[] {Peer.class},
            (proxy, method, arguments) ->
                    method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, arguments) : answer);

    @Test
    void tellsThatAQuestionIsUnansweredInPlainWords() {
        var failure = new AtomicReference<Throwable>();
        peer.ask(Duration.ofSeconds(1), "question").whenComplete((values, e) -> failure.set(e));

        var unanswered = new UnansweredException("the client did not answer in time");
        answer.completeExceptionally(unanswered);
        assertThat(failure.get()).isSameAs(unanswered);
    }

    @Test
    void tellsTheArgumentsOfAnAnswer() {
        var values = new AtomicReference<List<JsonValue>>();
        peer.ask(Duration.ofSeconds(1), "question").thenAccept(values::set);

        answer.complete("{\"$args\":[1,\"two\"]}");
        assertThat(values.get()).containsExactly(Json.createValue(1), Json.createValue("two"));
    }
}
