package dev.herald.cdi;

import dev.herald.api.ChannelName;
import dev.herald.api.DocumentValue;
import dev.herald.api.DocumentVersion;
import dev.herald.api.Documents;
import dev.herald.api.EventException;
import dev.herald.api.SharedDocument;
import dev.herald.document.Change;
import dev.herald.document.ChangeException;
import dev.herald.document.Changed;
import dev.herald.document.DocumentState;
import dev.herald.json.JsonGuard;
import dev.herald.request.RejectedException;
import dev.herald.transaction.TransactionalPublisher;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonValue;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The application's door to the shared documents. Any thread may call, holding no lock; no method waits. */
@ApplicationScoped
public class BeanDocuments implements Documents {

    @Inject
    dev.herald.document.Documents documents;

    @Inject
    TransactionalPublisher publisher;

    @Inject
    TypedJson typedJson;

    @Resource
    ManagedExecutorService executor;

    @Override
    public CompletionStage<DocumentValue> open(String name) {
        return ForBeans.stage(
                told(
                        documents.read(required(name)),
                        state -> new DocumentValue(
                                name, state.version(), state.position().epoch(), state.value())),
                executor);
    }

    @Override
    public CompletionStage<JsonValue> value(String name) {
        return ForBeans.stage(told(documents.read(required(name)), DocumentState::value), executor);
    }

    @Override
    public CompletionStage<DocumentVersion> change(String name, UnaryOperator<JsonValue> change) {
        return afterCommit(
                required(name),
                0,
                () -> documents.change(
                        name,
                        null,
                        value -> Objects.requireNonNull(change.apply(value), "the function has returned null")));
    }

    @Override
    public CompletionStage<DocumentVersion> merge(String name, JsonValue mergePatch) {
        var text = mergePatch.toString();
        JsonGuard.requireHarmless(text);
        return afterCommit(
                required(name),
                text.length(),
                () -> documents.change(name, null, null, null, new Change.Merge(mergePatch)));
    }

    @Override
    public <T> SharedDocument<T> of(String name, Class<T> type) {
        return new TypedDocument<>(this, typedJson, required(name), type);
    }

    /** @param size of what is kept until the commit, besides the name, in characters */
    private CompletionStage<DocumentVersion> afterCommit(
            String name, int size, Supplier<CompletionStage<Changed>> change) {
        var changed = publisher.afterCommit(
                name.length() + size,
                () -> told(
                        change.get(),
                        done -> new DocumentVersion(
                                name, done.position().offset(), done.position().epoch())));
        return ForBeans.stage(changed, executor);
    }

    private static String required(String name) {
        return ChannelName.ofDocument(name).document().orElseThrow();
    }

    /** The stage with what beans are to be told, also of its failure. */
    private static <S, T> CompletionStage<T> told(CompletionStage<S> stage, Function<S, T> words) {
        var told = new CompletableFuture<T>();
        var unused = stage.whenComplete((value, failure) -> {
            if (failure == null) {
                told.complete(words.apply(value));
            } else {
                told.completeExceptionally(forBeans(failure));
            }
        });
        return told;
    }

    private static Throwable forBeans(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ChangeException change) {
            return new EventException(change.code(), String.valueOf(change.getMessage()));
        } else if (cause instanceof RejectedException rejected) {
            return new IllegalStateException(rejected.getMessage());
        }
        return cause;
    }
}
