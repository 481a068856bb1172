package dev.herald.push;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A body that nobody wants: it is read, so that the connection can be used again, but no more than a little. Used by one thread at a time. */
final class IgnoredBody implements BodySubscriber<Integer> {

    /** The most bytes that are read. */
    static final int MAX_BYTES = 64 * 1024;

    private final CompletableFuture<Integer> length = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private int read;

    @Override
    public CompletionStage<Integer> getBody() {
        return length;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        bytes.forEach(some -> read += some.remaining());
        if (read > MAX_BYTES && subscription != null) {
            subscription.cancel();
            length.complete(read);
        }
    }

    @Override
    public void onError(Throwable failure) {
        length.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        length.complete(read);
    }
}
