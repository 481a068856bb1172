package dev.herald.it.apps;

import dev.herald.api.OnEvent;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers {@code slow} when the test says so. */
@ApplicationScoped
public class SlowHandler {

    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger waiting = new AtomicInteger();

    @OnEvent("slow")
    boolean slow() throws InterruptedException {
        waiting.incrementAndGet();
        try {
            return gate.await(60, TimeUnit.SECONDS);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** How many calls wait. */
    public int waiting() {
        return waiting.get();
    }

    /** Lets all answer, now and later. */
    public void open() {
        gate.countDown();
    }
}
